// What the bench measured (bench/results.json), as rows of a table: the same for README.md and for the page of results.
import { existsSync, readFileSync } from "node:fs";
import { variants } from "../shared-server/variants.ts";
import { cell } from "./report.ts";
import { type MetricId, metrics, type Results, type ScenarioId, type Target } from "./results.ts";

const file = new URL("results.json", import.meta.url);

/** What the bench has left behind, if it has been run. */
export function readResults(): Results | undefined {
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
}

/** What a variant is set against: its library alone, or the protocol of the original course on the same technique. */
export type Against = "library" | "course";

/** A row: the figures of the variants for a metric of a scenario, or how these stand against something else. */
type Row = [scenario: ScenarioId, metric: MetricId, against?: Against];

const rows: [title: string, ...rest: Row][] = [
  ["CPU of the server for one delivery", "delivery", "cpuPerDelivery"],
  ["… times what its library alone needs", "delivery", "cpuPerDelivery", "library"],
  ["… times what the course's protocol needs", "delivery", "cpuPerDelivery", "course"],
  ["CPU for one delivery in bursts of 16", "bursts", "cpuPerDelivery"],
  ["… times what its library alone needs, message by message", "bursts", "cpuPerDelivery", "library"],
  ["From post to arrival, half within", "delivery", "latencyP50"],
  ["From post to arrival, 99 of 100 within", "delivery", "latencyP99"],
  ["Bytes on the wire for one delivery", "wire", "bytesPerDelivery"],
  ["… times what the course's protocol needs", "wire", "bytesPerDelivery", "course"],
  ["CPU for one client to connect", "connect", "connectCpu"],
  ["Memory for one connected client", "connect", "memory"],
  ["CPU for one client in a minute of silence", "idle", "idleCpu"],
  ["Bytes for one client in a minute of silence", "idle", "idleBytes"],
  ["All clients back after a restart, within", "restart", "recoveryLast"],
  ["Deliveries lost", "delivery", "lost"],
  ["Duplicate deliveries", "delivery", "duplicates"],
];

/** The rows of the variants, with a title and a cell for each. A row that nobody has a figure for is left out. */
export function measuredRows(results: Results): string[][] {
  return rows
    .map(([title, scenario, metric, against]) => {
      const figures = variants.map(({ name }) => figureOf(results, name, scenario, metric, against));
      const unit = against ? "" : metrics[metric].unit;
      return [`${title}${unit && `, ${unit}`}`, ...figures.map((figure) => cell(figure) ?? "–")];
    })
    .filter(([, ...cells]) => cells.some((text) => text !== "–"));
}

/** A figure of a subject; or its ratio to something else of the same technique. */
export function figureOf(results: Results, target: string, scenario: ScenarioId, metric: MetricId, against?: Against) {
  if (!against)
    return results.results.find((own) => own.target === target && own.scenario === scenario)?.metrics[metric];
  const kinds: Target["kind"][] = against === "course" ? ["course"] : ["baseline", "plain"];
  const others = results.targets.filter(({ kind }) => kinds.includes(kind)).map(({ id }) => id);
  return results.ratios.find(
    (own) =>
      own.target === target && own.scenario === scenario && own.metric === metric && others.includes(own.against),
  )?.ratio;
}

/** All ratios that the bench knows, with the goals that this repository has set itself. */
export function ratioRows({ ratios, targets, scenarios }: Results): string[][] {
  const label = (id: string) => targets.find((target) => target.id === id)?.label ?? id;
  return ratios.map(({ target, against, scenario, metric, ratio, goal }) => [
    `${label(target)} against ${label(against)}`,
    `${metrics[metric].label}: ${scenarios.find(({ id }) => id === scenario)?.label}`,
    cell(ratio)!,
    goal === undefined ? "" : `at most ${goal}${ratio.median > goal ? ": missed" : ""}`,
  ]);
}

/** When, where and how it was measured, in sentences. */
export function circumstances({ date, command, machine, options }: Results): string {
  const { clients, rate, characters, rounds, quick } = options;
  const spread =
    rounds > 1 ? `Each figure is the median of ${rounds} rounds, and in brackets are the least and the most.` : "";
  return [
    `Measured on ${date.slice(0, 10)} by \`${command}\` on ${machine.cpu}, ${machine.cores} cores, ${machine.os}, Node ${machine.node}:`,
    `${clients} clients, ${rate} messages of ${characters} characters in a second, over loopback.`,
    spread,
    ...(quick ? ["One short round is a look, and no measurement."] : []),
  ]
    .filter(Boolean)
    .join(" ");
}
