// The results as text for a terminal: a table for each scenario, and one for the ratios.
import { markdownTable } from "markdown-table";
import { type Figure, type MetricId, metrics, type Results } from "./results.ts";

/** In the JSON, but not in the terminal, where there is little room. Columns of zeros are left out, too: nothing lost, no duplicates. */
const omitted: readonly MetricId[] = ["loadDelay", "backgroundCpu"];

/** Tables in Markdown. */
export function report({ results, ratios, scenarios, targets, failed }: Results): string {
  const label = (id: string) => targets.find((target) => target.id === id)?.label ?? id;
  const parts = scenarios.flatMap((scenario) => {
    const own = results.filter((result) => result.scenario === scenario.id);
    if (own.length === 0) return [];
    const columns = (Object.keys(metrics) as MetricId[]).filter(
      (metric) => !omitted.includes(metric) && own.some((result) => (result.metrics[metric]?.max ?? 0) > 0),
    );
    const head = columns.map(
      (metric) => `${metrics[metric].label}${metrics[metric].unit && `, ${metrics[metric].unit}`}`,
    );
    const rows = own.map(({ target, metrics: figures }) => [
      label(target),
      ...columns.map((metric) => cell(figures[metric]) ?? "—"),
    ]);
    const table = markdownTable([["", ...head], ...rows], { align: ["l", ...columns.map(() => "r")] });
    const notes = own.flatMap(({ target, invalid }) =>
      invalid.map(({ round, reason }) => `—, ${label(target)}, round ${round}: ${reason}`),
    );
    return [`${scenario.label}. ${scenario.description}\n\n${[table, ...notes].join("\n")}`];
  });
  if (ratios.length > 0) {
    const rows = ratios.map(({ target, against, scenario, againstScenario, metric, ratio, goal }) => [
      `${label(target)} / ${label(against)}`,
      `${metrics[metric].label}, ${scenario}${againstScenario ? ` / ${againstScenario}` : ""}`,
      cell(ratio)!,
      goal === undefined ? "" : `≤ ${goal}${ratio.median > goal ? ", missed" : ""}`,
    ]);
    const table = markdownTable([["", "", "ratio", "goal"], ...rows], { align: ["l", "l", "r", "l"] });
    parts.push(`Ratios within the same round.\n\n${table}`);
  }
  parts.push(...failed.map(({ target, reason }) => `${target} is not measured. ${reason}`));
  return parts.join("\n\n");
}

/** The median, and the spread where there is one: `11.3 (11.1–11.8)`. */
export function cell(figure: Figure | undefined): string | undefined {
  if (!figure) return undefined;
  const { median, min, max } = figure;
  return min === max ? short(median) : `${short(median)} (${short(min)}–${short(max)})`;
}

/** Three significant digits, or all digits before the point. */
export function short(value: number): string {
  return value.toLocaleString(
    "en",
    Math.abs(value) < 1_000 ? { maximumSignificantDigits: 3 } : { maximumFractionDigits: 0 },
  );
}
