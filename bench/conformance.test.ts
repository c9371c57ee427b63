import { expect, test } from "vitest";
import { reasons } from "./conformance.ts";

const report = (...tests: [fullName: string, status: string][]) => ({
  testResults: [{ message: "", assertionResults: tests.map(([fullName, status]) => ({ fullName, status })) }],
});

test("A variant that passes its tests is measured", () => {
  expect(reasons(["polling"], report(["polling reading gives news", "passed"])).size).toBe(0);
});

test("A variant that fails one is not, and the reason names the test; the others are", () => {
  const failed = reasons(
    ["polling", "socket-io"],
    report(["polling reads", "passed"], ["polling ends", "failed"], ["socket-io reads", "passed"]),
  );
  expect([...failed]).toEqual([["polling", "It fails the wire suite: polling ends."]]);
});

test("A variant without a test that ran is not measured", () => {
  expect(reasons(["polling"], report(["polling reads", "skipped"])).get("polling")).toBe("The wire suite did not run.");
  expect(reasons(["polling"], report()).has("polling")).toBe(true);
});
