// What is measured, and what is compared with what. Each variant has a baseline: the least that its library can do.
import { type VariantName, variants } from "../shared-server/variants.ts";
import type { CrowdName } from "./clients/crowds.ts";
import type { MetricId, ScenarioId, Target } from "./results.ts";
import { roomScenarios } from "./scenarios.ts";

/** A target, and how to start it: a variant starts by its name, and everything else is a file in baselines/. */
export interface RunnableTarget extends Target {
  file?: string;
  /** Whether TLS is put in front of a variant that is written without it. */
  withTls: boolean;
  crowd: CrowdName;
  scenarios: readonly ScenarioId[];
}

const everything: ScenarioId[] = [
  "connect",
  "delivery",
  "flat-out",
  "bursts",
  "wire",
  "crowd",
  ...roomScenarios,
  "idle",
  "restart",
];
// A poll returns all messages since the last one, so a burst does not differ from other messages. The rooms are not measured, because the
// server keeps no list of listeners: a message costs nothing until a client polls, and a poll reads only the rooms of that client.
const pollingScenarios: ScenarioId[] = everything.filter((id) => !["bursts", ...roomScenarios].includes(id));
const baselines: ScenarioId[] = ["connect", "delivery", "flat-out", "bursts", "wire"];
const courses: ScenarioId[] = ["connect", "delivery", "wire"];

export const targets: readonly RunnableTarget[] = [
  variant("polling", "The variant.", pollingScenarios),
  withTls("polling", pollingScenarios),
  baseline("polling", "http", "node:http alone", "A response without a framework.", [
    "connect",
    "delivery",
    "flat-out",
    "wire",
    "idle",
  ]),
  course("polling", "Express answers each poll with the last 50 messages and an ETag.", [
    ...courses,
    "flat-out",
    "idle",
  ]),

  variant(
    "http2-push",
    "The variant, with TLS as browsers require it, one session for each client: people at different machines.",
  ),
  baseline("http2-push", "http2", "node:http2 alone", "With TLS. One buffer, written to each stream."),
  {
    ...variant("http2-push", "The variant, 100 streams per session: tabs of one browser, or a proxy in front.", [
      ...baselines,
      "crowd",
    ]),
    id: "http2-push-streams",
    label: "http2-push, 100 streams per session",
    crowd: "http2-push, 100 streams per session",
  },
  {
    ...baseline(
      "http2-push",
      "http2",
      "node:http2 alone, 100 streams per session",
      "With TLS. One buffer, written to each stream.",
    ),
    id: "http2-streams",
    crowd: "http2-push, 100 streams per session",
  },
  course("http2-push", "With TLS. Each message makes the server write the last 50 to each stream."),

  variant("raw-websockets", "The variant."),
  withTls("raw-websockets"),
  baseline(
    "raw-websockets",
    "ws-prepared",
    "raw-websockets, one prepared frame",
    "The variant, but each update is framed once, and the same bytes go to each TCP socket.",
  ),
  {
    ...baseline(
      "raw-websockets",
      "ws-plain",
      "ws, plain",
      "A simple first version: socket.send(string) for each socket.",
    ),
    kind: "plain",
  },
  course("raw-websockets", "Each message makes the server send the last 50 to each socket."),

  variant("socket-io", "The variant, with a WebSocket from the start."),
  withTls("socket-io"),
  baseline("socket-io", "io-emit", "io.emit alone", "Each message is encoded once for all clients."),
  {
    ...variant("socket-io", "The variant, with the default transports: a few polls first.", ["connect"]),
    id: "socket-io-default",
    label: "socket-io, polling first",
    crowd: "socket-io, polling first",
  },
  course("socket-io", "Each message makes the server send the last 50 to each socket."),
];

/** What is compared with what. A goal is the highest acceptable ratio. */
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
  { target: "raw-websockets", against: "ws-prepared", scenario: "delivery", metric: "cpuPerDelivery", goal: 1.15 },
  { target: "raw-websockets", against: "ws-plain", scenario: "delivery", metric: "cpuPerDelivery" },
  { target: "raw-websockets", against: "ws-plain", scenario: "bursts", metric: "cpuPerDelivery", goal: 0.22 },
  { target: "raw-websockets", against: "ws-plain", scenario: "connect", metric: "memory", goal: 1.15 },
  { target: "raw-websockets", against: "ws-plain", scenario: "wire", metric: "bytesPerDelivery" },
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
  // The first ratio shows whether a message costs a walk over all connections; the more clients, the clearer. The second adds what it costs
  // to write to other sockets each time (cold caches, most likely). The third compares a delivery with one in the lobby.
  ...variants
    .filter(({ name }) => name !== "polling")
    .flatMap(({ name }) => [
      {
        target: name,
        against: name,
        scenario: "room-of-many" as const,
        againstScenario: "room" as const,
        metric: "cpuPerMessage" as const,
        goal: 1.3,
      },
      {
        target: name,
        against: name,
        scenario: "rooms" as const,
        againstScenario: "room" as const,
        metric: "cpuPerMessage" as const,
      },
      {
        target: name,
        against: name,
        scenario: "rooms" as const,
        againstScenario: "flat-out" as const,
        metric: "cpuPerDelivery" as const,
      },
    ]),
  ...variants.flatMap(({ name }) => [
    { target: name, against: `course-${name}`, scenario: "delivery" as const, metric: "cpuPerDelivery" as const },
    { target: name, against: `course-${name}`, scenario: "wire" as const, metric: "bytesPerDelivery" as const },
  ]),
  ...variants
    .filter(({ scheme }) => scheme === "http")
    .flatMap(({ name }) => [
      { target: `${name}-tls`, against: name, scenario: "delivery" as const, metric: "cpuPerDelivery" as const },
      { target: `${name}-tls`, against: name, scenario: "connect" as const, metric: "connectCpu" as const },
      { target: `${name}-tls`, against: name, scenario: "connect" as const, metric: "memory" as const },
    ]),
];

function variant(name: VariantName, description: string, scenarios = everything): RunnableTarget {
  return { id: name, kind: "variant", variant: name, label: name, description, withTls: false, crowd: name, scenarios };
}

/** A variant that is written without TLS, with it: what browsers on the internet use. */
function withTls(name: VariantName, scenarios = everything): RunnableTarget {
  return {
    ...variant(
      name,
      "The variant, and TLS in front of it in the same process.",
      scenarios.filter((id) => !["crowd", ...roomScenarios].includes(id)),
    ),
    id: `${name}-tls`,
    label: `${name} with TLS`,
    withTls: true,
  };
}

function baseline(
  name: VariantName,
  file: string,
  label: string,
  description: string,
  scenarios = baselines,
): RunnableTarget {
  return {
    id: file,
    kind: "baseline",
    variant: name,
    label,
    description,
    file,
    withTls: false,
    crowd: name,
    scenarios,
  };
}

function course(name: VariantName, description: string, scenarios = courses): RunnableTarget {
  const file = `course-${name}`;
  return {
    id: file,
    kind: "course",
    variant: name,
    label: `the course's protocol, ${name}`,
    description,
    file,
    withTls: false,
    crowd: name,
    scenarios,
  };
}
