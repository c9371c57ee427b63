// `npm run bench:views`: what each view costs in the browser, over socket-io: until the first message is there, for 1,000 rows, at 100
// messages a second, and in a burst. It measures the views in turns and writes view-costs.json, from which `npm run compare` makes a table.
import { copyFileSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { cpus, release, tmpdir, type } from "node:os";
import { join } from "node:path";
import { setImmediate, setTimeout as pause } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright";
import { findBrowser } from "../e2e/browser.ts";
import { Log } from "../shared-chat/log.ts";
import { bundle } from "../shared-server/bundle.ts";
import { start } from "../shared-server/start.ts";
import { install } from "../shared-server/packages.ts";
import { folderOf, frameworks, installedViews } from "../shared-server/views.ts";

const rounds = 5;
const rows = 1_000; // as many as the page shows
const rate = 100; // messages a second
const seconds = 3;
const rest = 500; // milliseconds: by then, everything is drawn

export interface ViewCosts {
  /** From the navigation until the first message is in the page. Milliseconds. */
  first: number;
  /** CPU time of the page's main thread: for 1,000 rows that come at once, and then for a second with 100 messages. Milliseconds. */
  rows: number;
  second: number;
  /** In this second: how often messages were drawn, for each frame. */
  draws: number;
  /** The longest task, in milliseconds: while 1,000 messages come in bursts of 50, and while they come all at once. 0 if none took 50, because the browser reports only those. */
  bursts: number;
  atOnce: number;
}

/** view-costs.json. */
export interface ViewCostsFile {
  date: string;
  machine: string;
  rounds: number;
  /** What `npm run views:install` installs, in MB, and how many seconds npm needs for it when its cache has the packages. */
  installed: Record<string, { megabytes: number; seconds: number }>;
  /** Medians. */
  views: Record<string, ViewCosts>;
}

type Observed = Pick<ViewCosts, "first" | "draws"> & { frames: number; longest: number };

/** Runs in the page, before anything else. */
function observePage() {
  const observed = {
    first: 0,
    draws: 0,
    frames: 0,
    longest: 0,
    frame() {
      observed.frames += 1;
      requestAnimationFrame(() => observed.frame());
    },
  };
  const drawn = new MutationObserver((records) => {
    if (!records.some(({ target }) => target instanceof Element && target.closest("#messages"))) return;
    if (document.querySelector("#messages .message")) observed.first ||= performance.now();
    observed.draws += 1;
  });
  drawn.observe(document, { childList: true, subtree: true });
  const tasks = new PerformanceObserver((list) => {
    observed.longest = Math.max(observed.longest, ...list.getEntries().map(({ duration }) => duration));
  });
  tasks.observe({ type: "longtask" });
  observed.frame();
  Object.assign(globalThis, { observed });
}

const browser = await chromium.launch({ ...findBrowser(), args: ["--disable-gpu"] });

async function measure(view: string): Promise<ViewCosts> {
  const log = new Log();
  const say = (text: string) => log.add({ user: "Bob", text });
  await say("the first");
  const server = await start("socket-io", { port: 0, log, view });
  const page = await (await browser.newContext()).newPage(); // with an empty cache
  await page.addInitScript(observePage);
  const client = await page.context().newCDPSession(page);
  await client.send("Performance.enable", { timeDomain: "threadTicks" });
  const cpu = async () => {
    const { metrics } = await client.send("Performance.getMetrics");
    return metrics.find(({ name }) => name === "ThreadTime")!.value * 1_000;
  };
  const observed = () => page.evaluate(() => (globalThis as unknown as { observed: Observed }).observed);
  const shows = async (text: string) => {
    while ((await page.locator("#messages .message .text").last().textContent()) !== text) await pause(20);
    await pause(rest);
  };

  await page.goto(`http://localhost:${server.port}`);
  await shows("the first");
  const before = await cpu();
  await Promise.all(Array.from({ length: rows - 1 }, (_, n) => say(`row ${n + 2}`)));
  await shows(`row ${rows}`);
  const [full, then] = [await cpu(), await observed()];
  const beginning = performance.now();
  for (let n = 1; n <= rate * seconds; n++) {
    await say(`steady ${n}`);
    await pause(Math.max(0, beginning + (n * 1_000) / rate - performance.now()));
  }
  const [after, now] = [await cpu(), await observed()];
  await shows(`steady ${rate * seconds}`);
  const resetLongest = () =>
    page.evaluate(() => ((globalThis as unknown as { observed: Observed }).observed.longest = 0));
  await resetLongest();
  for (let n = 1; n <= rows; n++) {
    const said = say(`burst ${n}`);
    if (n % 50 === 0) await Promise.all([said, pause(100)]);
  }
  await shows(`burst ${rows}`);
  const { first, longest: bursts } = await observed();
  await resetLongest();
  for (let n = 1; n <= rows; n++) {
    const said = say(`at once ${n}`);
    if (n % 20 === 0) await Promise.all([said, setImmediate()]); // what is said in one turn is one update
  }
  await shows(`at once ${rows}`);
  const { longest: atOnce } = await observed();
  await page.context().close();
  await server.stop();
  const draws = (now.draws - then.draws) / (now.frames - then.frames);
  return { first, rows: full - before, second: (after - full) / seconds, draws, bursts, atOnce };
}

/** The files in a folder, in MB. Without what a compiler keeps there. */
function sizeOf(folder: URL): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const kept = files.map(({ parentPath, name }) => join(parentPath, name)).filter((file) => !file.includes(".cache"));
  return kept.reduce((sum, file) => sum + statSync(file).size, 0) / 1e6;
}

/** How long npm needs to install the packages of a view, in seconds. It installs them into an empty folder. */
function installTime(view: string): number {
  const folder = mkdtempSync(join(tmpdir(), "view-costs-"));
  for (const name of [".npmrc", "package.json", "package-lock.json"])
    copyFileSync(new URL(name, folderOf(view)), join(folder, name));
  const begun = performance.now();
  install(pathToFileURL(`${folder}/`));
  if (process.exitCode) process.exit(); // npm has said why
  const time = performance.now() - begun;
  rmSync(folder, { recursive: true });
  return time / 1_000;
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

const found: Record<string, ViewCosts[]> = {};
for (const view of installedViews()) await bundle("socket-io/client.ts", view);
for (let round = 0; round < rounds; round++)
  for (const view of installedViews()) {
    const costs = await measure(view);
    (found[view] ??= []).push(costs);
    console.log(view, costs);
  }
await browser.close();

const installed: ViewCostsFile["installed"] = {};
for (const view of frameworks) {
  const times = Array.from({ length: rounds }, () => installTime(view)); // the first may have to download
  installed[view] = { megabytes: sizeOf(new URL("node_modules/", folderOf(view))), seconds: median(times) };
  console.log(view, installed[view]);
}

const views = Object.entries(found).map(([view, list]) => {
  const keys = Object.keys(list[0]!) as (keyof ViewCosts)[];
  return [view, Object.fromEntries(keys.map((key) => [key, median(list.map((costs) => costs[key]))]))];
});
const results: ViewCostsFile = {
  date: new Date().toISOString().slice(0, 10),
  machine: `${cpus()[0]!.model}, ${cpus().length} cores, ${type()} ${release()}, Node ${process.version}, Chromium ${browser.version()}`,
  rounds,
  installed,
  views: Object.fromEntries(views),
};
writeFileSync(new URL("view-costs.json", import.meta.url), `${JSON.stringify(results, undefined, 2)}\n`);
process.exit();
