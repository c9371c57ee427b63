import { draftOf } from "../device.ts";
import type { Tester } from "../tester.ts";

export default async function check(t: Tester): Promise<void> {
  const post = [/TODO/, /"msg:post"/];
  const ack = [/\back\b.*\(/, /\back\b/, ...post];
  const refusal = [/catch/, ...post];
  const bob = await t.links();
  const cyd = await t.links();
  const answer = await bob.asks("msg:post", draftOf("one"));
  t.needs(
    answer !== undefined,
    "Bob says something, and gets no answer: he cannot know whether it has arrived. Call the function that comes after the draft.",
    "server.ts",
    /TODO/,
    /"msg:post"/,
  );
  const { message } = answer as { message?: { id?: unknown; time?: unknown; text?: unknown } };
  t.needs(
    message?.text === "one" && message.id && message.time,
    "Bob says something, and the answer is not { message }, with the id and the time that the server gave to it.",
    "server.ts",
    /answer\(|ack\(/,
    ...post,
  );
  await cyd.settles();
  t.needs(
    cyd.texts.join() === "one" && bob.texts.join() === "one",
    "Bob gets his answer, but not everybody gets the message, once.",
    "server.ts",
    /io\.emit/,
    ...post,
  );

  const before = cyd.events.length;
  const refused = await bob.asks("msg:post", draftOf("   "));
  t.needs(
    t.runs && !bob.isGone,
    "Bob sends a draft that is refused, and the server ends for all: nobody catches what accept has thrown.",
    "server.ts",
    ...post,
  );
  t.needs(
    refused,
    "Bob's draft is refused, and he gets no answer: his page waits until its time is up. Answer { error } in `catch`, too.",
    "server.ts",
    ...refusal,
  );
  const { error } = refused as { error?: unknown };
  t.needs(
    error && typeof error === "string",
    "Bob's draft is refused, and the answer does not say why: { error } must be a text. An Error becomes {} in JSON, so send its message.",
    "server.ts",
    /\(\{ error/,
    ...refusal,
  );
  const other = (await bob.asks("msg:post", { user: "Bob" })) as typeof refused & { error?: unknown };
  t.needs(
    other?.error !== error && !/^\w*Error: /.test(error),
    `Bob's draft is refused, and the answer says "${error}". These are not the words of the error that accept has thrown: its message.`,
    "server.ts",
    /\(\{ error/,
    ...refusal,
  );
  await cyd.settles();
  t.needs(
    cyd.events.length === before,
    "Bob's draft is refused, and Cyd is told. An error belongs to the one who asked: in the answer, and nowhere else.",
    "server.ts",
    /(io|broadcast)\S*\.emit\("(?!msg:get)/,
    ...refusal,
  );

  /** Somebody emits these as msg:post. Resolves with whether the server goes on. */
  const goesOn = async (...data: unknown[]) => {
    const dan = await t.links();
    dan.socket.emit("msg:post", ...data);
    await dan.settles();
    await bob.settles();
    dan.socket.disconnect();
    return t.runs && !bob.isGone;
  };
  t.needs(
    await goesOn(draftOf("two")),
    "One client asks for no acknowledgement, and the server ends for all: nothing comes after the draft, and it calls that. Ask typeof ack first.",
    "server.ts",
    ...ack,
  );
  t.needs(
    await goesOn(draftOf("three"), 3),
    'One client sends a number where the acknowledgement belongs, and the server ends for all. `?.` is not enough: ask whether typeof ack is "function".',
    "server.ts",
    /\?\.\(/,
    ...ack,
  );
  t.needs(
    await goesOn(null),
    "One client sends null in the place of a draft, and the server ends for all. What throws must be inside of `try`.",
    "server.ts",
    ...post,
  );
  t.needs(
    (await goesOn()) && (await goesOn({}, {})),
    "One client sends msg:post with nothing, and the server ends for all.",
    "server.ts",
    ...post,
  );
  await cyd.settles();
  t.needs(
    cyd.texts.includes("two") && cyd.texts.includes("three"),
    "One client asks for no acknowledgement, and what it says does not go to all. Accept the draft all the same: only the answer is left out.",
    "server.ts",
    ...ack,
  );
  t.needs(cyd.texts.join() === "one,two,three", "What was refused goes to all.", "server.ts", ...post);

  const tap = await t.taps();
  const ada = await t.opens();
  const send = [/TODO/, /"msg:post"/];
  const thrown = [/throw (?!new Error\("You are)/, ...send];
  const problem = async () => (await ada.page.locator("#problem").textContent()) ?? "";
  const typed = () => ada.page.getByLabel("Message", { exact: true }).inputValue();
  await t.until(
    async () => (await ada.reads()).includes("three"),
    "Ada opens the page, and it does not show what was said before.",
    "client.ts",
    /"msg:get"/,
  );
  await ada.says("four");
  await t.until(
    () => bob.texts.includes("four"),
    "Ada says something, and Bob does not read it.",
    "client.ts",
    ...send,
  );
  await ada.says("   ");
  await t.until(
    async () => t.also.length > 0 || (await typed()) !== "",
    "Ada's draft is refused, and her page does not say why. If the answer has an `error`, throw new Error(error).",
    "client.ts",
    ...send,
  );
  t.needs(
    t.also.length === 0,
    "Ada's draft is refused, and what her page throws, nobody catches. Throw it in the function that onSend waits for, after an `await`, and not in a callback.",
    "client.ts",
    ...thrown,
  );
  const shown = await problem();
  t.needs(
    shown !== "",
    "Ada's draft is refused, and what her page throws has no words. onSend shows its `message`: throw new Error(error).",
    "client.ts",
    ...thrown,
  );
  t.needs(
    shown === error,
    `Ada's draft is refused, and her page shows "${shown}", not the words of the server: "${error}".`,
    "client.ts",
    ...thrown,
  );
  await ada.says("six");
  await t.until(
    async () => (await problem()) === "" && bob.texts.includes("six"),
    "Ada's next draft is accepted, and her page still shows the error of the one before.",
    "client.ts",
    ...send,
  );
  t.needs(
    (await typed()) === "",
    "Ada's next draft is accepted, and its text stays in the field, as if it were refused. Throw only if the answer has an `error`.",
    "client.ts",
    ...thrown,
  );
  t.needs(
    bob.texts.filter((text) => text === "four").length === 1,
    "Ada says something once, and her page sends it twice: emitWithAck sends, too. Leave out the `emit` before it.",
    "client.ts",
    /socket\.emit\("msg:post"/,
    ...send,
  );

  tap.freeze();
  await ada.says("seven");
  await ada.passes(500);
  t.needs(
    (await problem()) === "",
    "The network is slow, and after half a second Ada's page has given up already. The limit in timeout(…) is in milliseconds.",
    "client.ts",
    /timeout\(/,
    ...send,
  );
  await ada.passes(35_000);
  t.needs(
    (await problem()) !== "" && (await typed()) === "seven",
    "The network is frozen, Ada says something, and after half a minute her page has not said that no answer came. Give it a limit, socket.timeout(…), and do not catch what that throws: onSend shows it.",
    "client.ts",
    /catch/,
    ...send,
  );
}
