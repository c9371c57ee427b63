// What `npm run bench` leaves behind: bench/results.json. Every number in it has a unit and a sentence that says what it is.
import type { VariantName } from "../shared-server/variants.ts";

/** What is measured. A delivery is one message that reached one client. `better` tells which way is up. */
export const metrics = {
  startup: {
    unit: "ms",
    label: "Start",
    better: "less",
    description: "From the start of the process until it listens.",
  },
  connectCpu: {
    unit: "ms",
    label: "Connecting",
    better: "less",
    description: "CPU of the server for one client that connects, up to its first news.",
  },
  memory: {
    unit: "kB",
    label: "Memory per connection",
    better: "less",
    description:
      "What the server's resident memory grows by for each client that is connected, after garbage collection.",
  },
  cpuPerDelivery: {
    unit: "µs",
    label: "CPU per delivery",
    better: "less",
    description: "CPU of the server, all threads, for one message that reaches one client.",
  },
  cpuPerPoll: {
    unit: "µs",
    label: "CPU per poll",
    better: "less",
    description:
      "CPU of the server, all threads, for one poll: with news where somebody speaks, empty where nobody does.",
  },
  latencyP50: { unit: "ms", label: "Latency, half", better: "less", description: latency("half of the") },
  latencyP95: { unit: "ms", label: "Latency, 95 of 100", better: "less", description: latency("95 of 100") },
  latencyP99: { unit: "ms", label: "Latency, 99 of 100", better: "less", description: latency("99 of 100") },
  deliveriesPerSecond: {
    unit: "1/s",
    label: "Deliveries per second",
    better: "more",
    description: "How many deliveries the server made in a second, on the one core that its JavaScript has.",
  },
  pollsPerSecond: {
    unit: "1/s",
    label: "Polls per second",
    better: "more",
    description: "How many empty polls the server answered in a second when nobody rested between two.",
  },
  bytesPerDelivery: {
    unit: "B",
    label: "Bytes per delivery",
    better: "less",
    description: "What crosses TCP in both directions for one delivery, encryption and requests included.",
  },
  segmentsPerDelivery: {
    unit: "",
    label: "Segments per delivery",
    better: "less",
    description: "How many pieces it crosses TCP in, both directions counted: one piece is one read from the network.",
  },
  bytesPerEmptyPoll: {
    unit: "B",
    label: "Bytes of an empty answer",
    better: "less",
    description: "What the server sends when there is nothing new.",
  },
  idleCpu: {
    unit: "µs",
    label: "CPU per idle minute",
    better: "less",
    description: "CPU of the server for one client that is connected for a minute in which nobody speaks.",
  },
  idleBytes: {
    unit: "B",
    label: "Bytes per idle minute",
    better: "less",
    description: "What crosses TCP in both directions for one client in a minute in which nobody speaks.",
  },
  recoveryHalf: { unit: "ms", label: "Back after a restart, half", better: "less", description: recovery("half of") },
  recoveryLast: { unit: "ms", label: "Back after a restart, all", better: "less", description: recovery("all") },
  lost: {
    unit: "",
    label: "Lost",
    better: "less",
    description: "Deliveries that never came.",
  },
  duplicates: {
    unit: "",
    label: "Doubled",
    better: "less",
    description: "Deliveries that came again, or after a later one.",
  },
  loadCpu: {
    unit: "%",
    label: "Load generator",
    better: "less",
    description: "How busy the load generator was, in percent of one core. Far below 100 it was not the bottleneck.",
  },
  loadDelay: {
    unit: "ms",
    label: "Load generator, delay",
    better: "less",
    description: "By how much the load generator came late to its own timers, 99 of 100 times (event-loop delay).",
  },
  serverCpu: {
    unit: "%",
    label: "Server",
    better: "less",
    description: "How busy the server was, all threads, in percent of one core.",
  },
  othersCpu: {
    unit: "%",
    label: "Others",
    better: "less",
    description: "How busy everybody else kept this machine, in percent of all its cores.",
  },
} as const satisfies Record<string, Metric>;

export interface Metric {
  unit: string;
  label: string;
  description: string;
  better: "less" | "more";
}

export type MetricId = keyof typeof metrics;

export type ScenarioId = "connect" | "delivery" | "flat-out" | "bursts" | "wire" | "crowd" | "idle" | "restart";

export interface Scenario {
  id: ScenarioId;
  label: string;
  description: string;
}

/**
 * What is measured: a variant of this repository, the least that its library can do (`floor`), a plain first version
 * (`plain`), or the protocol of the original course on the same technique (`course`).
 */
export interface Target {
  id: string;
  kind: "variant" | "baseline" | "plain" | "course";
  technique: VariantName;
  label: string;
  description: string;
}

/** A figure over all valid rounds: the median and the spread. `runs` has one number for each round, in order. */
export interface Figure {
  median: number;
  min: number;
  max: number;
  runs: number[];
}

/** The figures of one subject in one scenario. */
export interface Result {
  target: string;
  scenario: ScenarioId;
  metrics: Partial<Record<MetricId, Figure>>;
  /** Rounds that gave no number, and why, in words. */
  invalid: { round: number; reason: string }[];
}

/** One subject against another in the same rounds: the median of the ratios of each round, which holds on a noisy machine. */
export interface Ratio {
  target: string;
  against: string;
  scenario: ScenarioId;
  /** The scenario of the other one, where it is not the same. */
  againstScenario?: ScenarioId;
  metric: MetricId;
  ratio: Figure;
  /** The most it may be, where this repository has set itself a goal. */
  goal?: number;
}

export interface Results {
  /** When it was measured: ISO 8601, UTC. */
  date: string;
  /** What was typed to measure it. */
  command: string;
  machine: { cpu: string; cores: number; memoryGiB: number; node: string; os: string };
  /** `rate` in messages per second, `characters` of each text, `seconds` of each measurement, `others` in percent. */
  options: {
    clients: number;
    rate: number;
    characters: number;
    rounds: number;
    seconds: number;
    others: number;
    quick: boolean;
  };
  metrics: Record<MetricId, Metric>;
  scenarios: Scenario[];
  targets: Target[];
  results: Result[];
  ratios: Ratio[];
  /** Variants that failed the wire suite: they have no results. */
  failed: { target: string; reason: string }[];
}

function latency(share: string) {
  return `From the moment a message is posted until it has arrived: no longer for ${share} deliveries.`;
}

function recovery(share: string) {
  return `From the signal that stops the server until ${share} the clients have news from the one that was started in its place.`;
}
