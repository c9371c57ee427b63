// Sends twenty messages a second in the side-by-side page, for five minutes or for the seconds that you give
// (`npm run soak 60`). Fails when a task blocks the page for more than 200 ms, or when the memory still grows after all
// lists are full.
import { chromium } from "playwright";
import { sideBySide } from "../compare/side-by-side.ts";
import { findBrowser } from "./browser.ts";

const seconds = Number(process.argv[2] ?? 300);
const longestTask = 200; // milliseconds
const mostGrowth = 1.15; // of the heap, from the middle to the end, each measured after a garbage collection

const server = await sideBySide(0);
const browser = await chromium.launch(findBrowser());
const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 1280, height: 800 } });
const page = await context.newPage();
await page.addInitScript(() => {
  const tasks: number[] = Object.assign(globalThis, { tasks: [] }).tasks;
  const observer = new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration)));
  observer.observe({ type: "longtask" });
});
await page.goto(server.url);
for (const { variant } of server.panes)
  await page.locator(`[aria-label="${variant.name}"][data-state="connected"]`).waitFor();
for (const frame of page.frames().slice(1)) await frame.locator("summary").click();

// The frame on https has its own process; the other three share the process of the page.
const secure = page.frames().find((frame) => frame.url().startsWith("https:"))!;
const sessions = await Promise.all([context.newCDPSession(page), context.newCDPSession(secure)]);
async function heap(): Promise<number> {
  let bytes = 0;
  for (const session of sessions) {
    await session.send("HeapProfiler.collectGarbage");
    bytes += (await session.send("Runtime.getHeapUsage")).usedSize;
  }
  return bytes / 1_000_000;
}
/** The long tasks since the last call, in milliseconds. */
async function longTasks(): Promise<number[]> {
  const all = page
    .frames()
    .map((frame) => frame.evaluate(() => (globalThis as unknown as { tasks: number[] }).tasks.splice(0)));
  return (await Promise.all(all)).flat();
}

await longTasks(); // the tasks of loading the page do not count
const send = page.locator("#controls").getByRole("button", { name: "send 1", exact: true });
await send.evaluate((button: HTMLElement) => setInterval(() => button.click(), 1_000 / 20));
await page.waitForTimeout(seconds * 500);
const middle = await heap();
await page.waitForTimeout(seconds * 500);
const long = await longTasks();
const end = await heap();
const latencies = await page.locator(".median").allInnerTexts();
const bytesDown = server.panes.map(({ tap }) => tap.down.bytes);
await browser.close();
await server.stop();

console.log(
  `${seconds} s, 20 messages a second, ${bytesDown.reduce((sum, bytes) => sum + bytes) / 1_000_000} MB down in all four`,
);
console.log(`median latency: ${server.panes.map(({ variant }, i) => `${variant.name} ${latencies[i]}`).join(", ")}`);
console.log(`tasks over 50 ms: ${long.length}, the longest ${Math.max(0, ...long)} ms`);
console.log(`heap: ${middle.toFixed(1)} MB in the middle, ${end.toFixed(1)} MB at the end`);
const bad = Math.max(0, ...long) > longestTask || end > mostGrowth * middle;
if (bad)
  console.error(`Failed: no task may take more than ${longestTask} ms, and the heap may not grow by more than 15 %.`);
process.exit(bad ? 1 : 0);
