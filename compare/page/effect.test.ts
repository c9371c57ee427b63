import { expect, it } from "vitest";
import { effectOf, type Outage } from "./effect.ts";

const freeze: Outage = { kind: "freeze", since: 1_000, until: 21_000 };
const before = { state: "connected", at: 0 };
const lost = { state: "reconnecting", at: 11_000 };
const back = { state: "connected", at: 21_600 };

it("During an outage that the pane has not noticed, there is neither time", () => {
  expect(effectOf(freeze, [before], 5_000)).toEqual({ over: false, noticed: undefined, recovered: undefined });
});

it("A pane that is not connected again has noticed and not recovered, during the outage and after it", () => {
  expect(effectOf(freeze, [before, lost], 12_000)).toEqual({ over: false, noticed: 10_000, recovered: undefined });
  expect(effectOf(freeze, [before, lost], 21_100)).toEqual({ over: true, noticed: 10_000, recovered: undefined });
});

it("The time to recover counts from the end of the outage", () => {
  expect(effectOf(freeze, [before, lost, back], 22_000)).toEqual({ over: true, noticed: 10_000, recovered: 600 });
});

it("A pane that reconnects during the outage and stays connected recovers after 0 ms", () => {
  const early = { state: "connected", at: 15_000 };
  expect(effectOf(freeze, [before, lost, early], 16_000).recovered).toBeUndefined(); // it may lose the connection again
  expect(effectOf(freeze, [before, lost, early], 22_000).recovered).toBe(0);
  const again = { state: "reconnecting", at: 20_000 };
  expect(effectOf(freeze, [before, lost, early, again], 22_000).recovered).toBeUndefined();
  expect(effectOf(freeze, [before, lost, early, again, back], 22_000).recovered).toBe(600);
});

it("A pane that stays connected notices nothing and has nothing to recover from", () => {
  expect(effectOf(freeze, [before], 30_000)).toEqual({ over: true, noticed: undefined, recovered: undefined });
});

it("State changes before the outage do not count, but the two clocks may differ by some milliseconds", () => {
  const { since } = freeze;
  expect(effectOf(freeze, [{ state: "reconnecting", at: since - 60 }, before], 30_000).noticed).toBeUndefined();
  expect(effectOf(freeze, [before, { state: "reconnecting", at: since - 5 }], 30_000).noticed).toBe(0);
});

it("A restart is not over until its end is known", () => {
  const restart = { kind: "restart" as const, since: 1_000 };
  expect(effectOf(restart, [before, lost], 99_000)).toEqual({ over: false, noticed: 10_000, recovered: undefined });
});
