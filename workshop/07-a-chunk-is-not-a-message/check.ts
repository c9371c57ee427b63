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
  const texts: string[] = []; // that the page must show
  const shows = async (text: string, words: string, ...patterns: RegExp[]) => {
    texts.push(text);
    const isShown = async () => {
      const shown = await page.reads();
      t.needs(
        new Set(shown).size === shown.length,
        "The page shows a message again when the next piece arrives. Take out of the text what has been read, and keep only the line that is not complete.",
        "client.ts",
        /\+= |\+ /,
        ...read,
      );
      return shown.join() === texts.join();
    };
    await t.until(isShown, words, "client.ts", ...patterns, ...read);
  };

  t.needs(await asked(), "The page does not read GET /msgs with fetch.", "client.ts", /EventSource/, /fetch\(/);
  await arrive(event("one"));
  await shows(
    "one",
    "An event arrives in one piece, and the page does not show it. It must not wait for the next one, or for the end of the answer: a line is complete when its line break is there.",
    /\.(text|trim\w*)\(\)/,
    /split\("data: /,
  );
  t.needs(
    (await page.page.getByRole("status").textContent()) !== "reconnecting",
    'The page shows an event, and then it says "reconnecting": something has thrown. Does JSON.parse get the empty line that ends the event? Skip it.',
    "client.ts",
    /\btake\(/,
  );
  await arrive(Buffer.concat([event("two"), event("three")]));
  texts.push("two");
  await shows(
    "three",
    "Two events arrive in one piece, and the page does not show both. The network delivers bytes, not events: find the lines in them.",
  );
  const four = event("four");
  await arrive(four.subarray(0, 30));
  await arrive(four.subarray(30));
  await shows(
    "four",
    "An event arrives in two pieces, and the page does not show it. Keep the line that is not complete, and put the next piece behind it.",
    /split/,
  );
  const five = event("five 🙂");
  const middle = five.indexOf("🙂") + 2; // it has four bytes
  await arrive(five.subarray(0, middle));
  await arrive(five.subarray(middle));
  await shows(
    "five 🙂",
    "A piece ends in the middle of a character, and the page shows � in its place. The decoder must keep such bytes for the next piece: one decoder for the whole stream, and { stream: true }.",
    /TextDecoder/,
  );
  for (const byte of event("six")) await arrive(Buffer.of(byte));
  await shows("six", "The bytes arrive one by one, and the page does not show the message.");
  await arrive(event("data: 7"));
  await shows(
    "data: 7",
    'Somebody says "data: 7", and the page does not show it. Only at the beginning of a line is data: the name of the field: startsWith, and cut off what is before the JSON only there.',
    /"data: ?"/,
  );
  const [eight, nine] = [event("eight"), event("nine")];
  await arrive(Buffer.concat([eight, nine.subarray(0, 30)]));
  await shows(
    "eight",
    "A piece has a whole event and half of the next one, and the page does not show the first one. It must not wait for more: take all lines that are complete.",
    /endsWith/,
    /split/,
  );
  await arrive(nine.subarray(30));
  await shows("nine", "The second half of an event arrives, and the page does not show it.", /split/);

  /** The stream breaks off after these bytes, the page asks again, and gets the whole event. */
  const breaksOff = async (whole: Buffer, end: number) => {
    const before = await asked();
    await arrive(whole.subarray(0, end));
    await page.page.evaluate("cut()");
    await page.passes(30_000);
    await t.until(
      async () => (await asked()) > before,
      "The stream breaks off, and the page does not ask again.",
      "client.ts",
      /catch/,
    );
    await arrive(whole);
  };
  await breaksOff(event("ten"), 30);
  await shows(
    "ten",
    "The stream breaks off in the middle of a line, the page asks again, and the first message of the new answer is lost: the half line is still in front of it. Each answer begins with nothing.",
    /^let \w+ = ("|new TextDecoder)/,
    /split/,
  );
  const eleven = event("eleven 🙂");
  await breaksOff(eleven, eleven.indexOf("🙂") + 2);
  await shows(
    "eleven 🙂",
    "The stream breaks off in the middle of a character, the page asks again, and the first message of the new answer is lost: the decoder still has half a character. Each answer needs a decoder of its own.",
    /new TextDecoder/,
  );
}
