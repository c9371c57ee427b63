import type { Device } from "../device.ts";
import type { Tester } from "../tester.ts";

const tickets = { Ada: "7f3a", Bob: "91cb", Cyd: "d04e" };

export default async function check(t: Tester): Promise<void> {
  const get = [/since/, /splice/, /emit\("msg:get", \{ msg(?!: \[)/, /"connection"/];
  const post = [/\.push\(/, /"msg:post"/];
  const now = [/(io|to\(.*\))\.emit\("msg:get"/, ...post];
  const links = async (name: keyof typeof tickets, since?: string) =>
    t.links({ ticket: tickets[name], ...(since !== undefined && { since }) });
  /** Somebody comes, perhaps with a cursor, and has heard what was said before. */
  const comes = async (name: keyof typeof tickets, since?: string) => {
    const device = await links(name, since);
    await t.until(
      () => device.updates > 0,
      "Somebody connects, and gets no update. Send one to each, also when nothing is new: it has the cursor.",
      "server.ts",
      ...get,
    );
    return device;
  };
  let ada = await comes("Ada");
  /** Ada says these, and these others hear them. */
  const says = async (texts: string[], ...others: Device[]) => {
    const answers = await Promise.all(texts.map((text) => ada.says({ user: "Ada", text })));
    t.needs(
      answers.every(Boolean) || !t.runs,
      "Ada says something, and gets no answer. Listen to msg:post on each connection: a `return` above it ends the listener to it, too.",
      "server.ts",
      /return;/,
      ...post,
    );
    await t.until(
      () => [ada, ...others].every((device) => device.texts.includes(texts.at(-1)!)) || !t.runs,
      "Ada says something, and not everybody who is connected reads it.",
      "server.ts",
      ...now,
    );
    t.needs(t.runs, "Ada says something, and the server ends.", "server.ts", ...post);
  };

  const bob = await comes("Bob");
  await says(["one"], bob);
  t.needs(bob.texts.join() === "one", "Bob reads a message twice.", "server.ts", ...post);
  const broken = await t.links({ ticket: tickets.Cyd }, { isDeaf: true });
  broken.socket.disconnect();
  const phone = await comes("Cyd");
  t.needs(
    phone.texts.length > 0 || phone.resets === 0,
    "Cyd connects without a cursor, and gets reset: true and no messages. Who begins anew gets everything that there is.",
    "server.ts",
    /reset/,
    ...get,
  );
  t.needs(
    phone.texts.join() === "one",
    "Cyd connects, and the connection breaks before she has read anything. She comes back, and what was sent is gone: the server takes it for delivered. Only Cyd knows what has arrived, so she must say it.",
    "server.ts",
    ...get,
  );
  const tablet = await comes("Cyd");
  t.needs(
    tablet.texts.join() === "one",
    "Cyd has read it on her phone, and her tablet gets nothing. Two devices of one person are two readers: what one has read must still be there for the other.",
    "server.ts",
    ...get,
  );
  const first = tablet.cursor!;
  t.needs(
    typeof first === "string",
    "An update has no cursor, so no device can say where it stopped. It must be { msg, cursor }, and the cursor a string.",
    "server.ts",
    /emit\("msg:get", \{ msg(?!.*cursor)/,
    ...get,
  );

  const resets = () => bob.resets + phone.resets + tablet.resets;
  const before = resets();
  await says(["two"], bob, phone, tablet);
  t.needs(
    [bob, phone, tablet].every(({ texts }) => texts.join() === "one,two"),
    "Ada says something, and who is connected gets what they have once more. Send the new message alone: what was missed is sent to those who connect.",
    "server.ts",
    ...now,
  );
  t.needs(
    resets() === before,
    "Ada says something, and who is connected gets it with reset: true: each page throws away what it shows. Only who cannot be continued must begin anew.",
    "server.ts",
    ...now,
  );
  const back = await comes("Cyd", first);
  t.needs(
    back.resets === 0,
    "Cyd's tablet comes back with its cursor, and gets reset: true, as if the cursor were that of another list. It is in socket.handshake.auth.since, and the name of the list is made once, when the server starts.",
    "server.ts",
    ...get,
  );
  t.needs(
    back.texts.join() === "two",
    "Cyd's tablet comes back with its cursor, and must get what it has missed and nothing else. The cursor is in socket.handshake.auth.since.",
    "server.ts",
    ...get,
  );
  t.needs(
    tablet.cursor === back.cursor,
    "An update that brings a new message has no cursor, or not the one after that message. Whoever hears it would continue from the wrong place.",
    "server.ts",
    /emit\("msg:get", \{ msg: \[/,
    ...get,
  );

  // A day of talk.
  const talk = Array.from({ length: 250 }, (_, i) => `talk ${i + 1}`);
  await says(talk.slice(0, 51), bob);
  const edge = bob.cursor; // 201 messages before the last that is said here
  await says(talk.slice(51), bob);
  const newcomer = await comes("Bob");
  t.needs(
    newcomer.texts.length <= 200,
    `The list grows without a limit: after ${ada.texts.length} messages a newcomer gets ${newcomer.texts.length}, and the memory of the server has them all. Keep 200.`,
    "server.ts",
    ...post,
  );
  t.needs(
    newcomer.texts.at(-1) === "talk 250",
    "The list is full, and what is said now is not kept. The oldest message must make room for the newest.",
    "server.ts",
    ...post,
  );
  t.needs(
    newcomer.texts.join() === ada.texts.slice(-200).join(),
    `A newcomer gets ${newcomer.texts.length} messages. Keep the newest 200, in their order.`,
    "server.ts",
    ...post,
  );
  const recent = newcomer.cursor;
  await says(["more", "and more"], bob);
  const soon = await comes("Bob", recent);
  t.needs(
    soon.texts.join() === "more,and more" && soon.resets === 0,
    `The list is full, and Bob, who was away for two messages, gets ${soon.texts.length}. A cursor that is a position in the list is wrong as soon as the oldest message leaves: count all that were ever said.`,
    "server.ts",
    /cursor/,
    ...get,
  );
  const late = await comes("Cyd", first);
  t.needs(
    late.texts.join() === ada.texts.slice(-200).join(),
    "Cyd's tablet was away for longer than the list goes back. It must get all that there still is.",
    "server.ts",
    ...get,
  );
  t.needs(
    late.resets === 1,
    "Cyd's tablet was away for longer than the list goes back, and is not told. It would add the newest 200 to what it has, with a hole between them: say reset: true.",
    "server.ts",
    /reset/,
    ...get,
  );

  const later = await comes("Cyd", edge);
  t.needs(
    later.resets === 1,
    "Cyd's tablet has missed 201 messages, and the list has 200: one is gone, and she is not told. Whoever has missed more than the list has gets reset: true.",
    "server.ts",
    /reset =/,
    /reset/,
    ...get,
  );

  await t.stops();
  await t.starts();
  const again = await comes("Cyd", first);
  t.needs(
    again.resets === 1,
    "The server has started again with a new list, and takes the cursor of the old one. As in exercise 18, a cursor must say of which list it is: if it is another one, reset: true.",
    "server.ts",
    ...get,
  );
  ada = await comes("Ada");
  await says(["new", "and more that is new"]);
  const longer = await comes("Cyd", first);
  t.needs(
    longer.resets === 1,
    "The server has started again, the new list has more messages than the cursor of the old one counts, and now the server takes it. A number does not say of which list it is: put the name of the list into the cursor.",
    "server.ts",
    ...get,
  );
}
