// The tables in the READMEs: what differs in the code, what tests found out, what is counted, and what the bench measured.
import { readFileSync } from "node:fs";
import { markdownTable } from "markdown-table";
import { charts } from "../bench/charts.ts";
import { short } from "../bench/report.ts";
import { metrics, type Results } from "../bench/results.ts";
import { circumstances, figureOf, measuredRows } from "../bench/rows.ts";
import { variants } from "../shared-server/variants.ts";
import { behaviour, groups } from "./behaviour.ts";
import { bytesOf, linesIn, linesOf } from "./count.ts";
import { serverRows } from "./servers.ts";

const names = variants.map(({ name }) => name);
const columns = { align: ["l", ...names.map(() => "r")] };
const nothingMeasured = "Nothing is measured yet: `npm run bench`, and then `npm run compare`.";
const kB = (size: number) => (size / 1_000).toFixed(1);
const head = (folder: string) => ["", ...names.map((name) => `[${name}](${folder}${name}/README.md)`)];

/**
 * The generated sections, by README and by the name of their markers. Without results, the measured ones say how to get
 * some.
 */
export async function sections(results: Results | undefined): Promise<Record<string, Record<string, string>>> {
  return {
    "README.md": { servers: servers(), figures: figures(results) },
    "compare/README.md": { behaviour: behaviours(), counted: await counted() },
    "bench/README.md": { measured: measured(results) },
  };
}

/** A text with these sections in place of what stood between their markers. */
export function withSections(text: string, all: Record<string, string>): string {
  return Object.entries(all).reduce((before, [name, section]) => {
    const [from, to] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
    const [start, end] = [before.indexOf(from), before.indexOf(to)];
    if (start < 0 || end < start) throw new Error(`The README has no place for this: ${from} … ${to}.`);
    return `${before.slice(0, start)}${from}\n\n${section}\n\n${before.slice(end)}`;
  }, text);
}

function servers(): string {
  const lines = names.map(linesOf).map(({ server, client }) => `${server} + ${client}`);
  return markdownTable([head(""), ["Lines, server.ts + client.ts", ...lines], ...serverRows()]);
}

/** The three figures that a chooser asks for first. */
function figures(results: Results | undefined): string {
  if (!results) return nothingMeasured;
  const rows = (
    [
      ["Latency from post to arrival, p50", "delivery", "latencyP50"],
      ["CPU of the server for one idle client per minute", "idle", "idleCpu"],
      ["Memory of the server for one connected client", "connect", "memory"],
    ] as const
  ).map(([title, scenario, metric]) => [
    `${title}, ${metrics[metric].unit}`,
    ...names.map((name) => short(figureOf(results, name, scenario, metric)!.median)),
  ]);
  return markdownTable([head(""), ...rows], columns);
}

function behaviours(): string {
  const all = Object.values(behaviour);
  return Object.entries(groups)
    .map(([group, title]) => {
      const rows = all
        .filter((row) => row.group === group)
        .map(({ asks, answers, file, title: test }) => [
          `[${asks}](../${file}#L${lineOf(file, test)} "${test}")`,
          ...names.map((name) => answers[name]),
        ]);
      return `**${title}**\n\n${markdownTable([head("../"), ...rows])}`;
    })
    .join("\n\n");
}

/** The line on which a test begins. */
function lineOf(file: string, title: string): number {
  const lines = readFileSync(new URL(`../${file}`, import.meta.url), "utf8").split("\n");
  return lines.findIndex((line) => line.includes(`test("${title}"`)) + 1;
}

async function counted(): Promise<string> {
  const lines = names.map(linesOf);
  const bytes = await Promise.all(names.map(bytesOf));
  const rows = [
    ["server.ts, lines", ...lines.map(({ server }) => server)],
    ["client.ts, lines", ...lines.map(({ client }) => client)],
    ["together, lines", ...lines.map(({ server, client }) => server + client)],
    ["beside them, lines", ...lines.map(({ others }) => others.map((file) => `${file.name} ${file.lines}`).join(", "))],
    ["JavaScript of the page, minified, kB", ...bytes.map(({ minified }) => kB(minified))],
    ["… and compressed with gzip, kB", ...bytes.map(({ gzipped }) => kB(gzipped))],
  ];
  const shared = ["shared-chat", "shared-ui", "shared-ui/wire", "shared-server"].map(
    (folder) => `\`${folder}\` ${linesIn(folder)}`,
  );
  const table = markdownTable([head("../"), ...rows.map((row) => row.map(String))], columns);
  return `${table}\n\nLines that all four share: ${shared.join(", ")}.`;
}

function measured(results: Results | undefined): string {
  if (!results) return nothingMeasured;
  const table = markdownTable([head("../"), ...measuredRows(results)], columns);
  const images = charts(results).map(({ file, text }) => `<img src="charts/${file}" alt="${text}" width="49%" />`);
  return `${circumstances(results)}\n\n${table}\n\n${images.join("\n")}`;
}
