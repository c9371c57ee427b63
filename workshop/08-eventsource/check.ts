import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Tester } from "../tester.ts";

/** In the page: notes each EventSource that it makes, and the pause since the one before has given up. */
const noted = `
  globalThis.sources = [];
  globalThis.pauses = [];
  let gaveUp;
  globalThis.EventSource = class extends EventSource {
    constructor(...rest) {
      super(...rest);
      sources.push(this);
      if (gaveUp) pauses.push(Date.now() - gaveUp);
      gaveUp = undefined;
      this.addEventListener("error", () => {
        if (this.readyState === 2) gaveUp = Date.now();
      });
    }
  };
`;

export default async function check(t: Tester): Promise<void> {
  const get = /app\.get\("\/msgs"/;
  const source = [/new EventSource/, /fetch\(`?\/msgs/];

  /** Somebody listens without a browser, and perhaps says which event was the last one. */
  const listens = (query = "", lastEventId?: string) => {
    const heard = { text: "" };
    const headers = lastEventId === undefined ? {} : { "Last-Event-ID": lastEventId };
    const read = async () => {
      const { body } = await t.asks(`/msgs${query}`, { headers });
      for await (const piece of body!.pipeThrough(new TextDecoderStream())) heard.text += piece;
    };
    read().catch(() => {}); // the check is over
    return heard;
  };
  const hears = (heard: { text: string }, text: string) =>
    t.until(() => textsOf(heard).includes(text), "Who listens does not hear what Bob says.", "server.ts", get);

  await t.posts("one");
  const ada = listens();
  await hears(ada, "one");
  await t.posts("two");
  await hears(ada, "two");
  const [first, second] = idsOf(ada);
  t.needs(
    first && second,
    "An event has no id, so EventSource cannot say where it stopped. Write a line of its own before the data, without an empty line between them: id, a colon and the cursor.",
    "server.ts",
    /data: /,
    get,
  );
  t.needs(
    first !== second,
    "Two events have the same id. The id is the cursor: it says up to where the page has read, and changes with each message.",
    "server.ts",
    /["`']id: ?/,
    get,
  );
  const back = listens("", first);
  await hears(back, "two");
  t.needs(
    textsOf(back).join() === "two",
    "EventSource comes back, says in the header Last-Event-ID which event was its last, and the server sends again what was before it. Read the header.",
    "server.ts",
    /since/,
    get,
  );
  const older = listens(`?since=${encodeURIComponent(first)}`, second);
  const both = listens();
  await hears(both, "two");
  const joined = listens("", idsOf(both).at(-1));
  const fresh = listens(`?since=${encodeURIComponent(second)}`);
  await t.posts("three");
  await hears(older, "three");
  t.needs(
    textsOf(older).join() === "three",
    "EventSource comes back with the address that it had at first, and the server goes by that. Last-Event-ID is newer: it must win.",
    "server.ts",
    /since/,
    get,
  );
  await hears(joined, "three");
  t.needs(
    textsOf(joined).join() === "three",
    "One event brings two messages, EventSource comes back with its id, and gets the second one again. The id must say up to where the page has read: behind the last message, not behind the first one.",
    "server.ts",
    /["`']id: ?/,
  );
  const ids = idsOf(older); // of an event without messages, if there was one, and of the next one
  const kept = ids.length > 1 ? (ids[0] ?? second) : second;
  const again = listens("", kept || undefined);
  await hears(again, "three");
  t.needs(
    textsOf(again).join() === "three",
    `EventSource comes back and has missed nothing. The event that says so has the id "${kept}", which is not the cursor: the next time, everything comes again. Without messages, too, the id is how many there are.`,
    "server.ts",
    /["`']id: ?/,
  );
  await hears(fresh, "three");
  t.needs(
    textsOf(fresh).join() === "three",
    "A new EventSource has no Last-Event-ID, and the server does not go by the cursor in the address. Without the header, read req.query.since.",
    "server.ts",
    /Last-Event-ID/i,
    get,
  );

  const tap = await t.taps();
  const page = await t.opens({ waits: false });
  await page.page.context().addInitScript(noted);
  await page.loads();
  t.needs(await page.page.evaluate("sources.length"), "The page makes no EventSource.", "client.ts", ...source);
  await t.until(
    async () => (await page.reads()).join() === "one,two,three",
    'The page does not show what was said before. An event that has no name comes as "message".',
    "client.ts",
    /onmessage|addEventListener\("(message|msg)/,
    ...source,
  );

  const state = () => page.page.getByRole("status").textContent();
  const says = async (words: string, when: string, after: string) =>
    t.until(
      async () => (await state()) === words,
      `${when}, and the page does not say so: after ${after}, say("${words}").`,
      "client.ts",
      /onerror|addEventListener\("error/,
      ...source,
    );
  await says("connected", "The stream is open", '"open"');

  tap.refuse();
  tap.cut();
  await says("reconnecting", "The network fails", '"error"');
  await t.posts("four");
  await tap.accept();
  /** Time passes in the page until it shows this. */
  const shows = async (text: string) => {
    await page.passes(2_000);
    return (await page.reads()).includes(text);
  };
  await t.until(
    () => shows("four"),
    "The network fails for a moment, and the page does not come back. EventSource does, unless somebody closes it.",
    "client.ts",
    /close\(/,
    /onerror|addEventListener\("error/,
    ...source,
  );
  t.needs(
    (await page.reads()).includes("one"),
    "Something new comes, and what the page showed before is gone. An event brings only what is new, and show draws what you give it, and nothing else: add it to messages.",
    "client.ts",
    /show\(/,
  );
  await page.passes(30_000);
  t.needs(
    (await page.page.evaluate<number>("sources.filter(({ readyState }) => readyState !== 2).length")) === 1,
    "After a moment without a network the page listens twice, and each message comes twice: EventSource came back by itself, and the page made another one. Make one only when readyState is CLOSED.",
    "client.ts",
    /onerror|addEventListener\("error/,
    ...source,
  );
  t.needs(
    (await page.reads()).join() === "one,two,three,four",
    "After a moment without a network the page shows messages twice.",
    "client.ts",
    /push|concat/,
  );

  await t.until(
    async () => (await state()) === "connected",
    'EventSource has come back by itself, and the page still says "reconnecting". "open" comes each time that it is connected: say("connected") there.',
    "client.ts",
    /say\("connected"\)/,
    ...source,
  );

  // Now a proxy answers in the place of the server.
  let refusals = 0;
  const proxy = createServer((_req, res) => res.writeHead(502, { Connection: "close" }).end(() => refusals++));
  proxy.listen(0, "127.0.0.1").unref();
  await once(proxy, "listening");
  const { target } = tap;
  const { port } = proxy.address() as AddressInfo;
  const pauses = () => page.page.evaluate<number[]>("pauses");
  await page.chance(1);
  tap.target = port;
  tap.cut();
  await t.until(
    async () => {
      await page.passes(2_000);
      return refusals > 0;
    },
    "The network fails once more, and the page does not come back.",
    "client.ts",
    ...source,
  );
  const before = refusals;
  await sleep(1_000); // no time passes in the page: a pause does not end
  t.needs(
    refusals < before + 5,
    "A proxy answers 502, and the page makes one EventSource after the other without a pause. A server in trouble needs one: retryDelay.",
    "client.ts",
    /CLOSED|readyState/,
    ...source,
  );
  /** Time passes in the page until it has paused so often. */
  const hasPaused = (times: number) =>
    t.until(
      async () => {
        await page.passes(2_000);
        return (await pauses()).length >= times;
      },
      "A proxy answers 502 for a moment, and the page never comes back. After any answer but 200 EventSource gives up: readyState is CLOSED, and the page must make a new one, after a pause.",
      "client.ts",
      /onerror|addEventListener\("error/,
      ...source,
    );
  await hasPaused(3);
  const [shortest, , longer] = (await pauses()) as [number, number, number];
  t.needs(
    longer > 1.5 * shortest,
    "A proxy answers 502 again and again, and the pauses of the page do not grow. A server in trouble needs longer ones: retryDelay(++failed).",
    "client.ts",
    /setTimeout/,
    ...source,
  );
  tap.target = target;
  await t.posts("five");
  await t.until(
    () => shows("five"),
    "A proxy has answered 502 for a moment, and the page does not show what was said meanwhile.",
    "client.ts",
    /onerror|addEventListener\("error/,
    ...source,
  );
  t.needs(
    (await page.reads()).join() === "one,two,three,four,five",
    "The page makes a new EventSource, and shows everything twice: a new one knows no id. Give it the cursor in the address.",
    "client.ts",
    ...source,
  );
  const times = (await pauses()).length;
  tap.target = port;
  tap.cut();
  await hasPaused(times + 1);
  t.needs(
    (await pauses())[times]! < longer,
    "The page was connected, a proxy answers 502 once more, and the page rests as if it had failed all the time. When an event comes, failed is 0 again.",
    "client.ts",
    /\+\+failed/,
    /failed/,
  );
  proxy.close();
}

/** The complete events of a stream that have data. */
function eventsOf({ text }: { text: string }): string[] {
  return text
    .split("\n\n")
    .slice(0, -1)
    .filter((event) => /^data:/m.test(event));
}

function textsOf(heard: { text: string }): string[] {
  return eventsOf(heard).flatMap((event) => {
    const { msg } = JSON.parse(/^data: ?(.+)$/m.exec(event)![1]!) as { msg: { text: string }[] };
    return msg.map(({ text }) => text);
  });
}

function idsOf(heard: { text: string }): (string | undefined)[] {
  return eventsOf(heard).map((event) => /^id: ?(.*)$/m.exec(event)?.[1]);
}
