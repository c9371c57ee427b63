// What the bench measured (bench/results.json), as the rows of a table: the same for README.md and for the results page.
import { existsSync, readFileSync } from "node:fs";
import { variants } from "../shared-server/variants.ts";
import { cell } from "./report.ts";
import { type MetricId, metrics, type Results, type ScenarioId, type Target } from "./results.ts";

const file = new URL("results.json", import.meta.url);

/** The results of the last run of the bench, if there is one. */
export function readResults(): Results | undefined {
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
}

/** What a variant is compared with: the least that its library can do, or the protocol of the original course. */
export type Against = "baseline" | "course";

/** A row: the figures of the variants for one metric of one scenario, or the ratios to something else. */
type Row = [scenario: ScenarioId, metric: MetricId, against?: Against];

const rows: [title: string, ...rest: Row][] = [
  ["Server CPU per delivery", "delivery", "cpuPerDelivery"],
  ["… relative to the baseline", "delivery", "cpuPerDelivery", "baseline"],
  ["… relative to the course's protocol", "delivery", "cpuPerDelivery", "course"],
  ["Server CPU per delivery in bursts of 16", "bursts", "cpuPerDelivery"],
  ["… relative to the baseline, which writes message by message", "bursts", "cpuPerDelivery", "baseline"],
  ["Latency from post to arrival, p50", "delivery", "latencyP50"],
  ["Latency from post to arrival, p99", "delivery", "latencyP99"],
  ["Bytes on the wire per delivery", "wire", "bytesPerDelivery"],
  ["… relative to the course's protocol", "wire", "bytesPerDelivery", "course"],
  ["CPU to connect one client", "connect", "connectCpu"],
  ["Memory per connected client", "connect", "memory"],
  ["CPU for one idle client per minute", "idle", "idleCpu"],
  ["Bytes for one idle client per minute", "idle", "idleBytes"],
  ["Time until all clients are back after a restart", "restart", "recoveryLast"],
  ["Lost deliveries", "delivery", "lost"],
  ["Duplicates", "delivery", "duplicates"],
];

/** The rows: a title, and a cell for each variant. A row without any figure is left out. */
export function measuredRows(results: Results): string[][] {
  return rows
    .map(([title, scenario, metric, against]) => {
      const figures = variants.map(({ name }) => figureOf(results, name, scenario, metric, against));
      const unit = against ? "" : metrics[metric].unit;
      return [`${title}${unit && `, ${unit}`}`, ...figures.map((figure) => cell(figure) ?? "–")];
    })
    .filter(([, ...cells]) => cells.some((text) => text !== "–"));
}

/** A figure of a target, or its ratio to another target of the same variant. */
export function figureOf(results: Results, target: string, scenario: ScenarioId, metric: MetricId, against?: Against) {
  if (!against)
    return results.results.find((own) => own.target === target && own.scenario === scenario)?.metrics[metric];
  const kinds: Target["kind"][] = against === "course" ? ["course"] : ["baseline", "plain"];
  const ids = results.targets.filter(({ kind }) => kinds.includes(kind)).map(({ id }) => id);
  return results.ratios.find(
    (own) => own.target === target && own.scenario === scenario && own.metric === metric && ids.includes(own.against),
  )?.ratio;
}

/** All ratios, with the goals that this repository sets. */
export function ratioRows({ ratios, targets, scenarios }: Results): string[][] {
  const label = (id: string) => targets.find((target) => target.id === id)?.label ?? id;
  return ratios.map(({ target, against, scenario, metric, ratio, goal }) => [
    `${label(target)} against ${label(against)}`,
    `${metrics[metric].label}: ${scenarios.find(({ id }) => id === scenario)?.label}`,
    cell(ratio)!,
    goal === undefined ? "" : `at most ${goal}${ratio.median > goal ? ": missed" : ""}`,
  ]);
}

/** When, where and how the bench ran, in sentences. */
export function circumstances({ date, command, machine, options }: Results): string {
  const { clients, rate, characters, rounds, quick } = options;
  const spread =
    rounds > 1 ? `Each figure is the median of ${rounds} rounds, with the minimum and the maximum in brackets.` : "";
  return [
    `Measured on ${date.slice(0, 10)} by \`${command}\` on ${machine.cpu}, ${machine.cores} cores, ${machine.os}, Node ${machine.node}:`,
    `${clients} clients, ${rate} messages of ${characters} characters per second, over loopback.`,
    spread,
    ...(quick ? ["A quick run is a rough look, not a measurement."] : []),
  ]
    .filter(Boolean)
    .join(" ");
}
