import type { ServerClock } from "../run.ts";
import { type Tester, updateIn } from "../tester.ts";

// All messages have the same time: a fast server says several things in a millisecond.
export const clock: ServerClock = { standsStill: true };

export default async function check(t: Tester): Promise<void> {
  const get = /app\.get\("\/msgs"/;
  const since = async (cursor?: string) => {
    const response = await t.asks(cursor === undefined ? "/msgs" : `/msgs?since=${encodeURIComponent(cursor)}`);
    const { status } = response;
    const update = status === 204 ? { msg: [], cursor: "" } : await updateIn(response);
    t.needs(update, `GET /msgs answers ${status}, and not with { msg, cursor } as JSON.`, "server.ts", /\.send\(/, get);
    return { status, cursor: update.cursor, texts: update.msg.map(({ text }) => text) };
  };
  await t.posts("one");
  await t.posts("two");
  const first = await since();
  t.needs(first.texts.join() === "one,two", "Without a cursor, GET /msgs must bring all messages.", "server.ts", get);
  t.needs(
    first.cursor === undefined || (typeof first.cursor === "string" && first.cursor),
    `The cursor in the answer of GET /msgs is ${JSON.stringify(first.cursor)}. It must be a string, and not an empty one: only the server knows what is in it.`,
    "server.ts",
    /cursor/,
  );
  t.needs(
    first.cursor,
    "The answer of GET /msgs has no cursor. It must be { msg, cursor }, and the cursor a string.",
    "server.ts",
    /json\(\{ msg/,
  );
  const same = await since(first.cursor);
  t.needs(
    same.texts.length === 0,
    "With the cursor of its own answer, GET /msgs brings messages that the page already has.",
    "server.ts",
    /filter|slice/,
    get,
  );
  t.needs(
    same.status === 204,
    `Nothing is new, and GET /msgs answers ${same.status} with a body. A 204 says it without one.`,
    "server.ts",
    get,
  );
  await t.posts("three");
  const next = await since(first.cursor);
  t.needs(
    next.texts.join() === "three",
    "A message is lost: it was said after the cursor, in the same millisecond as the one before it. A time is no cursor, because it does not tell the two apart.",
    "server.ts",
    /filter|slice/,
    get,
  );
  const again = [await since(), await since(first.cursor)].map(({ texts }) => texts.join());
  t.needs(
    again.join("; ") === "one,two,three; three",
    "Another page asks, with the same cursor or without one, and GET /msgs does not bring what it has not seen. What counts is the cursor of the request, not what was sent before: that was to somebody else.",
    "server.ts",
    /filter|slice/,
    get,
  );
  t.needs(
    (await since(next.cursor)).texts.length === 0,
    "The cursor of the second answer is too small: with it GET /msgs brings again what the page has. It must say how far all answers have come, not how much is in this one.",
    "server.ts",
    /cursor: /,
    get,
  );

  const ada = await t.opens();
  await ada.chance(0.9);
  await ada.passes(3_100);
  const path = (await ada.polls())[1]?.path ?? "nothing";
  t.needs(
    sinceOf(path) === next.cursor,
    `The page does not send the cursor of the last update: its second poll asks for ${path}, and the cursor was "${next.cursor}".`,
    "client.ts",
    /fetch\([^)]*\/msgs/,
  );
  await ada.passes(30_000);
  t.needs(
    (await ada.polls()).length < 20,
    "After a 204 the page asks again at once, for ever. It must rest after each answer, also after one without a body.",
    "client.ts",
    /204/,
    /fetch\([^)]*\/msgs/,
  );
  t.needs(
    (await ada.polls()).length > 10,
    "The page takes a 204 for a failure: after each it rests longer. A 204 has no body, so response.json() throws.",
    "client.ts",
    /json\(/,
  );
  await t.posts("four");
  await ada.passes(3_100);
  const reads = await ada.reads();
  t.needs(reads.includes("four"), "Bob says something new, and the page does not show it.", "client.ts", /show\(/);
  t.needs(
    reads.includes("one"),
    "The page shows only what is new. What it showed before is gone: add to it.",
    "client.ts",
    /show\(/,
  );
  t.needs(reads.join() === "one,two,three,four", "The page shows a message twice.", "client.ts", /push|concat/);

  await ada.network("refused");
  await ada.passes(10_000);
  await ada.network("up");
  await ada.passes(30_000);
  const state = await ada.page.getByRole("status").textContent();
  t.needs(
    state === "connected",
    `The server is back, nobody says anything, and the page says "${state}". A 204 is an answer, too: say("connected"), and count the failures from 0.`,
    "client.ts",
    /204/,
    /say\("connected/,
  );
  t.needs(
    (await ada.reads()).join() === "one,two,three,four",
    "After an outage the page shows messages twice: it has forgotten its cursor, got everything again, and added it.",
    "client.ts",
    /^\s+cursor = ""/,
    /push|concat/,
  );

  // Another server, which makes another kind of cursor.
  const odd = "a&b c";
  const json = { msg: [{ id: 5, user: "Bob", text: "five", time: 0 }], cursor: odd };
  await ada.page.route(/\/msgs\?/, (route) => route.fulfill({ json }), { times: 1 });
  await ada.passes(6_100);
  const last = (await ada.polls()).at(-1)!.path;
  t.needs(
    sinceOf(last) === odd,
    `The server sends the cursor "${odd}", and the page asks for ${last}. It must send the cursor back unchanged: not count by itself, not make a number of it, and use encodeURIComponent.`,
    "client.ts",
    /since=/,
    /fetch\([^)]*\/msgs/,
  );
  const [thrown] = t.thrown;
  t.needs(
    !thrown,
    `${thrown?.message}. The page sees nothing of it: a handler goes on after res.end() unless it returns.`,
    "server.ts",
    /204/,
  );
}

/** The cursor in a path. */
const sinceOf = (path: string) => new URL(path, "http://localhost").searchParams.get("since");
