import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { pause, retryDelay } from "./retry.ts";

describe("the delay before a new try", () => {
  it.each([
    [1, 1_500],
    [2, 2_500],
    [3, 4_500],
    [4, 8_500],
    [5, 16_500],
    [6, 20_500],
    [7, 20_500],
    [2_000, 20_500],
  ])("after failure %i is half a second and up to %i ms", (failures, longest) => {
    const chance = vi.spyOn(Math, "random");
    expect(chance.mockReturnValue(0) && retryDelay(failures)).toBe(500);
    expect(chance.mockReturnValue(1) && retryDelay(failures)).toBe(longest);
    chance.mockRestore();
  });

  it("keeps its bounds, whatever chance brings", () => {
    fc.assert(
      fc.property(fc.nat(10_000), (failures) => {
        const delay = retryDelay(failures);
        return delay >= 500 && delay < 500 + Math.min(20_000, 500 * 2 ** failures);
      }),
    );
  });

  it("differs: those who were cut together do not return together", () => {
    const delays = Array.from({ length: 100 }, () => Math.round(retryDelay(6)));
    expect(new Set(delays).size).toBeGreaterThan(50);
  });
});

describe("a pause", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("ends after its time", async () => {
    const over = vi.fn();
    void pause(1_000, new AbortController().signal).then(over);
    await vi.advanceTimersByTimeAsync(999);
    expect(over).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(over).toHaveBeenCalledOnce();
  });

  it("never ends when its signal is aborted before, and leaves no timer", async () => {
    const over = vi.fn();
    const stop = new AbortController();
    void pause(1_000, stop.signal).then(over);
    await vi.advanceTimersByTimeAsync(500);
    stop.abort();
    expect(vi.getTimerCount()).toBe(0);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(over).not.toHaveBeenCalled();
  });
});
