// What `npm run bench` writes: bench/results.json. Every number in it has a unit and a sentence that explains it.
import type { VariantName } from "../shared-server/variants.ts";

/** What is measured. A delivery is one message that has reached one client. `better` says which direction is better. */
export const metrics = {
  startup: {
    unit: "ms",
    label: "Startup",
    better: "less",
    description: "From the start of the process until the server listens.",
  },
  connectCpu: {
    unit: "ms",
    label: "CPU to connect",
    better: "less",
    description: "CPU of the server for one client that connects, up to its first update.",
  },
  memory: {
    unit: "kB",
    label: "Memory per connection",
    better: "less",
    description: "Growth of the server's resident memory for each connected client, after garbage collection.",
  },
  cpuPerDelivery: {
    unit: "µs",
    label: "CPU per delivery",
    better: "less",
    description: "CPU of the server, all threads, for one message that reaches one client.",
  },
  cpuPerMessage: {
    unit: "µs",
    label: "CPU per message in a room",
    better: "less",
    description: "CPU of the server, all threads, for one message that is said in a room of ten: ten deliveries.",
  },
  cpuPerPoll: {
    unit: "µs",
    label: "CPU per poll",
    better: "less",
    description: "CPU of the server, all threads, for one poll: with messages in a conversation, empty in silence.",
  },
  latencyP50: { unit: "ms", label: "Latency p50", better: "less", description: latency("half") },
  latencyP95: { unit: "ms", label: "Latency p95", better: "less", description: latency("95 %") },
  latencyP99: { unit: "ms", label: "Latency p99", better: "less", description: latency("99 %") },
  deliveriesPerSecond: {
    unit: "1/s",
    label: "Deliveries per second",
    better: "more",
    description: "How many deliveries the server makes per second, with one core for its JavaScript.",
  },
  pollsPerSecond: {
    unit: "1/s",
    label: "Polls per second",
    better: "more",
    description: "How many empty polls the server answers per second when each client polls again at once.",
  },
  bytesPerDelivery: {
    unit: "B",
    label: "Bytes per delivery",
    better: "less",
    description: "Bytes that cross TCP in both directions for one delivery, encryption and requests included.",
  },
  segmentsPerDelivery: {
    unit: "",
    label: "Segments per delivery",
    better: "less",
    description:
      "In how many pieces these bytes cross TCP, in both directions. One piece is one read from the network.",
  },
  bytesPerEmptyPoll: {
    unit: "B",
    label: "Bytes of an empty response",
    better: "less",
    description: "Bytes that the server sends in response to a poll when there is no new message.",
  },
  idleCpu: {
    unit: "µs",
    label: "CPU per idle minute",
    better: "less",
    description: "CPU of the server for one client that is connected for a minute in which no message is posted.",
  },
  idleBytes: {
    unit: "B",
    label: "Bytes per idle minute",
    better: "less",
    description: "Bytes that cross TCP in both directions for one client in a minute in which no message is posted.",
  },
  recoveryP50: {
    unit: "ms",
    label: "Reconnected after a restart, p50",
    better: "less",
    description: recovery("half of"),
  },
  recoveryLast: { unit: "ms", label: "Reconnected after a restart, all", better: "less", description: recovery("all") },
  lost: {
    unit: "",
    label: "Lost",
    better: "less",
    description: "Deliveries that never arrived.",
  },
  duplicates: {
    unit: "",
    label: "Duplicates",
    better: "less",
    description: "Deliveries that arrived again, or more than 31 messages late.",
  },
  astray: {
    unit: "",
    label: "Astray",
    better: "less",
    description: "Deliveries to somebody who is not in the room, or to more people than it has.",
  },
  loadCpu: {
    unit: "%",
    label: "Load generator CPU",
    better: "less",
    description: "CPU of the load generator, in percent of one core. Far below 100 it is not the bottleneck.",
  },
  loadDelay: {
    unit: "ms",
    label: "Load generator delay",
    better: "less",
    description: "How late the timers of the load generator fire, p99 (event-loop delay).",
  },
  serverCpu: {
    unit: "%",
    label: "Server CPU",
    better: "less",
    description: "CPU of the server, all threads, in percent of one core.",
  },
  backgroundCpu: {
    unit: "%",
    label: "Background load",
    better: "less",
    description: "CPU of all other processes on this machine, in percent of all cores.",
  },
} as const satisfies Record<string, Metric>;

export interface Metric {
  unit: string;
  label: string;
  description: string;
  better: "less" | "more";
}

export type MetricId = keyof typeof metrics;

export type RoomScenario = "room" | "room-of-many" | "rooms";

export type ScenarioId =
  | RoomScenario
  | "connect"
  | "delivery"
  | "flat-out"
  | "bursts"
  | "wire"
  | "crowd"
  | "idle"
  | "restart";

export interface Scenario {
  id: ScenarioId;
  label: string;
  description: string;
}

/**
 * What is measured: a variant of this repository (`variant`), the least that its library can do (`baseline`), a simple first
 * version (`plain`), or the protocol of the original course (`course`). `variant` says how the messages travel.
 */
export interface Target {
  id: string;
  kind: "variant" | "baseline" | "plain" | "course";
  variant: VariantName;
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

/** The figures of one target in one scenario. */
export interface Result {
  target: string;
  scenario: ScenarioId;
  metrics: Partial<Record<MetricId, Figure>>;
  /** Rounds without a number, and the reasons in words. */
  invalid: { round: number; reason: string }[];
}

/** One target against another: the median of the ratios of the single rounds, which is stable on a noisy machine. */
export interface Ratio {
  target: string;
  against: string;
  scenario: ScenarioId;
  /** The scenario of the other target, where it differs. */
  againstScenario?: ScenarioId;
  metric: MetricId;
  ratio: Figure;
  /** The highest acceptable ratio, where this repository sets a goal. */
  goal?: number;
}

export interface Results {
  /** When the bench ran: ISO 8601, UTC. */
  date: string;
  /** The command line. */
  command: string;
  machine: { cpu: string; cores: number; memoryGiB: number; node: string; os: string };
  /** `rate` in messages per second, `characters` of each text, `seconds` of each measurement, `background` in percent. */
  options: {
    clients: number;
    rate: number;
    characters: number;
    rounds: number;
    seconds: number;
    background: number;
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
  return `Time from post to arrival: ${share} of the deliveries took no longer.`;
}

function recovery(share: string) {
  return `From the signal that stops the server until ${share} the clients have an update from the new server.`;
}
