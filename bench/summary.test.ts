import { expect, test } from "vitest";
import { report } from "./report.ts";
import { metrics as known, type MetricId } from "./results.ts";
import type { Sample } from "./sample.ts";
import { scenarios } from "./scenarios.ts";
import { summarize } from "./summary.ts";
import { comparisons, targets } from "./targets.ts";

const sample = (target: string, metrics: Partial<Record<MetricId, number>>, more: Partial<Sample> = {}): Sample => ({
  target,
  scenario: "delivery",
  metrics,
  ...more,
});

const busy = "other processes used 40 % of the machine";
const { results, ratios } = summarize(targets, [
  [sample("raw-websockets", { cpuPerDelivery: 12, latencyP50: 5 }), sample("ws-prepared", { cpuPerDelivery: 10 })],
  [sample("raw-websockets", { cpuPerDelivery: 99 }, { void: busy }), sample("ws-prepared", { cpuPerDelivery: 20 })],
  [
    sample(
      "raw-websockets",
      { cpuPerDelivery: 39, latencyP50: 9 },
      { untimed: "the load generator could not keep up" },
    ),
    sample("ws-prepared", { cpuPerDelivery: 30 }),
  ],
]);

test("The samples of several rounds become one result, without the rounds that do not count", () => {
  expect(results).toHaveLength(2);
  expect(results[0]).toMatchObject({
    target: "raw-websockets",
    scenario: "delivery",
    metrics: { cpuPerDelivery: { median: 25.5, runs: [12, 39] }, latencyP50: { runs: [5] } },
    invalid: [
      { round: 2, reason: busy },
      { round: 3, reason: "without latency and throughput: the load generator could not keep up" },
    ],
  });
});

test("A ratio compares what was measured in the same round", () => {
  const found = ratios.find(({ against }) => against === "ws-prepared");
  expect(found).toMatchObject({ target: "raw-websockets", goal: 1.15, ratio: { median: 1.25, runs: [1.2, 1.3] } });
});

test("The tables show the figures with their spread, why a round is missing, and which goal is missed", () => {
  const printed = report({
    date: "",
    command: "",
    machine: { cpu: "", cores: 2, memoryGiB: 1, node: "", os: "" },
    options: { clients: 1, rate: 1, characters: 1, rounds: 3, seconds: 1, background: 10, quick: false },
    metrics: known,
    scenarios: [...scenarios],
    targets: [...targets],
    results,
    ratios,
    failed: [{ target: "polling", reason: "It fails the wire suite: polling ends." }],
  });
  expect(printed).toMatch(/\| raw-websockets +\| +25.5 \(12–39\) \| +5 \|/);
  expect(printed).toContain(`—, raw-websockets, round 2: ${busy}`);
  expect(printed).toMatch(/1.25 \(1.2–1.3\) \| ≤ 1.15, missed \|/);
  expect(printed).toContain("polling is not measured. It fails the wire suite: polling ends.");
});

test("Each comparison names targets that are measured in its scenario", () => {
  const measured = (id: string, scenario: string) =>
    targets.find((target) => target.id === id)?.scenarios.some((one) => one === scenario);
  for (const { target, against, scenario, againstScenario = scenario } of comparisons) {
    expect(measured(target, scenario), `${target}, ${scenario}`).toBe(true);
    expect(measured(against, againstScenario), `${against}, ${againstScenario}`).toBe(true);
  }
});
