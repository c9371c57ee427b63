import type { ServerClock } from "../run.ts";
import type { Tester } from "../tester.ts";

// No timer of the server fires: what is said arrives without one.
export const clock: ServerClock = { byHand: true };

export default async function check(t: Tester): Promise<void> {
  const get = /app\.get\("\/msgs"/;
  const write = [/\.write\(/, get];

  /** Somebody asks for messages and reads the answer until they leave. */
  const listens = (query = "") => {
    const leaving = new AbortController();
    const heard = {
      response: undefined as Response | undefined,
      text: "",
      ended: false,
      leaves: () => leaving.abort(),
    };
    const read = async () => {
      heard.response = await t.asks(`/msgs${query}`, { signal: leaving.signal });
      for await (const piece of heard.response.body!.pipeThrough(new TextDecoderStream())) heard.text += piece;
    };
    void read()
      .catch(() => {}) // they have left, or the check is over
      .finally(() => (heard.ended = true));
    return heard;
  };
  const texts = (heard: { text: string }) => updates(heard).flatMap(({ msg }) => msg.map(({ text }) => text));

  await t.posts("one");
  const ada = listens();
  await t.until(() => ada.response, "GET /msgs gets no answer, although something was said.", "server.ts", get);
  const { status, headers } = ada.response!;
  const type = headers.get("content-type") ?? "";
  t.needs(
    status === 200 && /^text\/event-stream\b/.test(type),
    `GET /msgs answers ${status} with the Content-Type "${type.split(";")[0]}". A stream of events is a 200 with text/event-stream.`,
    "server.ts",
    /text\/event/,
    get,
  );
  await t.until(
    () => ada.text.includes("one") || ada.ended,
    "Ada comes after Bob has said something, and her stream does not begin with it. Write first what she has not seen.",
    "server.ts",
    get,
  );
  await t.posts("two");
  await t.until(
    () => ada.text.includes("two") || ada.ended,
    "Bob says something, and nothing arrives on the stream that Ada has open. The post must write to each open answer, at once: a timer that looks for what is new is polling again.",
    "server.ts",
    /set(Interval|Timeout)\(/,
    /\.post\(/,
  );
  t.needs(
    !ada.ended,
    "The answer of GET /msgs ends after the first event. res.json, res.send and res.end are the end: only res.write lets it stay open.",
    "server.ts",
    /res\.(json|send|end)\((?!message)/,
    get,
  );
  await t.until(
    () => ada.text.endsWith("\n\n"),
    "An event ends with an empty line, which is a second line break. Without it the browser waits for the rest of the event.",
    "server.ts",
    /data: /,
    ...write,
  );
  await t.posts("three\nand four");
  await t.until(
    () => /four.*\n\n$/s.test(ada.text),
    "Ada hears two messages, and not the third one.",
    "server.ts",
    ...write,
  );
  t.needs(
    /^data:/m.test(ada.text),
    'What arrives is no event: "data: " must stand in front of the JSON.',
    "server.ts",
    /stringify/,
    ...write,
  );
  const foreign = ada.text.split("\n").find((line) => !/^(|:.*|(data|event|id|retry)(:.*)?)$/.test(line));
  t.needs(
    foreign === undefined,
    "An event is broken into several lines, and all but the first are lost: a line without a name like data: in front means nothing. Make the data one line.",
    "server.ts",
    /data: |stringify/,
    ...write,
  );
  const isJson = () => {
    try {
      return updates(ada).every(({ msg, cursor }) => Array.isArray(msg) && cursor && typeof cursor === "string");
    } catch {
      return false;
    }
  };
  t.needs(
    isJson(),
    "The data of an event must be { msg, cursor } as JSON: a list of messages, and where to continue. The page reads nothing else.",
    "server.ts",
    /data: |stringify/,
    ...write,
  );
  t.needs(
    texts(ada).join() === "one,two,three\nand four",
    "Ada does not hear each message once, in the order in which they were said.",
    "server.ts",
    ...write,
  );

  const { cursor } = updates(ada).at(-1)!;
  const cyd = listens(`?since=${encodeURIComponent(cursor)}`);
  await t.until(
    () => cyd.response,
    "Nothing is new for Cyd, and her request gets no answer, not even its headers. The page cannot say that it is connected. Headers leave with the first res.write, or with res.flushHeaders.",
    "server.ts",
    get,
  );
  await t.posts("five");
  await t.until(
    () => texts(ada).includes("five") && texts(cyd).includes("five"),
    "Ada and Cyd both listen, Bob says something, and only one of them hears it. Keep all answers that are open, not one.",
    "server.ts",
    /\.post\(/,
  );
  t.needs(
    /^data:/m.test(cyd.text.split("\n\n")[0]!),
    "Nothing is new for Cyd, and what comes is no event. The page of this exercise takes each piece that arrives for one: write an event with an empty list, or call res.flushHeaders().",
    "server.ts",
    ...write,
  );
  t.needs(
    texts(cyd)[0] !== "one",
    "Cyd asks with a cursor, and hears again all that was said before it. GET must begin after the cursor.",
    "server.ts",
    /since/,
    get,
  );
  t.needs(
    texts(cyd).join() === "five",
    "Cyd asks with the cursor of the last event, and hears again what this event brought: its cursor is too small. Push the message first, and then write the event.",
    "server.ts",
    /\.push\((?!res\b)/,
    ...write,
  );
  t.needs(
    /no-store|no-cache/.test(headers.get("cache-control") ?? ""),
    'A cache on the way may keep the stream, or wait for its end. Send "Cache-Control: no-store" with it.',
    "server.ts",
    /text\/event-stream/,
    get,
  );

  const guests = Array.from({ length: 20 }, () => listens());
  await t.until(
    () => guests.every(({ text }) => text),
    "Twenty pages listen, and some hear nothing.",
    "server.ts",
    get,
  );
  for (const guest of guests) guest.leaves();
  await t.until(
    async () => {
      const before = t.wasted;
      await t.posts("six");
      return t.wasted - before < 10;
    },
    'Twenty pages have left, and the server still writes to all of them. Take a response out of the list when it says "close". (list.filter alone makes another list.)',
    "server.ts",
    /"close"/,
    /\.add\(|\.push\((?!message)/,
    get,
  );
  t.needs(t.runs, "Pages leave, and the server ends.", "server.ts", ...write);
  t.needs(
    (await t.passes(0)) < 20,
    "Twenty pages have left, and a timer for each of them is still set. When a response says close, clear it.",
    "server.ts",
    /setInterval|setTimeout/,
  );

  const dan = listens();
  await t.until(() => dan.text, "Twenty pages have left, and one more gets no answer.", "server.ts", get);
  ada.leaves();
  for (const word of ["seven", "eight", "nine"]) {
    await t.posts(word); // by then the server knows that Ada has left
    await t.until(
      () => texts(cyd).includes(word) && texts(dan).includes(word),
      'Ada leaves, and somebody else hears nothing any more. When a response says "close", take out this one alone.',
      "server.ts",
      /splice|\.pop\(|\.clear\(|\.shift\(|length = 0/,
      /"close"/,
    );
  }

  const page = await t.opens({ waits: false });
  await t.until(
    async () => (await page.reads()).includes("five"),
    "The page does not show what was said. It takes each piece that arrives for one event, so what it has missed must be one: write data:, a space, the JSON and the empty line with one res.write, and nothing else.",
    "server.ts",
    ...write,
  );
  await page.says("ten");
  await t.until(
    async () => (await page.reads()).includes("ten"),
    "Ada says something, and her own page does not show it. The author listens, too.",
    "server.ts",
    /\.post\(/,
  );
}

/** What the events of a stream say so far. */
function updates({ text }: { text: string }) {
  return text
    .split("\n\n")
    .slice(0, -1) // what is not complete yet
    .flatMap((event) => /^data: ?(.+)$/m.exec(event)?.[1] ?? [])
    .map((data) => JSON.parse(data) as { msg: { text: string }[]; cursor: string });
}
