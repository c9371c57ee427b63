import type { WebSocket } from "playwright";
import type { Peer } from "../peer.ts";
import type { Tester } from "../tester.ts";

/** In the page: notes the pause between the end of a WebSocket and the next one. */
const noted = `
  globalThis.pauses = [];
  let ended;
  globalThis.WebSocket = class extends WebSocket {
    constructor(...rest) {
      super(...rest);
      if (ended) pauses.push(Date.now() - ended);
      ended = undefined;
      this.addEventListener("close", () => (ended = Date.now()));
    }
  };
`;

export default async function check(t: Tester): Promise<void> {
  const clients = [/sockets\.clients/, /"message"/, /TODO/];
  const bob = await t.dials();
  const dan = await t.dials();
  /** Bob says this. Afterwards, he and these others have heard all that they will hear of it. */
  const says = async (text: string, ...others: Peer[]) => {
    bob.says(text);
    for (const peer of [bob, ...others]) await peer.settles();
  };
  await Promise.all([bob.settles(), dan.settles()]);
  const [before, others] = [bob.frames, dan.frames];
  await says("one", dan);
  t.needs(
    bob.frames > before || dan.frames > others || !t.runs,
    "Bob says something, and nobody reads it, not even he: send it to each socket in sockets.clients.",
    "server.ts",
    ...clients,
  );
  const binary = () => bob.binary + dan.binary > 0;
  t.needs(
    dan.frames === others || dan.texts.includes("one") || binary(),
    "Bob says something, and everybody gets a frame, but not one with his message. When it is in the list, send update(messages.length - 1): what was said after all the messages before it.",
    "server.ts",
    ...clients,
  );
  t.needs(
    dan.texts.includes("one") || binary(),
    "Only the one who says something reads it. It must go to each socket in sockets.clients.",
    "server.ts",
    ...clients,
  );
  t.needs(
    !binary(),
    "The frame that Bob sent goes on to the others as it came: binary, because ws hands over a Buffer, and without id, time and cursor. Send a text: update(…).",
    "server.ts",
    /\.send\(\w+\)/,
    ...clients,
  );
  t.needs(
    bob.texts.includes("one"),
    "Everybody reads what Bob says, but Bob does not. His page shows only what the server sends, so the author must get it, too.",
    "server.ts",
    ...clients,
  );

  const catchUp = [/since/, /handleUpgrade/];
  const cyd = await t.dials();
  await cyd.settles();
  t.needs(
    cyd.texts.includes("one"),
    "Cyd comes later, and does not read what was said before. Send it as soon as she is connected.",
    "server.ts",
    ...catchUp,
  );
  const back = await t.dials(`?since=${cyd.cursor}`);
  const frames: string[] = [];
  dan.socket.on("message", (data: Buffer) => frames.push(data.toString()));
  bob.socket.send('{"event":"msg:post","data":{"user":"Bob","text":"two","id":7,"time":7}}');
  for (const peer of [bob, dan, cyd, back]) await peer.settles();
  t.needs(
    [bob, dan, cyd].every(({ texts }) => texts.join() === "one,two") && back.texts.includes("two"),
    "Bob says something new, and that alone must come to all. Here other messages come with it once more: the page adds what comes to what it has.",
    "server.ts",
    ...clients,
  );
  t.needs(
    !back.texts.includes("one"),
    "A page that comes back with its cursor gets everything again. searchParams has the cursor: since.",
    "server.ts",
    /socket\.send\(/,
    ...catchUp,
  );

  t.needs(
    !/"(id|time)":7\b/.test(frames.join()),
    "A frame brings an id and a time, and the server believes them. Only user and text come from a client: take no more than these.",
    "server.ts",
    /\.\.\.\w+/,
    /\.push\(/,
  );

  for (const bad of [
    "This is not JSON.",
    "null",
    "{}",
    '{"event":"msg:post","data":{}}',
    '{"event":"msg:post","data":{"user":"Cyd","text":{}}}',
    '{"event":"msg:post","data":{"user":{},"text":"x"}}',
  ])
    cyd.socket.send(bad);
  await cyd.settles();
  await bob.settles(); // a server that has ended is noticed on each connection by itself
  t.needs(
    t.runs && bob.gone === undefined,
    "One client sends a text that is not a message, and the server ends for all. JSON.parse throws, and so does a look into null, or into data that is not there: catch it.",
    "server.ts",
    /\bdraft(\.(user|text)|;)/,
    /JSON\.parse/,
    /"message"/,
  );
  t.needs(
    bob.texts.join() === "one,two",
    "A draft whose user or text is missing, or is an object, goes to all pages. Each must have a user and a text, and both must be strings.",
    "server.ts",
    /\.push\(/,
    /"message"/,
  );
  const broken = await t.upgrades();
  broken.socket.write(Buffer.from([0xff, 0x80, 0, 0, 0, 0])); // reserved bits, and an opcode that does not exist
  await t.until(
    () => broken.socket.closed || !t.runs,
    "A broken frame does not end the connection that it came on.",
    "server.ts",
  );
  await bob.settles();
  t.needs(
    t.runs && bob.gone === undefined,
    'One client sends a broken frame, and the server ends for all. ws reports it as "error" on the socket of that client: without a listener, Node throws it.',
    "server.ts",
    /handleUpgrade/,
  );

  const tap = await t.taps();
  const ada = await t.opens();
  const shows = async (text: string) => (await ada.reads()).includes(text);
  await t.until(
    () => shows("two"),
    "Ada opens the page, and it does not show what was said before.",
    "client.ts",
    /show\(/,
  );
  await ada.says("three");
  await t.until(
    () => bob.texts.includes("three"),
    "Ada says something, and Bob does not read it.",
    "client.ts",
    /\.send\(/,
  );
  await t.until(
    async () => (await ada.reads()).join() === "one,two,three",
    "Something new comes, and the page does not show it together with what was said before. An update has only what is new: add it to messages, and show them all.",
    "client.ts",
    /\.push\(/,
    /show\(/,
  );

  const sockets: WebSocket[] = []; // from now on: the browser may report the first one only after `opens` has returned
  ada.page.on("websocket", (socket) => sockets.push(socket));
  const close = [/"close"/, /TODO/, /"error"/];
  const pauses = () => ada.page.evaluate<number[]>("pauses");
  await ada.page.evaluate(noted);
  await ada.chance(1);
  tap.refuse();
  tap.cut();
  await t.until(
    async () => sockets.length > 0 || (await ada.page.locator("#state").textContent()) === "reconnecting",
    'The connection is cut, and the page does not say "reconnecting". A WebSocket that ends reports "close", and not always "error".',
    "client.ts",
    ...close,
  );
  bob.says("four");
  await ada.passes(100);
  t.needs(
    sockets.length === 0,
    "The connection is cut, and the page tries again before any time has passed. A server in trouble needs a pause: retryDelay.",
    "client.ts",
    ...close,
  );
  /** Time passes in the page until this is so. */
  const comes = (holds: () => Promise<boolean>, words: string, ...patterns: RegExp[]) =>
    t.until(
      async () => {
        await ada.passes(1_000);
        return holds();
      },
      words,
      "client.ts",
      ...patterns,
      ...close,
    );
  await comes(
    async () => (await pauses()).length >= 3,
    "The connection is cut, and the page does not try to come back, or tries only once. After each close it must open another socket, and listen to that one, too.",
    /TODO/,
  );
  const [shortest, , longer] = (await pauses()) as [number, number, number];
  t.needs(
    longer > 1.5 * shortest,
    "Nobody answers, and the pauses of the page do not grow. A server in trouble needs longer ones: retryDelay(++failed), and failed is 0 again only when an update has come.",
    "client.ts",
    /setTimeout/,
    ...close,
  );
  await tap.accept();
  await comes(
    () => shows("four"),
    "The server is reachable again, and the page does not come back, or does not listen to its new socket.",
    /TODO/,
  );
  await ada.passes(30_000);
  bob.says("five");
  await t.until(
    () => shows("five"),
    "The page has come back, and does not show what Bob says now.",
    "client.ts",
    ...close,
  );
  t.needs(
    sockets.filter((socket) => !socket.isClosed()).length === 1,
    'The page has come back with more than one connection. "close" comes after each "error", so "close" alone must open the next socket, once.',
    "client.ts",
    /"error"/,
    ...close,
  );
  t.needs(
    (await ada.reads()).join() === "one,two,three,four,five",
    "After it has come back, the page shows a message twice. It must ask for /msgs?since=CURSOR, with the cursor of the last update.",
    "client.ts",
    /new WebSocket/,
    ...close,
  );
  await ada.says("six");
  await t.until(
    () => bob.texts.includes("six"),
    "The page has come back, and what Ada says now does not arrive. It must go over the new socket, not over the one that is closed.",
    "client.ts",
    /\.send\(/,
  );

  const times = (await pauses()).length;
  tap.cut(); // nothing is missed
  await comes(
    async () => (await pauses()).length > times,
    "The connection is cut once more, and the page does not come back.",
  );
  t.needs(
    (await pauses())[times]! < longer,
    "The page was connected, its connection is cut once more, and it rests as if it had failed all the time. When an update has come, failed is 0 again.",
    "client.ts",
    /\+\+failed/,
    ...close,
  );
  await t.until(
    async () => (await ada.page.locator("#state").textContent()) === "connected",
    'The page comes back, has missed nothing, and does not say "connected". Then the update has no messages: its cursor is in update.cursor.',
    "client.ts",
    /\.at\(-1\)/,
    /cursor = /,
    /say\("connected"\)/,
  );
}
