import type { Device, Said } from "../device.ts";
import type { Tester } from "../tester.ts";

const tickets = { Ada: "7f3a", Bob: "91cb", Cyd: "d04e" };
type Name = keyof typeof tickets;

export default async function check(t: Tester): Promise<void> {
  const post = [/\.emit\("msg:get", \{ msg: \[/, /"msg:post"/];
  const get = [/emit\("msg:get", \{ msg: (?!\[)/, /"connection"/];
  const comes = (name: Name, more = {}) => t.links({ ticket: tickets[name], ...more });
  let count = 0;
  /** Says this as that person does, and then Ada says something to all. When these have heard that, they have heard the first, too. */
  const says = async (device: Device, draft: Said, ...others: Device[]) => {
    const answer = await device.says(draft);
    const after = `to all ${++count}`;
    await ada.says({ user: "Ada", text: after });
    await t.until(
      () => [device, ...others].every(({ texts }) => texts.includes(after)) || !t.runs,
      "Somebody says something to all, and not everybody reads it.",
      "server.ts",
      ...post,
    );
    return answer;
  };

  const [ada, phone] = [await comes("Ada"), await comes("Ada")];
  const [bob, tablet] = [await comes("Bob"), await comes("Bob")];
  const early = await ada.says({ user: "Ada", text: "early", to: "Cyd" });
  const cyd = await comes("Cyd");
  const all = [ada, phone, bob, tablet, cyd];
  const first = await says(ada, { user: "Ada", text: "psst", to: "Bob" }, ...all);
  t.needs(
    !cyd.texts.includes("psst"),
    "Ada writes to Bob alone, and the server sends it to Cyd, too. What must not be read must not be sent.",
    "server.ts",
    ...post,
  );
  t.needs(
    !first?.error,
    `Ada writes to Bob alone, and is refused: "${first?.error}" The names are names.values(): names.has asks for a ticket.`,
    "server.ts",
    /names\.(has|get)\(to/,
    /error.*\bto\b|\bto\b.*error/,
    ...post,
  );
  t.needs(
    bob.texts.includes("psst") || tablet.texts.includes("psst"),
    "Ada writes to Bob alone, and Bob does not read it.",
    "server.ts",
    /\.to\(/,
    ...post,
  );
  t.needs(
    bob.texts.includes("psst") && tablet.texts.includes("psst"),
    "Bob is connected twice, with a laptop and a tablet, and only one of them gets what Ada writes to him. A name is not one socket: let all sockets of a person join one room.",
    "server.ts",
    /new Map(<.*>)?\(\)/,
    /\.to\(/,
    ...post,
  );
  t.needs(
    ada.texts.includes("psst") || phone.texts.includes("psst"),
    "Ada writes to Bob alone, and does not see it herself. Her page shows only what the server sends.",
    "server.ts",
    /\.to\(/,
    ...post,
  );
  t.needs(
    ada.texts.includes("psst"),
    "Ada's other device shows what she has written, and the one on which she wrote it does not. socket.to leaves out the socket on which it is called; io.to does not.",
    "server.ts",
    /socket\.to\(|broadcast/,
    ...post,
  );
  t.needs(
    phone.texts.includes("psst"),
    "Ada writes on one device, and her other one does not show it. It must go to the room of the author, too, not to one socket.",
    "server.ts",
    /socket\.emit\("msg:get", \{ msg: \[/,
    /\.to\(/,
    ...post,
  );
  t.needs(
    all.every(({ texts }) => texts.filter((text) => text === "psst").length < 2),
    "What Ada writes to Bob comes twice on one device.",
    "server.ts",
    ...post,
  );
  t.needs(
    first?.message?.text === "psst",
    "Ada's message was sent, and she gets no { message }.",
    "server.ts",
    /answer\(\{ message/,
  );
  t.needs(
    (first.message as Said).to === "Bob",
    "Ada writes to Bob alone, and the message does not say `to` whom: the page cannot show it, and when Cyd comes back the server does not know it any more.",
    "server.ts",
    /\{ id: /,
    ...post,
  );
  t.needs(
    !early?.error,
    `Ada writes to Cyd, who is not connected, and is refused: "${early?.error}" Cyd has a name, and reads it when she comes.`,
    "server.ts",
    /rooms\.|[sS]ockets/,
    /error.*\bto\b|\bto\b.*error/,
    ...post,
  );
  t.needs(
    cyd.texts.includes("early"),
    "Ada has written to Cyd while she was away, and Cyd does not read it when she comes.",
    "server.ts",
    /filter/,
    ...get,
  );
  t.needs(
    cyd.texts.join() === "early,to all 1",
    "Ada writes to Bob alone, and something arrives in Cyd's page. Hide the message, not only its text: nothing may arrive.",
    "server.ts",
    ...post,
  );

  /** Comes, and waits for what was said before. */
  const returns = async (name: Name, more = {}) => {
    const device = await comes(name, more);
    await t.until(
      () => device.texts.includes("to all 1"),
      "Somebody comes later, and does not read what was said to all.",
      "server.ts",
      ...get,
    );
    return device;
  };
  const reloaded = await returns("Cyd");
  t.needs(
    !reloaded.texts.includes("psst"),
    "Cyd loads the page again, and gets what Ada has written to Bob alone. What was said before needs the same rule as what is said now.",
    "server.ts",
    ...get,
  );
  t.needs(
    reloaded.texts.join() === cyd.texts.join(),
    "Cyd loads the page again, and it is not what she has read before. Leave out what is not for her, not only its text.",
    "server.ts",
    /filter|map\(/,
    ...get,
  );
  t.needs(
    (await returns("Bob")).texts.includes("psst"),
    "Bob comes back, and what Ada has written to him alone is gone.",
    "server.ts",
    /filter/,
    ...get,
  );
  t.needs(
    (await returns("Ada")).texts.includes("psst"),
    "Ada comes back, and what she has written to Bob alone is gone. She may read it, too.",
    "server.ts",
    /filter/,
    ...get,
  );

  const answer = await says(cyd, { user: "Ada", text: "It is me", to: "Bob" }, ...all);
  t.needs(
    !answer?.error,
    "Cyd types another name, and her message is refused. Accept it, and say that it is from Cyd.",
    "server.ts",
    /draft\.user/,
    /error/,
  );
  const forged = bob.messages.find(({ text }) => text === "It is me");
  t.needs(
    forged?.user === "Cyd" && cyd.texts.includes("It is me"),
    "Cyd writes a draft with the name Ada in it, and the server believes it. Anybody can write any draft: who says it is in socket.data.name.",
    "server.ts",
    /draft\.user/,
    /\{ id: /,
  );
  const spy = await returns("Cyd", { name: "Bob", user: "Bob" });
  t.needs(
    !spy.texts.includes("psst"),
    "Cyd writes the name Bob into her handshake, and gets what was written to Bob. Only the ticket says who she is.",
    "server.ts",
    /auth\.(name|user)/,
    /auth/,
  );

  await says(ada, { user: "Ada", text: "note", to: "Ada" }, ...all);
  t.needs(
    [ada, phone].every(({ texts }) => texts.filter((text) => text === "note").length < 2),
    "Ada writes a note to herself, and it comes twice. Emit once, to both rooms, io.to([one, other]): a socket that is in both gets it once.",
    "server.ts",
    /\.to\(/,
    ...post,
  );

  const lost = await says(ada, { user: "Ada", text: "Where are you?", to: "Dan" }, ...all);
  t.needs(
    lost?.error,
    "Ada writes to Dan, whom nobody knows, and the server says nothing about it. Answer with { error }, and the page shows it and keeps the text.",
    "server.ts",
    /answer\(\{ message/,
  );
  t.needs(
    !all.some(({ texts }) => texts.includes("Where are you?")),
    "Ada writes to Dan, whom nobody knows. She gets an error, and the message is sent all the same.",
    "server.ts",
    /error/,
  );
  t.needs(
    !(await returns("Ada")).texts.includes("Where are you?"),
    "Ada's message to Dan is refused, and is there when she comes back. Refuse before it is kept.",
    "server.ts",
    /\.push\(/,
  );
  for (const to of [5, ["Bob"]])
    t.needs(
      (await ada.says({ user: "Ada", text: "To what?", to }))?.error,
      `A draft comes with to: ${JSON.stringify(to)}, and is accepted. Nobody has this name: what comes need not be a text.`,
      "server.ts",
      /typeof to/,
      /error.*\bto\b|\bto\b.*error/,
      ...post,
    );
}
