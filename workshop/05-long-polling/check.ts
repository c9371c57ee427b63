import { setTimeout as sleep } from "node:timers/promises";
import { type Tester, updateIn } from "../tester.ts";

/** In the page: counts the requests that fail, none of them at once, and lets the clock of the check move AbortSignal.timeout. */
const noted = `{
  const { fetch } = globalThis;
  globalThis.failures = 0;
  globalThis.fetch = async (...rest) => {
    await scheduler.postTask(() => {});
    return fetch(...rest).catch((error) => {
      failures += 1;
      throw error;
    });
  };
  AbortSignal.timeout = (time) => {
    const abort = new AbortController();
    setTimeout(() => abort.abort(new DOMException("The time is over.", "TimeoutError")), time);
    return abort.signal;
  };
}`;

export default async function check(t: Tester): Promise<void> {
  const open = { Connection: "keep-alive" }; // on a connection that is open already, what is sent first arrives first
  const get = /app\.get\("\/msgs"/;
  /** Asks for what is new since this cursor. Undefined when no answer comes. Without `texts` it is no update. */
  const since = async (cursor: string, init?: RequestInit) => {
    const response = await t
      .asks(`/msgs?since=${encodeURIComponent(cursor)}`, { headers: open, ...init })
      .catch(() => undefined);
    if (!response) return undefined;
    const { status } = response;
    const update = status === 200 ? await updateIn(response) : { msg: [], cursor: "" };
    return { status, texts: update?.msg.map(({ text }) => text).join(), cursor: update?.cursor ?? "" };
  };
  /** Bob says something, after a request was answered. */
  const says = async (text: string) => {
    const { ok, status } = await t.asks("/msgs", {
      method: "POST",
      headers: { "Content-Type": "application/json", ...open },
      body: JSON.stringify({ user: "Bob", text, draftId: crypto.randomUUID() }),
    });
    t.needs(
      ok,
      `A request was answered, and the next POST /msgs ends with ${status}: it answers that request once more, and that throws. Forget a request when it is answered.`,
      "server.ts",
      /\bfor \(|forEach/,
      /\.post\(/,
    );
  };
  /** Whatever was sent before this has reached the server when it returns. */
  const arrived = async () => (await t.asks("/style.css", { headers: open })).text();
  /** Twenty pages ask with this cursor, and leave. The server knows it when this returns. */
  const twentyLeave = async (cursor: string) => {
    const pages = Array.from({ length: 20 }, () => new AbortController());
    const held = pages.map(({ signal }) => since(cursor, { signal }));
    await arrived();
    for (const each of pages) each.abort();
    await Promise.all(held);
    for (let i = 0; i < 5; i++) await arrived();
  };
  await Promise.all([arrived(), arrived(), arrived()]);

  const answers: NonNullable<Awaited<ReturnType<typeof since>>>[] = [];
  for (let n = 0; n < 2; n++) void since("").then((answer) => answer && answers.push(answer));
  await arrived();
  await t.posts("one");
  await t.until(
    () => answers.length > 0,
    "Two pages wait, Bob says something, and neither gets an answer. The post must answer the requests that are held.",
    "server.ts",
    /\.post\(/,
  );
  if (answers.some(({ status }) => status === 204)) {
    let again = false;
    void since("1").then(() => (again = true)); // nobody speaks
    await t.until(
      () => again,
      "Bob says something, and a request that is held is answered with 204: POST /msgs answers it too early. The message must be in the list first.",
      "server.ts",
      /\bfor \(|forEach/,
      /\.post\(/,
    );
    t.needs(
      false,
      "Nothing is new, and GET /msgs answers 204 at once. It must hold the request until somebody says something.",
      "server.ts",
      /204/,
      get,
    );
  }
  await t.until(
    () => answers.length === 2,
    "Two pages wait, Bob says something, and only one of them gets an answer. Keep all requests that are held, not one.",
    "server.ts",
    /\b(waiting|held)\b/,
    get,
  );
  const [ada] = answers as [(typeof answers)[0]];
  t.needs(
    ada.texts === "one" && ada.cursor,
    "A request that was held must be answered with { msg, cursor } as JSON: what is new for the page, and its next cursor.",
    "server.ts",
    /json\(\{ msg/,
    get,
  );
  const next = since(ada.cursor);
  t.needs(
    !(await Promise.race([next, sleep(200)])),
    "Nothing is new, and GET /msgs answers after a moment. It must hold the request for twenty-five seconds: setTimeout counts milliseconds.",
    "server.ts",
    /setTimeout/,
    get,
  );
  await says("two");
  t.needs(
    (await next)?.texts === "two",
    "The page asks again with its cursor. The answer must bring what was said after that cursor, and only that.",
    "server.ts",
    /slice|filter/,
    get,
  );
  const atOnce = await since("");
  t.needs(
    !atOnce || atOnce.texts !== undefined,
    "Something is new for the page already, and GET /msgs does not answer with { msg, cursor } as JSON.",
    "server.ts",
    /> seen\)/,
    get,
  );
  t.needs(
    atOnce?.texts === "one,two",
    "Something is new for the page already, and GET /msgs does not bring it at once.",
    "server.ts",
    get,
  );
  await says("three");

  await twentyLeave("3");
  await t.posts("four");
  t.needs(
    t.wasted < 10,
    'Twenty pages have asked and left. Bob says something, and the server still answers all of them. Forget a request when its response says "close".',
    "server.ts",
    /"close"/,
    /\.add\(|\.push\((?!message)/,
    get,
  );

  // Now the timers of the server move only when the check lets time pass.
  await t.stops();
  await t.starts({ byHand: true });
  await Promise.all([arrived(), arrived(), arrived()]); // the connections of before are gone
  const late: typeof answers = [];
  void since("").then((answer) => answer && late.push(answer));
  await arrived();
  await t.passes(10_000);
  await arrived();
  t.needs(
    late.length === 0,
    "Nobody says anything, and a request is answered after less than ten seconds. The shorter it is held, the more requests a silence costs: hold it for twenty-five seconds, which are 25_000 milliseconds.",
    "server.ts",
    /setTimeout/,
    get,
  );
  await t.passes(17_000);
  await t.until(
    () => late.length > 0,
    "Nobody says anything, and after twenty-seven seconds a request has no answer. A proxy in between cuts off what is silent for long: answer 204 after twenty-five seconds.",
    "server.ts",
    /setTimeout/,
    /\d0_000/,
    get,
  );
  const [silent] = late as [(typeof late)[0]];
  t.needs(
    silent.status === 204,
    `Nobody has said anything for a long time, and GET /msgs answers ${silent.status}. Nothing new is a 204.`,
    "server.ts",
    get,
  );
  const none = await t.passes(0);
  const answered = Array.from({ length: 20 }, () => since(""));
  await arrived();
  await t.posts("one");
  await t.passes(1_000);
  await Promise.all(answered);
  const timers = await t.passes(0);
  await t.passes(60_000).catch(() => {}); // it has ended
  t.needs(
    t.runs,
    "A post answers a request that is held, and twenty-five seconds later the server ends: the timer still runs, answers once more, and that throws. Clear the timer when a request is answered.",
    "server.ts",
    /setTimeout/,
  );
  t.needs(
    timers < none + 10,
    "A post answers twenty requests that are held, and their timers still run, for nothing. Clear the timer when a request is answered.",
    "server.ts",
    /setTimeout/,
  );
  await twentyLeave("1");
  await t.passes(1_000);
  t.needs(
    (await t.passes(0)) < none + 10,
    'Twenty pages have asked and left, and the timers of their requests still run. When its response says "close", clear the timer of a request, too.',
    "server.ts",
    /"close"/,
    /setTimeout/,
  );

  const page = await t.opens({ waits: false });
  const reads = async () => (await page.reads()).join();
  const asks = /fetch\([^)]*\/msgs/;
  await t.until(
    async () => (await reads()) === "one",
    "The page does not show what was said before.",
    "client.ts",
    /show\(/,
  );
  await page.passes(10); // a rest of 0 ends
  await t.posts("two");
  await t.until(
    async () => {
      await t.passes(1_000);
      return (await reads()) === "one,two";
    },
    "Bob says something, and the page rests meanwhile: it would be late. After an answer it must ask again at once.",
    "client.ts",
    /3_?000/,
    /rest\(/,
  );
  await page.passes(10);
  await t.until(
    async () => {
      await t.passes(1_000);
      return (await page.polls())[2]?.open === false;
    },
    "The page asks for only one more message, and then no longer.",
    "client.ts",
    asks,
  );
  await page.passes(10);
  t.needs(
    (await page.polls()).length > 3,
    "The server has answered 204, and the page rests: what is said now would be late. After a 204, too, it must ask again at once.",
    "client.ts",
    /\brest\(\w/,
    /204/,
  );

  // Now they move by themselves again.
  await t.stops();
  await t.starts();
  await t.posts("one");
  await page.loads();
  await page.page.evaluate(noted);
  await page.passes(10);
  await t.posts("two");
  await t.until(
    async () => (await reads()) === "one,two",
    "The page is loaded again, Bob says something, and the page does not show it.",
    "client.ts",
    asks,
  );
  await page.passes(24_000);
  t.needs(
    (await page.page.evaluate("failures")) === 0,
    "Nobody says anything, and the page ends its request before the server answers. A time limit of the page must be longer than the twenty-five seconds of the server.",
    "client.ts",
    /AbortSignal/,
    /abort/,
    asks,
  );
  await page.network("refused");
  await t.posts("three"); // answers the request that is held
  await t.until(
    async () => (await page.reads()).includes("three"),
    "The page asks for only one more message, and then no longer.",
    "client.ts",
    asks,
  );
  const before = (await page.polls()).length;
  await page.passes(10_000);
  t.needs(
    (await page.polls()).length < before + 20,
    "The server is gone, and the page asks again without a pause, many times a second. After a failure it must rest.",
    "client.ts",
    /catch/,
  );
  await page.network("up");
  await page.passes(30_000);
  await t.posts("four");
  await t.until(
    async () => (await reads()) === "one,two,three,four",
    "After an outage the page does not show each message once.",
    "client.ts",
    /catch/,
  );
}
