// The tables in the READMEs: what differs in the code, what tests found out, what is counted, and what the bench measured.
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { markdownTable } from "markdown-table";
import { charts } from "../bench/charts.ts";
import { short } from "../bench/report.ts";
import { reasonOf } from "../bench/reasons.ts";
import { metrics, type Results } from "../bench/results.ts";
import {
  circumstances,
  figureOf,
  measuredRows,
  missedRatios,
  ratioRows,
  relativeRows,
  targetOf,
  withoutTls,
} from "../bench/rows.ts";
import { onPaper, storeCosts } from "../cluster/scaling-tables.ts";
import { type Variant, type VariantName, variants } from "../shared-server/variants.ts";
import { exercises } from "../workshop/exercises.ts";
import { planTable } from "../workshop/plans.ts";
import { behaviour, groups } from "./behaviour.ts";
import { viewCosts, viewSizes } from "../views/view-tables.ts";
import { bytesOf, bytesOfPage, count, linesIn, linesOf } from "./count.ts";
import { serverRows } from "./servers.ts";

const names = variants.map(({ name }) => name);
const columns = { align: ["l", ...names.map(() => "r")] };
const onlyOverTls = "browsers speak HTTP/2 only over TLS";
const nothingMeasured = "Nothing is measured yet: `npm run bench`, and then `npm run compare`.";
const kB = (size: number) => (size / 1_000).toFixed(1);
const head = (folder: string, some: readonly Variant[] = variants) => [
  "",
  ...some.map(({ name }) => `[${name}](${folder}${name}/README.md)`),
];

/**
 * The generated sections, by README and by the name of their markers. Without results, the measured ones say how to get
 * some.
 */
export async function sections(results: Results | undefined): Promise<Record<string, Record<string, string>>> {
  return {
    "README.md": { servers: servers(), figures: figures(results) },
    "compare/README.md": { behaviour: behaviours(), counted: await counted() },
    "stores/scaling.md": { costs: storeCosts(), paper: onPaper(results) },
    "views/README.md": { sizes: await viewSizes(), costs: viewCosts() },
    "views/rxjs/README.md": { twins: await rxjs() },
    "bench/README.md": { measured: measured(results), missed: missed(results) },
    "workshop/README.md": { exercises: exerciseTable() },
    "workshop/teacher.md": { plans: planTable() },
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

function exerciseTable(): string {
  const rows = exercises.map(({ number, title, minutes, folder }) => [
    number,
    `[${title}](${basename(folder)}/README.md)`,
    String(minutes),
  ]);
  return markdownTable([["no.", "exercise", "minutes"], ...rows], { align: ["l", "l", "r"] });
}

/** The three figures that a chooser asks for first, with TLS for all four: that is what production costs. */
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
    ...variants.map((variant) => {
      const figure = figureOf(results, targetOf(variant, true), scenario, metric);
      return figure ? short(figure.median) : "–";
    }),
  ]);
  const caption = `All four with TLS, as on the internet: ${onlyOverTls}. What the other three cost [without TLS](bench/README.md#without-tls) is in a table of its own.`;
  return `${caption}\n\n${markdownTable([head(""), ...rows], columns)}`;
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
    ["JavaScript of the page as DevTools shows it, kB", ...bytes.map(({ served }) => kB(served))],
    ["… minified, kB", ...bytes.map(({ minified }) => kB(minified))],
    ["… and compressed with gzip, kB", ...bytes.map(({ gzipped }) => kB(gzipped))],
  ];
  const shared = ["shared-chat", "shared-ui", "shared-ui/wire", "shared-server"].map(
    (folder) => `\`${folder}\` ${linesIn(folder)}`,
  );
  const sizes =
    "DevTools shows `client.js` as the servers here send it: not minified, so that you can read it. In production it would be minified and compressed, and the last two rows say how small it is then.";
  return `${table(rows.map((row) => row.map(String)))}\n\n${sizes}\n\nLines that all four share: ${shared.join(", ")}.`;
}

const twin = (name: VariantName) => `views/rxjs/${name}.ts`;

/** What the clients in RxJS cost, beside those without. */
async function rxjs(): Promise<string> {
  const [bytes, twinBytes] = await Promise.all([
    Promise.all(names.map(bytesOf)),
    Promise.all(names.map((name) => bytesOfPage(twin(name)))),
  ]);
  const rows = [
    ["client.ts, lines", ...names.map((name) => linesOf(name).client)],
    ["… in RxJS", ...names.map((name) => `[${count(twin(name))}](${name}.ts)`)],
    ["JavaScript of the page, minified and compressed, kB", ...bytes.map(({ gzipped }) => kB(gzipped))],
    ["… with RxJS", ...twinBytes.map(({ gzipped }) => kB(gzipped))],
  ];
  return markdownTable([head("../../"), ...rows.map((row) => row.map(String))], columns);
}

/** A table with a column for each of these variants. */
function table(rows: string[][], some: readonly Variant[] = variants): string {
  return markdownTable([head("../", some), ...rows], columns);
}

function measured(results: Results | undefined): string {
  if (!results) return nothingMeasured;
  const images = charts(results).map(({ file, text }) => `<img src="charts/${file}" alt="${text}" width="49%" />`);
  return [
    circumstances(results),
    "### With TLS, all four",
    "What production costs. Bold is the lowest figure of its row, where no spread of another one reaches it.",
    table(measuredRows(results, true)),
    "### Without TLS",
    `How the variants run here, on localhost. http2-push is missing, because ${onlyOverTls}: compare it with the others in the table above.`,
    table(measuredRows(results, false), withoutTls),
    "### Relative to something else",
    "Each ratio compares its like: http2-push, its baseline and the course's protocol with TLS, those of the other three without it. Only the last rows compare TLS with none.",
    table(relativeRows(results)),
    images.join("\n"),
  ].join("\n\n");
}

/** The goals that the last run has missed, and why. */
function missed(results: Results | undefined): string {
  if (!results) return nothingMeasured;
  const ratios = missedRatios(results);
  const rows = ratioRows(results, ratios);
  const reasons = rows.map(([pair, figure], i) => `- **${pair}, ${figure}.** ${reasonOf(ratios[i]!)}`);
  return `${markdownTable([["", "figure", "ratio", "goal"], ...rows])}\n\n${reasons.join("\n")}`;
}
