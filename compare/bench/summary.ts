// From single rounds to results: medians with their spread, and ratios round by round.
import { figure, ratio } from "./figures.ts";
import type { Sample } from "./measured.ts";
import { type MetricId, type Ratio, type Result, metrics, type ScenarioId } from "./results.ts";
import { scenarios } from "./scenarios.ts";
import { type Candidate, comparisons } from "./subjects.ts";

/** What the load generator has a part in. */
const timed: readonly MetricId[] = ["latencyP50", "latencyP95", "latencyP99", "deliveriesPerSecond", "pollsPerSecond"];

/** What was measured, as a list for each round. */
export function summarize(
  candidates: readonly Candidate[],
  rounds: readonly Sample[][],
): { results: Result[]; ratios: Ratio[] } {
  const valid = (subject: string, scenario: ScenarioId, metric: MetricId) =>
    rounds.map((round) => {
      const sample = find(round, subject, scenario);
      return sample && counts(sample, metric) ? sample.metrics[metric] : undefined;
    });

  const results = candidates.flatMap(({ id: subject }) =>
    scenarios.flatMap(({ id: scenario }): Result[] => {
      const samples = rounds.map((round) => find(round, subject, scenario));
      if (!samples.some(Boolean)) return [];
      const figures = (Object.keys(metrics) as MetricId[]).flatMap((metric) => {
        const found = figure(valid(subject, scenario, metric).filter((value) => value !== undefined));
        return found ? [[metric, found] as const] : [];
      });
      const invalid = samples.flatMap((sample, i) => {
        if (sample?.void) return [{ round: i + 1, reason: sample.void }];
        if (!sample?.untimed || !timed.some((metric) => metric in sample.metrics)) return [];
        return [{ round: i + 1, reason: `without latency and throughput: ${sample.untimed}` }];
      });
      return [{ subject, scenario, metrics: Object.fromEntries(figures), invalid }];
    }),
  );
  const ratios = comparisons.flatMap(
    ({ subject, against, scenario, againstScenario = scenario, metric, goal }): Ratio[] => {
      const found = ratio(valid(subject, scenario, metric), valid(against, againstScenario, metric));
      if (!found) return [];
      const other = againstScenario === scenario ? {} : { againstScenario };
      return [{ subject, against, scenario, ...other, metric, ratio: found, ...(goal && { goal }) }];
    },
  );
  return { results, ratios };
}

function find(round: Sample[], subject: string, scenario: ScenarioId): Sample | undefined {
  return round.find((sample) => sample.subject === subject && sample.scenario === scenario);
}

function counts(sample: Sample, metric: MetricId): boolean {
  return sample.void === undefined && !(sample.untimed !== undefined && timed.includes(metric));
}
