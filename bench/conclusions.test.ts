// What the text of the README concludes from the figures, the figures say. Its tables are generated.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readResults } from "./rows.ts";

const text = readFileSync(new URL("README.md", import.meta.url), "utf8").replaceAll(/\s+/g, " ");
const results = readResults()!;

test("Polled without a pause, the variant is cheaper than the course's protocol", () => {
  expect(text).toContain("Polled without a pause (`flat-out`), a response without a body is cheaper.");
  const found = results.ratios.find(
    ({ target, against, scenario }) => target === "polling" && against === "course-polling" && scenario === "flat-out",
  );
  expect(found!.ratio.max).toBeLessThan(1);
});

test("Each technique that has a reason for a missed goal has missed one", () => {
  const reasons = text.split("Others are missed for a reason:")[1]!.split(" ## ")[0]!;
  const names = Array.from(reasons.matchAll(/- \*\*([\w-]+), /g), ([, name]) => name!);
  expect(names.length).toBeGreaterThan(0);
  for (const name of names)
    expect(
      results.ratios.some(({ target, ratio, goal = Infinity }) => target.startsWith(name) && ratio.median > goal),
      name,
    ).toBe(true);
});
