// The tables of views/README.md: what is counted, and what `npm run bench:views` measured. `npm run compare` writes them.
import { existsSync, readFileSync } from "node:fs";
import { markdownTable } from "markdown-table";
import { linesOfView, packagesOf, smallBytesOfPage } from "../compare/count.ts";
import type { ViewCosts, ViewCostsFile } from "./view-costs.ts";

const file = new URL("view-costs.json", import.meta.url);
const titles = { react: "React", vue: "Vue", svelte: "Svelte", angular: "Angular", ember: "Ember" };
const views = ["dom", ...Object.keys(titles)];

const table = (rows: string[][]) =>
  markdownTable(
    [["", "plain DOM", ...Object.entries(titles).map(([view, title]) => `[${title}](${view}/README.md)`)], ...rows],
    {
      align: ["l", ...views.map(() => "r")],
    },
  );

// Without digits after the point: under Vitest, the compilers of Vue are those for development, which leave some more bytes.
const kB = (size: number) => (size / 1_000).toFixed(0);

/** What is the same on every machine. */
export async function viewSizes(): Promise<string> {
  const bytes = [];
  for (const view of views) bytes.push(await smallBytesOfPage("socket-io/client.ts", view));
  return table([
    ["Lines, with the markup", ...views.map((view) => String(linesOfView(view)))],
    ["JavaScript of the page, minified, kB", ...bytes.map(({ minified }) => kB(minified))],
    ["… and compressed with gzip, kB", ...bytes.map(({ gzipped }) => kB(gzipped))],
    [
      "Packages that `npm run views:install` adds",
      ...views.map((view) => (view === "dom" ? "0" : String(packagesOf(view)))),
    ],
  ]);
}

/** What was measured, and in brackets how many times as much as in plain DOM. */
export function viewCosts(): string {
  if (!existsSync(file)) return "Nothing is measured yet: `npm run bench:views`, and then `npm run compare`.";
  const { date, machine, rounds, installed, views: costs } = JSON.parse(readFileSync(file, "utf8")) as ViewCostsFile;
  const compared = (key: keyof ViewCosts) =>
    views.map((view) => {
      const [own, plain] = [costs[view]![key], costs.dom![key]];
      return view === "dom" ? own.toFixed(0) : `${own.toFixed(0)} (${(own / plain).toFixed(1)}×)`;
    });
  const longest = (key: "bursts" | "atOnce") =>
    views.map((view) => costs[view]![key]).map((time) => (time ? time.toFixed(0) : "less than 50"));
  const rows = [
    ["Until the first message is in the page, ms", ...compared("first")],
    ["CPU for 1,000 rows at once, ms", ...compared("rows")],
    ["CPU for a second with 100 messages, below these rows, ms", ...compared("second")],
    ["… draws per frame", ...views.map((view) => costs[view]!.draws.toFixed(2))],
    ["Longest task while 1,000 messages come in bursts of 50, ms", ...longest("bursts")],
    ["… and while they come all at once, ms", ...longest("atOnce")],
    ["What `npm run views:install` adds, MB", ...views.map((view) => installed[view]?.megabytes.toFixed(0) ?? "0")],
    ["… installed from npm's cache, s", ...views.map((view) => installed[view]?.seconds.toFixed(1) ?? "0")],
  ];
  return `Measured on ${date} by \`npm run bench:views\` on ${machine}, over socket-io, with the JavaScript as it is served here, not minified: medians of ${rounds} rounds, and in brackets the ratio to plain DOM. CPU is that of the page's main thread.\n\n${table(rows)}`;
}
