// What the bench measured (bench/results.json), as the rows of a table: the same for README.md and for the results page.
import { existsSync, readFileSync } from "node:fs";
import { type Variant, type VariantName, variants } from "../shared-server/variants.ts";
import { cell } from "./report.ts";
import { type MetricId, metrics, type Results, type ScenarioId, type Target } from "./results.ts";

const file = new URL("results.json", import.meta.url);

/** The results of the last run of the bench, if there is one. */
export function readResults(): Results | undefined {
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
}

/** The variants that can do without TLS. Browsers speak HTTP/2 only over TLS, so http2-push is not one of them. */
export const withoutTls = variants.filter(({ scheme }) => scheme === "http");

/** The target that is this variant, with TLS or without it. */
export function targetOf({ name, scheme }: Variant, tls: boolean): string {
  return tls && scheme === "http" ? `${name}-tls` : name;
}

/** What a variant is compared with: the least that its library can do, or the protocol of the original course. */
export type Against = "baseline" | "course";

const rows: [title: string, scenario: ScenarioId, metric: MetricId][] = [
  ["Server CPU per delivery", "delivery", "cpuPerDelivery"],
  ["Server CPU per delivery in bursts of 16", "bursts", "cpuPerDelivery"],
  ["Latency from post to arrival, p50", "delivery", "latencyP50"],
  ["Latency from post to arrival, p99", "delivery", "latencyP99"],
  ["Bytes on the wire per delivery", "wire", "bytesPerDelivery"],
  ["CPU to connect one client", "connect", "connectCpu"],
  ["Memory per connected client", "connect", "memory"],
  ["CPU for one idle client per minute", "idle", "idleCpu"],
  ["Bytes for one idle client per minute", "idle", "idleBytes"],
  ["Time until all clients are back after a restart", "restart", "recoveryLast"],
  ["Lost deliveries", "delivery", "lost"],
  ["Duplicates", "delivery", "duplicates"],
];

const relative: [title: string, scenario: ScenarioId, metric: MetricId, against: Against | "without TLS"][] = [
  ["Server CPU per delivery, relative to the baseline", "delivery", "cpuPerDelivery", "baseline"],
  [
    "… in bursts of 16, relative to the baseline, which writes message by message",
    "bursts",
    "cpuPerDelivery",
    "baseline",
  ],
  ["Server CPU per delivery, relative to the course's protocol", "delivery", "cpuPerDelivery", "course"],
  ["Bytes on the wire per delivery, relative to the course's protocol", "wire", "bytesPerDelivery", "course"],
  ["Server CPU per delivery, with TLS relative to without", "delivery", "cpuPerDelivery", "without TLS"],
  ["CPU to connect one client, with TLS relative to without", "connect", "connectCpu", "without TLS"],
  ["Memory per connected client, with TLS relative to without", "connect", "memory", "without TLS"],
];

/**
 * What was measured with TLS, for all four, or without it: a title, and a cell for each variant. The lowest figure of a row is
 * bold (see `lowest`). A row without any figure is left out.
 */
export function measuredRows(results: Results, tls: boolean): string[][] {
  return filled(
    rows.map(([title, scenario, metric]) => {
      const { unit } = metrics[metric];
      const best = lowest(results, scenario, metric, tls);
      const cells = (tls ? variants : withoutTls).map((variant) => {
        const text = cell(figureOf(results, targetOf(variant, tls), scenario, metric));
        return variant.name === best ? `**${text}**` : text;
      });
      return [`${title}${unit && `, ${unit}`}`, ...cells];
    }),
  );
}

/** How the four compare with something else: a title, and a ratio for each variant. A row without any ratio is left out. */
export function relativeRows(results: Results): string[][] {
  return filled(
    relative.map(([title, scenario, metric, against]) => [
      title,
      ...variants.map((variant) => {
        const { name } = variant;
        if (against !== "without TLS") return cell(figureOf(results, name, scenario, metric, against));
        return cell(ratioOf(results, targetOf(variant, true), scenario, metric, [name]));
      }),
    ]),
  );
}

/**
 * The variant with the lowest figure of all four with TLS, or of the three without it. Undefined where the spread of another
 * one reaches it, or a figure is missing.
 */
export function lowest(
  results: Results,
  scenario: ScenarioId,
  metric: MetricId,
  tls: boolean,
): VariantName | undefined {
  const found = (tls ? variants : withoutTls).map((variant) => ({
    name: variant.name,
    figure: figureOf(results, targetOf(variant, tls), scenario, metric),
  }));
  return found.find(({ name, figure }) =>
    found.every((other) => figure && other.figure && (other.name === name || figure.max < other.figure.min)),
  )?.name;
}

/** A figure of a target, or its ratio to another target of the same variant. */
export function figureOf(results: Results, target: string, scenario: ScenarioId, metric: MetricId, against?: Against) {
  if (!against)
    return results.results.find((own) => own.target === target && own.scenario === scenario)?.metrics[metric];
  const kinds: Target["kind"][] = against === "course" ? ["course"] : ["baseline", "plain"];
  const others = results.targets.filter(({ kind }) => kinds.includes(kind)).map(({ id }) => id);
  return ratioOf(results, target, scenario, metric, others);
}

function ratioOf({ ratios }: Results, target: string, scenario: ScenarioId, metric: MetricId, others: string[]) {
  return ratios.find(
    (own) =>
      own.target === target && own.scenario === scenario && own.metric === metric && others.includes(own.against),
  )?.ratio;
}

/** The rows in which there is a figure; a dash stands for each that is missing. */
function filled(all: (string | undefined)[][]): string[][] {
  return all
    .filter(([, ...cells]) => cells.some((text) => text !== undefined))
    .map((cells) => cells.map((text) => text ?? "–"));
}

/** The ratios that are higher than their goal. */
export const missedRatios = ({ ratios }: Results) => ratios.filter(({ ratio, goal = Infinity }) => ratio.median > goal);

/** All ratios, or these, with the goals that this repository sets. */
export function ratioRows({ ratios: all, targets, scenarios }: Results, ratios = all): string[][] {
  const label = (id: string) => targets.find((target) => target.id === id)?.label ?? id;
  const during = (scenario: ScenarioId) => scenarios.find(({ id }) => id === scenario)?.label;
  return ratios.map(({ target, against, scenario, againstScenario, metric, ratio, goal }) => [
    `${label(target)} against ${label(against)}`,
    `${metrics[metric].label}: ${during(scenario)}${againstScenario ? ` against ${during(againstScenario)}` : ""}`,
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
