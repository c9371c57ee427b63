// What a measurement gives: numbers, and the reason, if there is one, why they do not count.
import type { Options } from "./options.ts";
import type { ScenarioId } from "./results.ts";
import { disturbed, outpaced } from "./validity.ts";
import { type Heard, meanwhile, type Metrics, type Visit } from "./visit.ts";

/** What one scenario gave for one subject. */
export interface Sample {
  target: string;
  scenario: ScenarioId;
  metrics: Metrics;
  void?: string | undefined;
  /** The reason, if there is one, why latency and throughput do not count. */
  untimed?: string | undefined;
  /** Something failed, and would again. */
  broken?: boolean;
}

/** Measures one scenario, for one subject or for several at the same time. */
export async function measure(
  visits: readonly Visit[],
  scenario: ScenarioId,
  something: (visit: Visit) => Promise<Heard>,
  metrics: (used: number, heard: Heard) => Metrics | Promise<Metrics>,
  options: Options,
): Promise<Sample[]> {
  const all = await meanwhile(visits, something);
  return Promise.all(
    all.map(async ({ visit: { target }, heard, used, busy }) => ({
      target: target.id,
      scenario,
      void: disturbed(busy.othersCpu, options.others),
      untimed: outpaced(busy.loadCpu),
      metrics: {
        ...(await metrics(used, heard)),
        lost: heard.lost,
        ...(target.kind !== "course" && { duplicates: heard.duplicates }), // the course repeats itself on purpose
        ...busy,
      },
    })),
  );
}

/** What a conversation says. `used` is CPU of the server in microseconds. */
export function conversation(used: number, { delivered, polls, latency: [half, most, nearlyAll] }: Heard): Metrics {
  return {
    cpuPerDelivery: used / delivered,
    ...(polls && { cpuPerPoll: used / polls }),
    latencyP50: half!,
    latencyP95: most!,
    latencyP99: nearlyAll!,
  };
}

/** What it says when nobody rests. */
export function throughput(used: number, { delivered, polls, seconds }: Heard): Metrics {
  if (polls) return { cpuPerPoll: used / polls, pollsPerSecond: polls / seconds };
  return { cpuPerDelivery: used / delivered, deliveriesPerSecond: delivered / seconds };
}
