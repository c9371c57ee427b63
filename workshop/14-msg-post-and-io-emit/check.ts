import { draftOf } from "../device.ts";
import type { Tester } from "../tester.ts";

export default async function check(t: Tester): Promise<void> {
  const emit = [/(io|broadcast)\S*\.emit\(/, /\.emit\("msg:get", (?!update\(Number)/, /"msg:post"/, /TODO/];
  const bob = await t.links();
  const cyd = await t.links();
  /** Bob says these, and afterwards he and Cyd have heard all that they will hear of it. */
  const says = async (...texts: string[]) => {
    for (const text of texts) bob.socket.emit("msg:post", draftOf(text));
    await bob.settles();
    await cyd.settles();
  };
  const [his, hers] = [bob.events.length, cyd.events.length];
  await says("one");
  t.needs(
    t.runs,
    "Bob says something, and the server ends for all. Socket.IO has made an object of it again, so it must not go through JSON.parse.",
    "server.ts",
    /JSON\.parse/,
    ...emit,
  );
  const [heardByBob, heardByCyd] = [bob.events.length > his, cyd.events.length > hers];
  t.needs(
    heardByBob || heardByCyd,
    "Bob says something, and nobody reads it, not even he. io.emit sends to all.",
    "server.ts",
    ...emit,
  );
  t.needs(
    heardByCyd,
    "Only the one who says something reads it: socket.emit sends to that socket alone. io.emit sends to all.",
    "server.ts",
    /socket\.emit\("msg:get", (?!update\(Number)/,
    ...emit,
  );
  t.needs(
    heardByBob,
    "Everybody reads what Bob says, but Bob does not: socket.broadcast leaves out the author. His page shows only what the server sends, so use io.emit.",
    "server.ts",
    ...emit,
  );
  t.needs(
    bob.messages.length > 0 || bob.cursor !== String(1),
    "Bob says something, and msg:get comes without it. update(seen) has what comes after so many messages: first add his, then it is the last one, after messages.length - 1.",
    "server.ts",
    ...emit,
  );
  t.needs(
    [bob, cyd].every(({ messages, cursor }) => messages.some(({ id, time }) => id && time) && cursor !== undefined),
    "What Bob sent goes on to the others as it came. msg:get brings { msg, cursor }, and each message has an id, which counts from 1, and a time: send update(…).",
    "server.ts",
    ...emit,
  );
  t.needs(
    cyd.texts.length === 1 && bob.texts.length === 1,
    "Bob says something new, and it comes more than once. io.emit sends to all by itself: call it once, and in no loop.",
    "server.ts",
    ...emit,
  );
  const many = ["one", ...Array.from({ length: 10 }, (_, i) => `${i + 1} of ten`)];
  await says(...many.slice(1));
  t.needs(
    [bob, cyd].every(({ texts }) => texts.length <= many.length),
    "Bob says something new, and other messages come with it once more. That one alone must come, once: the page adds what comes to what it has.",
    "server.ts",
    ...emit,
  );
  t.needs(
    [bob, cyd].every(({ texts }) => texts.join() === many.join()),
    "Bob says ten things, and not everybody reads all of them in the order in which he said them.",
    "server.ts",
    ...emit,
  );
  const dan = await t.links();
  t.needs(
    dan.texts.join() === many.join(),
    "Dan comes later, and does not get what Bob has said. It must be added to `messages`, too.",
    "server.ts",
    ...emit,
  );

  const ada = await t.opens();
  const send = [/emit\("msg:post"/, /TODO/, /onSend/];
  const shows = async (text: string) => (await ada.reads()).includes(text);
  await t.until(() => shows("one"), "Ada opens the page, and it does not show what was said before.", "client.ts");
  const before = bob.messages.length;
  await ada.says("two");
  await t.until(
    () => bob.messages.length > before,
    'Ada says something, and Bob does not read it: socket.emit("msg:post", draft).',
    "client.ts",
    ...send,
  );
  t.needs(
    bob.texts.at(-1) === "two",
    'What Ada says arrives without its text. Socket.IO takes the object as it is, without JSON.stringify: socket.emit("msg:post", draft).',
    "client.ts",
    ...send,
  );
  t.needs(
    (await ada.page.locator("#problem").textContent()) === "",
    "Ada says something, Bob reads it, and her page says that it was not sent: something throws after the emit.",
    "client.ts",
    /throw (?!new Error\("You are)/,
    ...send,
  );
  bob.socket.emit("msg:post", draftOf("three"));
  await t.until(() => shows("three"), "Bob says something, and Ada's page does not show it.", "client.ts", /"msg:get"/);
  const times = (await ada.reads()).filter((text) => text === "two").length;
  t.needs(
    times < 2,
    "Ada says something, and her own page shows it twice: it adds the draft, and then the server sends the message. Add only what msg:get brings.",
    "client.ts",
    /push\(\{|push\(draft/,
    ...send,
  );
  t.needs(times === 1, "Ada says something, and her own page does not show it.", "client.ts", /"msg:get"/);
}
