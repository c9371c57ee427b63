// What is measured, and what is set against what. Each variant stands beside the least that its library can do.
import { type VariantName, variants } from "../shared-server/variants.ts";
import type { CrowdName } from "./clients/crowds.ts";
import type { MetricId, ScenarioId, Target } from "./results.ts";

/** A subject, and how to bring it up: a variant starts by its own name, anything else is a file in floors/. */
export interface RunnableTarget extends Target {
  file?: string;
  crowd: CrowdName;
  scenarios: readonly ScenarioId[];
}

const everything: ScenarioId[] = ["connect", "delivery", "flat-out", "bursts", "wire", "crowd", "idle", "restart"];
// A poll brings whatever was said since the last one, so a burst is no special case.
const polled: ScenarioId[] = everything.filter((id) => id !== "bursts");
const baselines: ScenarioId[] = ["connect", "delivery", "flat-out", "bursts", "wire"];
const courses: ScenarioId[] = ["connect", "delivery", "wire"];

export const targets: readonly RunnableTarget[] = [
  variant("polling", "The variant.", polled),
  baseline("polling", "http", "node:http alone", "One answer, without a framework.", [
    "connect",
    "delivery",
    "flat-out",
    "wire",
    "idle",
  ]),
  course("polling", "Express answers every poll with the last 50 messages and an ETag.", [
    ...courses,
    "flat-out",
    "idle",
  ]),

  variant("http2-push", "The variant, a session for each client: people at different machines."),
  baseline("http2-push", "http2", "node:http2 alone", "One buffer, written to each stream."),
  {
    ...variant("http2-push", "The variant, 100 streams on each session: tabs of one browser, or a proxy in front.", [
      ...baselines,
      "crowd",
    ]),
    id: "http2-push-streams",
    label: "http2-push, 100 streams a session",
    crowd: "http2-push, 100 streams a session",
  },
  {
    ...baseline(
      "http2-push",
      "http2",
      "node:http2 alone, 100 streams a session",
      "One buffer, written to each stream.",
    ),
    id: "http2-streams",
    crowd: "http2-push, 100 streams a session",
  },
  course("http2-push", "Each stream gets the last 50 messages with every message."),

  variant("raw-websockets", "The variant."),
  baseline(
    "raw-websockets",
    "ws-prepared",
    "ws, one frame for all",
    "Each message is framed once; all sockets get the same bytes.",
  ),
  {
    ...baseline("raw-websockets", "ws-plain", "ws, plain", "`socket.send(string)` to each, as one writes it first."),
    kind: "plain",
  },
  course("raw-websockets", "Each socket gets the last 50 messages with every message."),

  variant("socket-io", "The variant, by WebSocket from the start."),
  baseline("socket-io", "io-emit", "io.emit alone", "Each message goes to everybody, encoded once."),
  {
    ...variant("socket-io", "The variant, come to with the default transports: a few polls first.", ["connect"]),
    id: "socket-io-default",
    label: "socket-io, polling first",
    crowd: "socket-io, polling first",
  },
  course("socket-io", "Each socket gets the last 50 messages with every message."),
];

/** What is set against what. A goal is the most that the ratio may be. */
export const comparisons: readonly {
  target: string;
  against: string;
  scenario: ScenarioId;
  againstScenario?: ScenarioId;
  metric: MetricId;
  goal?: number;
}[] = [
  { target: "polling", against: "course-polling", scenario: "delivery", metric: "cpuPerPoll", goal: 0.65 },
  { target: "polling", against: "course-polling", scenario: "idle", metric: "cpuPerPoll", goal: 0.65 },
  { target: "polling", against: "course-polling", scenario: "flat-out", metric: "cpuPerPoll", goal: 0.65 },
  { target: "polling", against: "http", scenario: "delivery", metric: "cpuPerDelivery" },
  { target: "polling", against: "http", scenario: "delivery", metric: "cpuPerPoll" },
  { target: "polling", against: "http", scenario: "idle", metric: "cpuPerPoll" },
  { target: "http2-push", against: "http2", scenario: "delivery", metric: "cpuPerDelivery", goal: 1.1 },
  { target: "http2-push", against: "http2", scenario: "bursts", metric: "cpuPerDelivery", goal: 0.33 },
  { target: "http2-push", against: "http2", scenario: "wire", metric: "bytesPerDelivery", goal: 1.05 },
  { target: "http2-push", against: "http2", scenario: "connect", metric: "memory" },
  {
    target: "http2-push-streams",
    against: "http2-streams",
    scenario: "delivery",
    metric: "cpuPerDelivery",
    goal: 1.1,
  },
  { target: "http2-push-streams", against: "http2-streams", scenario: "bursts", metric: "cpuPerDelivery", goal: 0.33 },
  { target: "raw-websockets", against: "ws-prepared", scenario: "delivery", metric: "cpuPerDelivery", goal: 1.07 },
  { target: "raw-websockets", against: "ws-plain", scenario: "bursts", metric: "cpuPerDelivery", goal: 0.22 },
  { target: "raw-websockets", against: "ws-prepared", scenario: "connect", metric: "memory", goal: 1.15 },
  { target: "raw-websockets", against: "ws-prepared", scenario: "wire", metric: "bytesPerDelivery" },
  { target: "socket-io", against: "io-emit", scenario: "delivery", metric: "cpuPerDelivery", goal: 1.05 },
  { target: "socket-io", against: "io-emit", scenario: "bursts", metric: "cpuPerDelivery", goal: 0.15 },
  { target: "socket-io", against: "socket-io-default", scenario: "connect", metric: "connectCpu", goal: 0.45 },
  ...["http2-push-streams", ...variants.map(({ name }) => name)].map((name) => ({
    target: name,
    against: name,
    scenario: "crowd" as const,
    againstScenario: "delivery" as const,
    metric: name === "polling" ? ("cpuPerPoll" as const) : ("cpuPerDelivery" as const),
    goal: 1.2,
  })),
  ...variants.flatMap(({ name }) => [
    { target: name, against: `course-${name}`, scenario: "delivery" as const, metric: "cpuPerDelivery" as const },
    { target: name, against: `course-${name}`, scenario: "wire" as const, metric: "bytesPerDelivery" as const },
  ]),
];

function variant(name: VariantName, description: string, scenarios = everything): RunnableTarget {
  return { id: name, kind: "variant", technique: name, label: name, description, crowd: name, scenarios };
}

function baseline(
  technique: VariantName,
  file: string,
  label: string,
  description: string,
  scenarios = baselines,
): RunnableTarget {
  return { id: file, kind: "baseline", technique, label, description, file, crowd: technique, scenarios };
}

function course(technique: VariantName, description: string, scenarios = courses): RunnableTarget {
  const file = `course-${technique}`;
  return {
    id: file,
    kind: "course",
    technique,
    label: `the course's protocol, ${technique}`,
    description,
    file,
    crowd: technique,
    scenarios,
  };
}
