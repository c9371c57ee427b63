import { describe, expect, it } from "vitest";
import { backgroundShare, disturbed, outpaced } from "./validity.ts";

describe("the background load", () => {
  it("is what was neither idle nor ours", () => {
    // Two cores for ten seconds: 12,000 ms idle, 6,000 ms ours, so 2,000 ms of 20,000 belong to other processes, within 40 ms.
    expect(backgroundShare({ elapsed: 10_000, cores: 2, idle: 12_000, ours: 6_000 })).toBeCloseTo(9.8);
  });

  it("is never negative, although the system counts in steps of ten milliseconds", () => {
    expect(backgroundShare({ elapsed: 1_000, cores: 2, idle: 1_410, ours: 600 })).toBe(0);
    expect(backgroundShare({ elapsed: 100, cores: 2, idle: 130, ours: 40 })).toBe(0);
  });
});

describe("a measurement", () => {
  it("counts on a quiet machine", () => {
    expect(disturbed(10, 10)).toBeUndefined();
    expect(outpaced(90)).toBeUndefined();
  });

  it("is void when other processes were busy", () => {
    expect(disturbed(23.4, 10)).toBe("other processes used 23 % of the machine");
    expect(disturbed(23.4, 100)).toBeUndefined();
  });

  it("has no latency and no throughput when the load generator could not keep up", () => {
    expect(outpaced(97)).toBe("the load generator could not keep up (97 % of a core)");
  });
});
