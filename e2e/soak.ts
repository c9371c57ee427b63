// Twenty messages a second in the side-by-side page, for five minutes or as many seconds as you say (`npm run soak 60`).
// Fails when the page stutters (a task over 200 ms) or when its memory goes on growing after everything kept is full.
import { chromium } from "playwright";
import { sideBySide } from "../compare/side-by-side.ts";
import { findBrowser } from "./browser.ts";

const seconds = Number(process.argv[2] ?? 300);
const longest = 200; // milliseconds
const growth = 1.15; // from the middle to the end; each measured after the garbage is collected

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

// The frame on https has a process of its own; the other three share that of the page.
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

await longTasks(); // what it takes to load is not what it takes to run
const send = page.getByRole("button", { name: "send 1", exact: true });
await send.evaluate((button: HTMLElement) => setInterval(() => button.click(), 1_000 / 20));
await page.waitForTimeout(seconds * 500);
const middle = await heap();
await page.waitForTimeout(seconds * 500);
const long = await longTasks();
const end = await heap();
const delays = await page.locator(".median").allInnerTexts();
const said = server.panes.map(({ tap }) => tap.down.bytes);
await browser.close();
await server.stop();

console.log(
  `${seconds} s, 20 messages a second, ${said.reduce((sum, bytes) => sum + bytes) / 1_000_000} MB down in all four`,
);
console.log(`median delay: ${server.panes.map(({ variant }, i) => `${variant.name} ${delays[i]}`).join(", ")}`);
console.log(`tasks over 50 ms: ${long.length}, the longest ${Math.max(0, ...long)} ms`);
console.log(`heap: ${middle.toFixed(1)} MB in the middle, ${end.toFixed(1)} MB at the end`);
const bad = Math.max(0, ...long) > longest || end > growth * middle;
if (bad)
  console.error(`Not fluid: no task may take more than ${longest} ms, and memory may not grow by more than 15 %.`);
process.exit(bad ? 1 : 0);
