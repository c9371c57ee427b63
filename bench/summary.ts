// From the samples of all rounds to the results: medians with their spread, and ratios round by round.
import { figure, ratio } from "./figures.ts";
import { type MetricId, type Ratio, type Result, metrics, type ScenarioId } from "./results.ts";
import type { Sample } from "./sample.ts";
import { scenarios } from "./scenarios.ts";
import { type RunnableTarget, comparisons } from "./targets.ts";

/** Metrics that depend on the speed of the load generator. */
const timed: readonly MetricId[] = ["latencyP50", "latencyP95", "latencyP99", "deliveriesPerSecond", "pollsPerSecond"];

/** Takes the samples, as a list for each round. */
export function summarize(
  targets: readonly RunnableTarget[],
  rounds: readonly Sample[][],
): { results: Result[]; ratios: Ratio[] } {
  const valid = (target: string, scenario: ScenarioId, metric: MetricId) =>
    rounds.map((round) => {
      const sample = find(round, target, scenario);
      return sample && counts(sample, metric) ? sample.metrics[metric] : undefined;
    });

  const results = targets.flatMap(({ id: target }) =>
    scenarios.flatMap(({ id: scenario }): Result[] => {
      const samples = rounds.map((round) => find(round, target, scenario));
      if (!samples.some(Boolean)) return [];
      const figures = (Object.keys(metrics) as MetricId[]).flatMap((metric) => {
        const found = figure(valid(target, scenario, metric).filter((value) => value !== undefined));
        return found ? [[metric, found] as const] : [];
      });
      const invalid = samples.flatMap((sample, i) => {
        if (sample?.void) return [{ round: i + 1, reason: sample.void }];
        if (!sample?.untimed || !timed.some((metric) => metric in sample.metrics)) return [];
        return [{ round: i + 1, reason: `without latency and throughput: ${sample.untimed}` }];
      });
      return [{ target, scenario, metrics: Object.fromEntries(figures), invalid }];
    }),
  );
  const ratios = comparisons.flatMap(
    ({ target, against, scenario, againstScenario = scenario, metric, goal }): Ratio[] => {
      const found = ratio(valid(target, scenario, metric), valid(against, againstScenario, metric));
      if (!found) return [];
      const other = againstScenario === scenario ? {} : { againstScenario };
      return [{ target, against, scenario, ...other, metric, ratio: found, ...(goal && { goal }) }];
    },
  );
  return { results, ratios };
}

function find(round: Sample[], target: string, scenario: ScenarioId): Sample | undefined {
  return round.find((sample) => sample.target === target && sample.scenario === scenario);
}

function counts(sample: Sample, metric: MetricId): boolean {
  return sample.void === undefined && !(sample.untimed !== undefined && timed.includes(metric));
}
