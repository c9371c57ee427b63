import { expect, it } from "vitest";
import { axisLabel, describeChart, duration, milliseconds, roundUp, size } from "./format.ts";
import { Traffic } from "./traffic.ts";

const tap = (up: number, down: number, opened = 1) => ({
  up: { bytes: up },
  down: { bytes: down },
  opened,
  connections: 1,
});

it("Traffic counts from the first counters on, and assigns each byte to its second", () => {
  const traffic = new Traffic();
  expect(traffic.sinceReset).toBeUndefined();
  traffic.add(tap(1_000, 50_000, 6), 100);
  traffic.add(tap(1_400, 50_100, 6), 100.5);
  traffic.add(tap(1_400, 50_103, 8), 103.2);
  expect(traffic.sinceReset).toEqual({ up: { bytes: 400 }, down: { bytes: 103 }, opened: 2, connections: 1 });
  const { seconds, bytes } = traffic.bySecond(103.9);
  expect([seconds[0], seconds.at(-1), seconds.length]).toEqual([43, 103, 61]);
  expect(bytes.slice(-4)).toEqual([500, 0, 0, 3]);
});

it("Traffic counts from zero after a reset, and after the server was started again", () => {
  const traffic = new Traffic();
  traffic.add(tap(1, 1), 100);
  traffic.add(tap(9, 9), 101);
  traffic.reset();
  expect(traffic.sinceReset?.up.bytes).toBe(0);
  traffic.add(tap(10, 10), 102);
  traffic.add(tap(13, 10), 102.2);
  expect(traffic.sinceReset?.up.bytes).toBe(4);
  traffic.add(tap(0, 0), 103);
  expect(traffic.sinceReset?.up.bytes).toBe(0);
  expect(traffic.bySecond(103).bytes.every((count) => count === 0)).toBe(true);
});

it("After an outage begins, its connections count from the counters before it", () => {
  const traffic = new Traffic();
  traffic.add(tap(1, 1, 11), 100);
  traffic.add(tap(2, 2, 13), 101);
  traffic.outageBegins();
  traffic.add(tap(3, 3, 22), 101.2);
  expect([traffic.openedSinceOutage, traffic.sinceReset?.opened]).toEqual([9, 11]);
});

it("Of an outage that began before the first counters, nobody knows its connections", () => {
  const traffic = new Traffic();
  traffic.outageBegins();
  traffic.add(tap(3, 3, 22), 101.2);
  expect(traffic.openedSinceOutage).toBeUndefined();
});

it("An axis has round labels", () => {
  expect([0, 500, 1_000, 2_500, 20_000, 1_500_000].map(axisLabel)).toEqual([
    "0",
    "500 B",
    "1 kB",
    "2.5 kB",
    "20 kB",
    "1.5 MB",
  ]);
});

it("An axis ends at a round number that the highest bar does not exceed", () => {
  expect([2_000, 2_001, 4_100, 7_400, 9_000, 12_000].map(roundUp)).toEqual([
    2_000, 4_000, 5_000, 8_000, 10_000, 20_000,
  ]);
});

it("Times and sizes have units that suit their magnitude", () => {
  expect([4.4, 2_140].map(milliseconds)).toEqual(["4 ms", "2,140 ms"]);
  expect([4.4, 999.6, 2_140, 9_999, 20_100].map(duration)).toEqual(["4 ms", "1.00 s", "2.14 s", "10.0 s", "20.1 s"]);
  expect([0, 702, 999.6, 12_400, 999_960, 1_200_000].map(size)).toEqual([
    "0 B",
    "702 B",
    "1.0 kB",
    "12.4 kB",
    "1.00 MB",
    "1.20 MB",
  ]);
});

it("A chart has a text alternative", () => {
  expect(describeChart([0, 0])).toBe("Bytes per second: none in the last minute.");
  expect(describeChart([0, 586, 702, 0])).toBe("Bytes per second: some in 2 of the last 4 seconds, at most 702 B.");
  expect(describeChart([0, 0], 1)).toBe("Bytes per second: none in the last minute. Outages in this time: 1.");
});
