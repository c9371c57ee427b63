import { expect, test } from "vitest";
import { exercises } from "./exercises.ts";
import { minutesOf, plans, planTable } from "./plans.ts";

const names = ["two hours", "half a day", "a day"] as const;

test.each(names)("The plan for %s fits into its time, with exercises that there are, in their order", (name) => {
  const numbers = exercises.map(({ number }) => number);
  expect(plans[name].exercises).toEqual(numbers.filter((number) => plans[name].exercises.includes(number)));
  expect(minutesOf(name)).toBeLessThanOrEqual(plans[name].minutes);
  expect(minutesOf(name)).toBeGreaterThan(plans[name].minutes * 0.9); // what is left is for questions
});

test("The table has each exercise, its minutes, and when it begins in a plan", () => {
  const table = planTable();
  for (const { title, minutes } of exercises)
    expect(table).toMatch(new RegExp(`\\[${title.replaceAll(".", "\\.")}\\]\\(.+?\\) +\\| +${minutes} \\|`));
  expect(table).toMatch(/^\| 01 .+ \| +15 \| +0:05 \| +0:05 \| +0:05 \|$/m);
});
