import { numbers } from "./numbers.ts";

/**
 * How long to wait before the next try, in milliseconds, after `failures` failures in a row. The upper bound doubles, so that a
 * server in trouble is left alone; chance spreads the tries, so that those who were cut together do not return together.
 */
export function retryDelay(failures: number): number {
  return numbers.retry + Math.random() * Math.min(numbers.retryMost, numbers.retry * 2 ** failures);
}

/** Resolves after so many milliseconds, or never when the signal is aborted before. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => clearTimeout(timer));
  });
}
