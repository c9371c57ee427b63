import { describe, expect, it } from "vitest";
import { disturbed, othersShare, outpaced } from "./validity.ts";

describe("how busy others are", () => {
  it("is what was neither idle nor ours", () => {
    // Two cores for ten seconds: 12,000 ms idle, 6,000 ms ours, so 2,000 ms of 20,000 belong to others, give or take 40.
    expect(othersShare({ elapsed: 10_000, cores: 2, idle: 12_000, ours: 6_000 })).toBeCloseTo(9.8);
  });

  it("is never less than nothing: the system counts in steps of ten milliseconds", () => {
    expect(othersShare({ elapsed: 1_000, cores: 2, idle: 1_410, ours: 600 })).toBe(0);
    expect(othersShare({ elapsed: 100, cores: 2, idle: 130, ours: 40 })).toBe(0);
  });
});

describe("a measurement", () => {
  it("counts on a quiet machine", () => {
    expect(disturbed(10, 10)).toBeUndefined();
    expect(outpaced(90)).toBeUndefined();
  });

  it("is void when others were busy", () => {
    expect(disturbed(23.4, 10)).toBe("the machine was busy (23 % with others)");
    expect(disturbed(23.4, 100)).toBeUndefined();
  });

  it("says nothing of time when the load generator could not keep up", () => {
    expect(outpaced(97)).toBe("the load generator could not keep up (97 % of a core)");
  });
});
