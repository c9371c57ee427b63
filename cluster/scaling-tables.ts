// The tables of stores/scaling.md: what was measured, and what follows from the bench on paper. `npm run compare` writes them.
import { existsSync, readFileSync } from "node:fs";
import { markdownTable } from "markdown-table";
import type { MetricId, Results, ScenarioId } from "../bench/results.ts";
import { figureOf } from "../bench/rows.ts";
import { type VariantName, variants } from "../shared-server/variants.ts";
import { timing } from "../shared-ui/timing.ts";
import type { CostsFile } from "./costs.ts";

const file = new URL("costs.json", import.meta.url);

const milliseconds = (microseconds: number) => (microseconds / 1_000).toFixed(2);

/** What `npm run cluster:costs` measured. */
export function storeCosts(): string {
  if (!existsSync(file)) return "Nothing is measured yet: `npm run cluster:costs`, and then `npm run compare`.";
  const { date, machine, rounds, messages, costs } = JSON.parse(readFileSync(file, "utf8")) as CostsFile;
  const rows: [title: string, cell: (own: CostsFile["costs"][string], usesRedis: boolean) => string][] = [
    ["Until a post is acknowledged, ms", ({ acknowledged }) => acknowledged.toFixed(1)],
    ["Until it arrives at a reader of the last node, ms", ({ arrived }) => arrived.toFixed(1)],
    ["CPU of all nodes for each message, one by one, ms", ({ nodes }) => milliseconds(nodes)],
    ["… when 100 come at once, ms", ({ nodesAtOnce }) => milliseconds(nodesAtOnce)],
    [
      "CPU of Redis for each message, one by one, ms",
      ({ redis }, usesRedis) => (usesRedis ? milliseconds(redis) : "–"),
    ],
    ["… when 100 come at once, ms", ({ redisAtOnce }, usesRedis) => (usesRedis ? milliseconds(redisAtOnce) : "–")],
  ];
  const names = Object.keys(costs);
  const table = markdownTable(
    [
      ["", ...names],
      ...rows.map(([title, cell]) => [title, ...names.map((name) => cell(costs[name]!, name.includes("Redis")))]),
    ],
    { align: ["l", ...names.map(() => "r")] },
  );
  return `Measured on ${date} by \`npm run cluster:costs\` on ${machine}, over loopback, with raw-websockets, one poster and one reader: the best of ${rounds} rounds of ${messages} messages.\n\n${table}`;
}

const perNode = 25_000;

/** What a million clients need, if each of them costs what one of the bench's does: a million kB are a GB, and a million µs a second a core. */
export function onPaper(results: Results | undefined): string {
  if (!results) return "Nothing is measured yet: `npm run bench`, and then `npm run compare`.";
  const measured = (name: VariantName, scenario: ScenarioId, metric: MetricId) =>
    figureOf(results, name, scenario, metric)?.median ?? Number.NaN;
  const rows: [title: string, need: (name: VariantName) => number, unit: string][] = [
    ["Memory of all nodes", (name) => measured(name, "connect", "memory"), "GB"],
    ["Requests a second while nobody says anything", (name) => (name === "polling" ? 1e9 / timing.poll : 0), ""],
    ["CPU while nobody says anything", (name) => measured(name, "idle", "idleCpu") / 60, "cores"],
    ["CPU for one message a second to all", (name) => measured(name, "delivery", "cpuPerDelivery"), "cores"],
    ["… if 16 come together, every 16 seconds", (name) => measured(name, "bursts", "cpuPerDelivery"), "cores"],
  ];
  const cells = rows.map(([title, need, unit]) => [
    title,
    ...variants.map(({ name }) => {
      const needed = need(name);
      return Number.isNaN(needed) ? "–" : `${Number(needed.toPrecision(2)).toLocaleString("en")} ${unit}`.trim();
    }),
  ]);
  const names = variants.map(({ name }) => name);
  const table = markdownTable([["", ...names], ...cells], { align: ["l", ...names.map(() => "r")] });
  const { date, machine, options } = results;
  return `**On paper**, not measured: the figures for one client of \`npm run bench\` (${date.slice(0, 10)}, ${machine.cpu}, ${options.clients} clients), times a million. With ${perNode.toLocaleString("en")} clients each, these are ${1_000_000 / perNode} processes. http2-push is with TLS, the others are without.\n\n${table}`;
}
