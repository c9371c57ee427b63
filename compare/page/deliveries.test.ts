import { beforeEach, describe, expect, it } from "vitest";
import { Deliveries, quantile } from "./deliveries.ts";

let deliveries: Deliveries;
beforeEach(() => (deliveries = new Deliveries()));
const arrives = (pane: string, id: number, draftId: string, at: number) =>
  deliveries.arrived(pane, id, draftId, at, false);

describe("Latency", () => {
  it("is the time from the pane that sends a message to each pane where it arrives", () => {
    deliveries.sending("polling", "a", 1_000);
    expect(arrives("polling", 1, "a", 1_012)).toEqual({ pane: "polling", draftId: "a", milliseconds: 12, own: true });
    expect(arrives("socket-io", 1, "a", 1_004)).toEqual({
      pane: "socket-io",
      draftId: "a",
      milliseconds: 4,
      own: false,
    });
    expect(deliveries.receipts("socket-io").latencies).toEqual([4]);
    expect(deliveries.receipts("polling").latencies).toEqual([]); // the sender has an answer at once, with every technique
  });

  it("is known later when the report of an arrival overtakes the report of the sending", () => {
    expect(arrives("socket-io", 1, "a", 1_004)).toBeUndefined();
    expect(deliveries.sending("polling", "a", 1_000)).toEqual([
      { pane: "socket-io", draftId: "a", milliseconds: 4, own: false },
    ]);
  });

  it("is not measured for messages that were there before, or that were sent elsewhere", () => {
    deliveries.sending("polling", "a", 1_000);
    expect(deliveries.arrived("socket-io", 1, "a", 9_000, true)).toBeUndefined();
    expect(arrives("socket-io", 2, "of another tab", 9_000)).toBeUndefined();
    expect(deliveries.receipts("socket-io").latencies).toEqual([]);
    expect(deliveries.receipts("socket-io").arrived).toBe(1);
  });

  it("is not measured when the message arrived before it was sent: a reloaded page has sent an old draft again", () => {
    arrives("socket-io", 1, "a", 1_000);
    expect(deliveries.sending("polling", "a", 5_000)).toEqual([]);
    expect(arrives("raw-websockets", 1, "a", 4_999)).toBeUndefined();
    for (const pane of ["socket-io", "raw-websockets"]) expect(deliveries.receipts(pane).latencies).toEqual([]);
    expect(arrives("http2-push", 1, "a", 5_004)?.milliseconds).toBe(4);
  });

  it("counts from the first time that a message was sent, even after a reload", () => {
    deliveries.sending("polling", "a", 1_000);
    deliveries.sending("polling", "a", 5_000);
    expect(arrives("socket-io", 1, "a", 5_004)?.milliseconds).toBe(4_004);
  });
});

describe("A lost message", () => {
  const until = 10_000; // later messages may still be on their way

  it("does not exist while all panes have all messages", () => {
    for (const pane of ["polling", "socket-io"]) for (const id of [1, 2, 3]) arrives(pane, id, `${id}`, 100 * id);
    expect(deliveries.lost("polling", 0, until)).toBe(0);
  });

  it("is a message that other panes have and this one lacks", () => {
    for (const id of [1, 2, 3, 4]) arrives("socket-io", id, `${id}`, 100 * id);
    for (const id of [1, 3]) arrives("polling", id, `${id}`, 100 * id);
    expect(deliveries.lost("polling", 0, -Infinity)).toBe(1); // 2 was skipped
    expect(deliveries.lost("polling", 0, until)).toBe(2); // and 4 had enough time to arrive
    expect(deliveries.lost("polling", 250, until)).toBe(1); // 2 was sent earlier
    expect(deliveries.lost("socket-io", 0, until)).toBe(0);
  });

  it("is not a message that was sent before the pane was open", () => {
    for (const id of [1, 2]) arrives("socket-io", id, `${id}`, 100);
    expect(deliveries.lost("polling", 0, until)).toBe(0);
    arrives("polling", 2, "2", 100);
    expect(deliveries.lost("polling", 0, until)).toBe(0);
  });
});

it("A pane has caught up when it has all that was sent or seen in a time", () => {
  const caughtUp = (pane: string) => deliveries.caughtUp(pane, 1_000, 2_000);
  arrives("polling", 1, "of before", 900);
  arrives("socket-io", 1, "of before", 900);
  expect(caughtUp("polling")).toBe(true);
  deliveries.sending("socket-io", "a", 1_500);
  expect([caughtUp("polling"), caughtUp("socket-io")]).toEqual([false, false]); // still in an outbox
  arrives("socket-io", 2, "a", 1_510);
  expect([caughtUp("polling"), caughtUp("socket-io")]).toEqual([false, true]);
  arrives("polling", 2, "a", 3_000);
  deliveries.sending("socket-io", "b", 2_500); // later
  expect(caughtUp("polling")).toBe(true);
});

it("A message that arrives twice is a duplicate, unless the list was emptied in between", () => {
  arrives("polling", 1, "a", 100);
  deliveries.cleared("polling");
  arrives("polling", 1, "a", 200);
  expect(deliveries.receipts("polling").duplicates).toEqual([]);
  arrives("polling", 1, "a", 300);
  expect(deliveries.receipts("polling").duplicates).toEqual([300]);
});

it("A reset clears counts and latencies, and keeps the ids that arrived", () => {
  deliveries.sending("polling", "a", 0);
  arrives("socket-io", 1, "a", 4);
  deliveries.reset();
  const { latencies, arrived, ids } = deliveries.receipts("socket-io");
  expect({ latencies, arrived, ids }).toEqual({ latencies: [], arrived: 0, ids: new Set([1]) });
});

it("Days of messages do not fill the memory", () => {
  for (let id = 1; id <= 10_000; id++) {
    deliveries.sending("polling", `${id}`, id);
    arrives("socket-io", id, `${id}`, id + 4);
    arrives("socket-io", 100_000 + id, `of another tab ${id}`, id);
  }
  const { ids, latencies } = deliveries.receipts("socket-io");
  expect([ids.size, latencies.length]).toEqual([2_000, 200]);
});

it("Median and p95 follow the nearest-rank method", () => {
  const values = Array.from({ length: 100 }, (_, i) => 100 - i);
  expect([quantile(values, 0.5), quantile(values, 0.95), quantile([7], 0.95), quantile([], 0.5)]).toEqual([
    50,
    95,
    7,
    undefined,
  ]);
  expect(values[0]).toBe(100); // the order of the input stays
});
