import { beforeEach, describe, expect, it } from "vitest";
import { Ledger, quantile } from "./ledger.ts";

let ledger: Ledger;
beforeEach(() => (ledger = new Ledger()));
const arrives = (pane: string, id: number, draftId: string, at: number) => ledger.arrived(pane, id, draftId, at, false);

describe("how late a message is", () => {
  it("is measured from the pane where it was said to each pane where it arrives", () => {
    ledger.sending("polling", "a", 1_000);
    expect(arrives("polling", 1, "a", 1_012)).toEqual({ pane: "polling", draftId: "a", milliseconds: 12, own: true });
    expect(arrives("socket-io", 1, "a", 1_004)).toEqual({
      pane: "socket-io",
      draftId: "a",
      milliseconds: 4,
      own: false,
    });
    expect(ledger.reader("socket-io").delays).toEqual([4]);
    expect(ledger.reader("polling").delays).toEqual([]); // a pane that said it has an answer, whatever its technique
  });

  it("is known later, when the news of one pane overtakes that of another", () => {
    expect(arrives("socket-io", 1, "a", 1_004)).toBeUndefined();
    expect(ledger.sending("polling", "a", 1_000)).toEqual([
      { pane: "socket-io", draftId: "a", milliseconds: 4, own: false },
    ]);
  });

  it("means nothing for what was there before, or what was said elsewhere", () => {
    ledger.sending("polling", "a", 1_000);
    expect(ledger.arrived("socket-io", 1, "a", 9_000, true)).toBeUndefined();
    expect(arrives("socket-io", 2, "of another tab", 9_000)).toBeUndefined();
    expect(ledger.reader("socket-io").delays).toEqual([]);
    expect(ledger.reader("socket-io").arrived).toBe(1);
  });

  it("counts from the first time that it was sent, also after a reload", () => {
    ledger.sending("polling", "a", 1_000);
    ledger.sending("polling", "a", 5_000);
    expect(arrives("socket-io", 1, "a", 5_004)?.milliseconds).toBe(4_004);
  });
});

describe("what is lost", () => {
  const until = 10_000; // later ones may be under way

  it("is nothing while everybody has everything", () => {
    for (const pane of ["polling", "socket-io"]) for (const id of [1, 2, 3]) arrives(pane, id, `${id}`, 100 * id);
    expect(ledger.lost("polling", 0, until)).toBe(0);
  });

  it("is what others have and one has not", () => {
    for (const id of [1, 2, 3, 4]) arrives("socket-io", id, `${id}`, 100 * id);
    for (const id of [1, 3]) arrives("polling", id, `${id}`, 100 * id);
    expect(ledger.lost("polling", 0, -Infinity)).toBe(1); // 2 is passed
    expect(ledger.lost("polling", 0, until)).toBe(2); // and 4 had its time
    expect(ledger.lost("polling", 250, until)).toBe(1); // 2 was before
    expect(ledger.lost("socket-io", 0, until)).toBe(0);
  });

  it("is not what was said before somebody came", () => {
    for (const id of [1, 2]) arrives("socket-io", id, `${id}`, 100);
    expect(ledger.lost("polling", 0, until)).toBe(0);
    arrives("polling", 2, "2", 100);
    expect(ledger.lost("polling", 0, until)).toBe(0);
  });
});

it("A message that arrives twice is a duplicate, but not when the list was emptied in between", () => {
  arrives("polling", 1, "a", 100);
  ledger.cleared("polling");
  arrives("polling", 1, "a", 200);
  expect(ledger.reader("polling").duplicates).toEqual([]);
  arrives("polling", 1, "a", 300);
  expect(ledger.reader("polling").duplicates).toEqual([300]);
});

it("A count from zero forgets the delays, and not who has what", () => {
  ledger.sending("polling", "a", 0);
  arrives("socket-io", 1, "a", 4);
  ledger.startOver();
  const { delays, arrived, ids } = ledger.reader("socket-io");
  expect({ delays, arrived, ids }).toEqual({ delays: [], arrived: 0, ids: new Set([1]) });
});

it("Days of talk do not fill the memory", () => {
  for (let id = 1; id <= 10_000; id++) {
    ledger.sending("polling", `${id}`, id);
    arrives("socket-io", id, `${id}`, id + 4);
    arrives("socket-io", 100_000 + id, `of another tab ${id}`, id);
  }
  const { ids, delays } = ledger.reader("socket-io");
  expect([ids.size, delays.length]).toEqual([2_000, 200]);
});

it("Median and p95 are by the nearest rank", () => {
  const values = Array.from({ length: 100 }, (_, i) => 100 - i);
  expect([quantile(values, 0.5), quantile(values, 0.95), quantile([7], 0.95), quantile([], 0.5)]).toEqual([
    50,
    95,
    7,
    undefined,
  ]);
  expect(values[0]).toBe(100); // in the order it was
});
