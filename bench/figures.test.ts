import { expect, test } from "vitest";
import { figure, ratio } from "./figures.ts";

test("A figure is the median of the rounds, with their minimum and maximum", () => {
  expect(figure([12, 10, 17])).toEqual({ median: 12, min: 10, max: 17, runs: [12, 10, 17] });
  expect(figure([7])).toEqual({ median: 7, min: 7, max: 7, runs: [7] });
});

test("Without a round there is no figure", () => {
  expect(figure([])).toBeUndefined();
});

test("A figure keeps only four significant digits", () => {
  expect(figure([1.23456789, 98_765.4])?.runs).toEqual([1.235, 98_770]);
});

test("A ratio is computed round by round, so what slows both targets down does not change it", () => {
  expect(ratio([10, 20, 30], [5, 10, 15])).toEqual({ median: 2, min: 2, max: 2, runs: [2, 2, 2] });
  // The ratio of the medians would be 1.
  expect(ratio([1, 2, 30], [2, 1, 3])?.median).toBe(2);
});

test("A round without one of the two values gives no ratio", () => {
  expect(ratio([10, undefined, 30], [5, 10, undefined])?.runs).toEqual([2]);
  expect(ratio([10, 0], [0, 10])).toBeUndefined();
  expect(ratio([], [])).toBeUndefined();
});
