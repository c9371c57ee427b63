import { afterEach, describe, expect, it, vi } from "vitest";
import { retryDelay } from "./timing.ts";

afterEach(() => vi.restoreAllMocks());

describe("the delay before a retry", () => {
  it.each([
    [1, 500, 1_500],
    [2, 500, 2_500],
    [5, 500, 16_500],
    [6, 500, 20_500],
    [100, 500, 20_500],
    [2_000, 500, 20_500],
  ])("after %i failures lies between %i and %i ms", (failures, least, most) => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    expect(retryDelay(failures)).toBe(least);
    vi.spyOn(Math, "random").mockReturnValue(1);
    expect(retryDelay(failures)).toBe(most);
  });

  it("has jitter: clients that were cut together do not come back together", () => {
    expect(new Set(Array.from({ length: 100 }, () => retryDelay(3))).size).toBeGreaterThan(90);
  });
});
