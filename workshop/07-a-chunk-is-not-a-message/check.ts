import type { Tester } from "../tester.ts";

/** In the page: the answer to GET /msgs is a stream that this check feeds, so that it decides where the pieces end. */
const fed = `
  const { fetch } = globalThis;
  const streams = [];
  globalThis.fetch = async (input, init) => {
    if (init?.method === "POST") return fetch(input, init);
    const body = new ReadableStream({ start: (stream) => void streams.push(stream) });
    return new Response(body, { headers: { "Content-Type": "text/event-stream" } });
  };
  globalThis.asked = () => streams.length;
  globalThis.feed = (bytes) => streams.at(-1).enqueue(new Uint8Array(bytes));
  globalThis.cut = () => streams.at(-1).error(new TypeError("network error"));
`;

export default async function check(t: Tester): Promise<void> {
  const read = [/\.decode\(/, /\.read\(/];
  const page = await t.opens({ waits: false });
  await page.page.context().addInitScript(fed);
  await page.loads();

  let id = 0;
  const event = (...texts: string[]) => {
    const msg = texts.map((text) => ({ id: ++id, user: "Bob", text, time: Date.now() }));
    return Buffer.from(`data: ${JSON.stringify({ msg, cursor: String(id) })}\n\n`);
  };
  /** How often the page has asked for messages. */
  const asked = () => page.page.evaluate<number>("asked()");
  /** These bytes arrive in the page, in one piece. */
  const arrive = (bytes: Buffer) => page.page.evaluate(`feed(${JSON.stringify([...bytes])})`);
  const shows = async (texts: string, words: string, ...patterns: RegExp[]) =>
    t.until(async () => (await page.reads()).join() === texts, words, "client.ts", ...patterns, ...read);

  t.needs(await asked(), "The page does not read GET /msgs with fetch.", "client.ts", /EventSource/, /fetch\(/);
  await arrive(event("one"));
  await shows("one", "An event arrives in one piece, and the page does not show it.");
  await arrive(Buffer.concat([event("two"), event("three")]));
  await shows(
    "one,two,three",
    "Two events arrive in one piece, and the page does not show both. The network delivers bytes, not events: find the lines in them.",
  );
  const four = event("four");
  await arrive(four.subarray(0, 30));
  await arrive(four.subarray(30));
  await shows(
    "one,two,three,four",
    "An event arrives in two pieces, and the page does not show it. Keep the line that is not complete, and put the next piece behind it.",
    /split/,
  );
  const five = event("five 🙂");
  const middle = five.indexOf("🙂") + 2; // it has four bytes
  await arrive(five.subarray(0, middle));
  await arrive(five.subarray(middle));
  await shows(
    "one,two,three,four,five 🙂",
    "A piece ends in the middle of a character, and the page shows � in its place. The decoder must keep such bytes for the next piece: one decoder for the whole stream, and { stream: true }.",
    /TextDecoder/,
  );
  for (const byte of event("six")) await arrive(Buffer.of(byte));
  await shows("one,two,three,four,five 🙂,six", "The bytes arrive one by one, and the page does not show the message.");

  const seven = event("seven");
  await arrive(seven.subarray(0, 30));
  await page.page.evaluate("cut()");
  await page.passes(30_000);
  await t.until(
    async () => (await asked()) === 2,
    "The stream breaks off, and the page does not ask again.",
    "client.ts",
    /catch/,
  );
  await arrive(seven);
  await shows(
    "one,two,three,four,five 🙂,six,seven",
    "The stream breaks off in the middle of a line, the page asks again, and the first message of the new answer is lost: the half line is still in front of it. Each answer begins with nothing.",
    /^let \w+ = ("|new TextDecoder)/,
    /split/,
  );
}
