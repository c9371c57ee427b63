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
    typeof first.cursor === "string" && first.cursor,
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

  const ada = await t.opens();
  await ada.chance(0.9);
  await ada.passes(3_100);
  const second = (await ada.polls())[1];
  t.needs(
    second?.path.includes(`since=${encodeURIComponent(next.cursor)}`),
    "The page does not send the cursor of the last update: it must ask for /msgs?since=CURSOR.",
    "client.ts",
    /fetch\([^)]*\/msgs/,
  );
  await ada.passes(30_000);
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
  t.needs(
    (await ada.reads()).join() === "one,two,three,four",
    "After an outage the page shows messages twice: it has forgotten its cursor, got everything again, and added it.",
    "client.ts",
    /^\s+cursor = ""/,
    /push|concat/,
  );
}
