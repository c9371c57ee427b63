import { max, median, min } from "simple-statistics";
import type { Figure } from "./results.ts";

/** The median and the spread of some runs, with four significant digits. Undefined when there are none. */
export function figure(runs: number[]): Figure | undefined {
  if (runs.length === 0) return undefined;
  return { median: rounded(median(runs)), min: rounded(min(runs)), max: rounded(max(runs)), runs: runs.map(rounded) };
}

/** The ratios of two targets, round by round. A round in which one value is missing, or is not above zero, gives no ratio. */
export function ratio(target: (number | undefined)[], against: (number | undefined)[]): Figure | undefined {
  const ratios = target.flatMap((value = 0, round) => {
    const other = against[round] ?? 0;
    return value > 0 && other > 0 ? [value / other] : [];
  });
  return figure(ratios);
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
