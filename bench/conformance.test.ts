import { expect, test } from "vitest";
import { reasons } from "./conformance.ts";

const report = (...tests: [fullName: string, status: string][]) => ({
  testResults: [{ message: "", assertionResults: tests.map(([fullName, status]) => ({ fullName, status })) }],
});

test("A variant that passes its tests is measured", () => {
  expect(reasons(["polling"], report(["polling reading returns an update", "passed"])).size).toBe(0);
});

test("A variant that fails a test is not measured, and the reason names the test; the others are measured", () => {
  const failed = reasons(
    ["polling", "socket-io"],
    report(["polling reads", "passed"], ["polling ends", "failed"], ["socket-io reads", "passed"]),
  );
  expect([...failed]).toEqual([["polling", "It fails the wire suite: polling ends."]]);
});

test("A variant is not measured when none of its tests ran", () => {
  expect(reasons(["polling"], report(["polling reads", "skipped"])).get("polling")).toBe("The wire suite did not run.");
  expect(reasons(["polling"], report()).has("polling")).toBe(true);
});
