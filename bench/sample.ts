// One measurement: the numbers, and the reason, if there is one, why they do not count.
import type { Options } from "./options.ts";
import type { ScenarioId } from "./results.ts";
import { type Metrics, type Observation, type Trial, underLoad } from "./trial.ts";
import { disturbed, outpaced } from "./validity.ts";

/** The numbers of one scenario for one target. */
export interface Sample {
  target: string;
  scenario: ScenarioId;
  metrics: Metrics;
  void?: string | undefined;
  /** The reason, if there is one, why latency and throughput do not count. */
  untimed?: string | undefined;
  /** Something failed, and would fail again. */
  broken?: boolean;
}

/** Measures one scenario, for one target or for several at the same time. */
export async function measure(
  trials: readonly Trial[],
  scenario: ScenarioId,
  action: (trial: Trial) => Promise<Observation>,
  metrics: (used: number, observed: Observation) => Metrics | Promise<Metrics>,
  options: Options,
): Promise<Sample[]> {
  const all = await underLoad(trials, action);
  return Promise.all(
    all.map(async ({ trial: { target }, observed, used, busy }) => ({
      target: target.id,
      scenario,
      void: disturbed(busy.backgroundCpu, options.background),
      untimed: outpaced(busy.loadCpu),
      metrics: {
        ...(await metrics(used, observed)),
        lost: observed.lost,
        ...(target.kind !== "course" && { duplicates: observed.duplicates }), // the course's protocol repeats on purpose
        ...busy,
      },
    })),
  );
}

/** The metrics of a conversation. `used` is CPU of the server in microseconds. */
export function conversation(used: number, { delivered, polls, latency: [p50, p95, p99] }: Observation): Metrics {
  return {
    cpuPerDelivery: used / delivered,
    ...(polls && { cpuPerPoll: used / polls }),
    latencyP50: p50!,
    latencyP95: p95!,
    latencyP99: p99!,
  };
}

/** The metrics of messages that are said in rooms. */
export function inRooms(used: number, { posted, delivered, astray }: Observation): Metrics {
  return { cpuPerMessage: used / posted, cpuPerDelivery: used / delivered, astray };
}

/** The metrics of a scenario without pauses. */
export function throughput(used: number, { delivered, polls, seconds }: Observation): Metrics {
  if (polls) return { cpuPerPoll: used / polls, pollsPerSecond: polls / seconds };
  return { cpuPerDelivery: used / delivered, deliveriesPerSecond: delivered / seconds };
}
