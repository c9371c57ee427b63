import { setTimeout as sleep } from "node:timers/promises";
import type { Request } from "playwright";
import { compile } from "../compile.ts";
import { Fault, lineOf } from "../faults.ts";
import type { Tester } from "../tester.ts";
import { suite } from "./suite.ts";

export const startsLater = true; // the suite runs a server of its own

export default async function check(t: Tester): Promise<void> {
  await compile(t.folder); // so that an error in a file is told in our words, not in those of the suite
  // The server: the suite of the four speaks to it through test-client.ts.
  const broken = await suite(t.folder);
  if (broken) {
    const { promise, says, test, line, kept } = broken;
    t.also.push(new Fault(`Promises before it that are kept: ${kept}. The test: ${test}`));
    const route = promise.startsWith("posting") ? /\.post\(/ : /\.get\(/;
    throw new Fault(
      `The server does not keep this promise: "${promise}". ${says}`,
      line ? { file: "server.ts", line } : lineOf(t.folder, "server.ts", [/TODO/, route]),
    );
  }

  // The page. Its clock stands still.
  await t.starts();
  await t.posts("before");
  const ada = await t.opens({ waits: false });
  const asked = new Set<Request>(); // for messages, by the page
  const open = new Set<Request>();
  const answered: Request[] = [];
  ada.page.on("request", (request) => {
    if (request.method() !== "GET" || new URL(request.url()).pathname !== "/msgs") return;
    asked.add(request);
    open.add(request);
  });
  for (const event of ["requestfinished", "requestfailed"] as const)
    ada.page.on(event as "requestfinished", (request) => open.delete(request));
  ada.page.on("response", (response) => asked.has(response.request()) && answered.push(response.request()));
  // What the page has asked before it is loaded again ends with it, and of that there is no event.
  ada.page.on("framenavigated", () => [asked, open].forEach((requests) => requests.clear()));
  await ada.loads();
  const reads = async () => ada.page.locator("#messages .text").allTextContents();
  const frames = () => ada.passes(100); // what others say is drawn once in a frame
  const state = ada.page.getByRole("status");
  const client = [/attempt\.received/, /function connect/];
  await t.until(
    async () => (await reads()).join() === "before",
    "Bob has said something, and a page that is opened after that does not show it. Each update that comes must go to attempt.received.",
    "client.ts",
    ...client,
  );
  await frames();
  await t.posts("now");
  await t.until(
    async () => (await reads()).join() === "before,now",
    "Ada's page is open, Bob says something, and she does not read it. It must come without a pause: no time passes here.",
    "client.ts",
    ...client,
  );
  await frames();
  await ada.says("me too");
  await t.until(
    async () => (await reads()).join() === "before,now,me too",
    "Ada says something, and does not read it once.",
    "client.ts",
    /openChat/,
  );
  t.needs(
    asked.size < 20,
    `The page has asked for messages ${asked.size} times, and there were three. The server must hold what it cannot answer yet.`,
    "server.ts",
    /\.get\(/,
  );

  await t.stops();
  answered.length = 0;
  await t.until(
    async () => (await state.textContent()) !== "connected",
    "The server has ended, and the page still says that it is connected. Tell the attempt: attempt.reconnect().",
    "client.ts",
    /attempt\.reconnect/,
    /"error"|catch/,
    ...client,
  );
  await t.starts();
  await t.posts("after");
  // A page that does not count down leaves the first tries to EventSource, which knows only the clock on the wall. The page's own clock
  // waits for it, or its watchdog would sometimes be faster.
  const counts = async () => (await ada.page.locator("#countdown").textContent()) !== "";
  for (const end = Date.now() + 5_000; !answered.length && !(await counts()) && Date.now() < end;) await sleep(20);
  await t.until(
    async () => {
      await ada.passes(1_000); // the pause before each try
      return (await reads()).join() === "after" && (await state.textContent()) === "connected";
    },
    "The server has started again, and the page does not come back. Somebody must dial again: attempt.reconnect() does it.",
    "client.ts",
    /attempt\.reconnect/,
    /"error"|catch/,
    ...client,
  );
  const [back] = answered;
  const since = new URL(back!.url()).searchParams.get("since");
  t.needs(
    since !== null,
    "The page comes back, and does not say where it stopped. attempt.query() has the cursor, and whom the page takes itself for.",
    "client.ts",
    /\/msgs/,
  );
  t.needs(
    since || (await back!.allHeaders())["last-event-id"],
    "The browser comes back by itself, to the address that it had at first, and cannot say where it stopped. EventSource says it in Last-Event-ID if each event has an `id:`, the cursor.",
    "server.ts",
    /data: /,
    /\.get\(/,
  );

  // The browser keeps a page that somebody has left, for the button "Back". Simulated: the page sees only this event.
  await ada.page.evaluate(() => dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true })));
  await t.until(
    () => open.size === 0,
    "The page has hung up, and a request for messages is still open. Close it when attempt.signal is aborted.",
    "client.ts",
    /signal/,
    /\/msgs/,
  );

  // "Back" is pressed, and nothing was said meanwhile.
  await ada.page.evaluate(() => dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })));
  await t.until(
    async () => {
      await frames();
      return (await state.textContent()) === "connected";
    },
    "The page comes back, nobody has said anything, and it never says that it is connected. An answer without news goes to attempt.received, too, with the cursor of attempt.parameters().",
    "client.ts",
    /attempt\.received/,
    ...client,
  );

  // Ada leaves for good. What is written to her after that is wasted.
  await ada.closes();
  await t.until(
    async () => {
      const before = t.wasted;
      await t.posts("nobody is here");
      await sleep(200); // at this pace there are never too many posts
      return t.wasted === before;
    },
    'Ada has closed her page, Bob says something, and the server still writes to her: it forgets nobody who leaves. What catchUp or audience.join returns must be called on "close".',
    "server.ts",
    /"close"/,
    /catchUp\(/,
    /\.join\(/,
    /\.get\(/,
  );
}
