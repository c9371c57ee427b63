// What README.md says about goals, the figures say. Its tables are generated.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { reasonOf } from "./reasons.ts";
import type { Ratio } from "./results.ts";
import { missedRatios, readResults } from "./rows.ts";

const text = readFileSync(new URL("README.md", import.meta.url), "utf8").replaceAll(/\s+/g, " ");
const results = readResults()!;

test("Polled without a pause, the variant is cheaper than the course's protocol", () => {
  const found = results.ratios.find(
    ({ target, against, scenario }) => target === "polling" && against === "course-polling" && scenario === "flat-out",
  )!;
  expect(reasonOf(found)).toContain("Polled without a pause, a response without a body is cheaper");
  expect(found.ratio.max).toBeLessThan(1);
});

test("Each missed goal has its reason below the table, and no other goal has one", () => {
  const explained = text.split("<!-- missed -->")[1]!.split("<!-- /missed -->")[0]!;
  const missed = missedRatios(results);
  for (const ratio of missed) expect(explained).toContain(reasonOf(ratio));
  expect(explained.split(" - **")).toHaveLength(missed.length + 1);
});

test("Where no reason is known, the README says so, or that the goal is within the spread", () => {
  const missed = (min: number): Ratio => ({
    target: "socket-io",
    against: "io-emit",
    scenario: "delivery",
    metric: "cpuPerDelivery",
    ratio: { min, median: 1.2, max: 1.3, runs: [1.2] },
    goal: 1.05,
  });
  expect(reasonOf(missed(1.01))).toContain("within the spread");
  expect(reasonOf(missed(1.1))).toBe("No reason is known yet.");
});
