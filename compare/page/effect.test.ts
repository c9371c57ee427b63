import { expect, it } from "vitest";
import { effectOf, type Outage } from "./effect.ts";

const freeze: Outage = { kind: "freeze", since: 1_000, until: 21_000 };
const before = { state: "connected", at: 0 };
const gone = { state: "reconnecting", at: 11_000 };
const back = { state: "connected", at: 21_600 };

it("Nobody noticed yet, while it lasts", () => {
  expect(effectOf(freeze, [before], 5_000)).toEqual({ over: false, noticed: undefined, recovered: undefined });
});

it("Noticed, and not back yet, whether it lasts or is over", () => {
  expect(effectOf(freeze, [before, gone], 12_000)).toEqual({ over: false, noticed: 10_000, recovered: undefined });
  expect(effectOf(freeze, [before, gone], 21_100)).toEqual({ over: true, noticed: 10_000, recovered: undefined });
});

it("Back is counted from the end of the outage", () => {
  expect(effectOf(freeze, [before, gone, back], 22_000)).toEqual({ over: true, noticed: 10_000, recovered: 600 });
});

it("Who came back while it lasted and stayed, was back at once", () => {
  const early = { state: "connected", at: 15_000 };
  expect(effectOf(freeze, [before, gone, early], 16_000).recovered).toBeUndefined(); // it may go again
  expect(effectOf(freeze, [before, gone, early], 22_000).recovered).toBe(0);
  const again = { state: "reconnecting", at: 20_000 };
  expect(effectOf(freeze, [before, gone, early, again], 22_000).recovered).toBeUndefined();
  expect(effectOf(freeze, [before, gone, early, again, back], 22_000).recovered).toBe(600);
});

it("A pane that never left was not lost", () => {
  expect(effectOf(freeze, [before], 30_000)).toEqual({ over: true, noticed: undefined, recovered: undefined });
});

it("What was before is another story, but two clocks may differ by some milliseconds", () => {
  const { since } = freeze;
  expect(effectOf(freeze, [{ state: "reconnecting", at: since - 60 }, before], 30_000).noticed).toBeUndefined();
  expect(effectOf(freeze, [before, { state: "reconnecting", at: since - 5 }], 30_000).noticed).toBe(0);
});

it("The end of a restart is known only when it is there", () => {
  const restart = { kind: "restart" as const, since: 1_000 };
  expect(effectOf(restart, [before, gone], 99_000)).toEqual({ over: false, noticed: 10_000, recovered: undefined });
});
