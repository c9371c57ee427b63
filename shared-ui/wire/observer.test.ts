import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { FromPane } from "./messages.ts";
import { observe } from "./observer.ts";

// What the observer needs of a browser: the root, the two lists, and the records of what has changed.
class Row {
  readonly dataset: Record<string, string>;
  readonly className: string;
  constructor(className: string, dataset: Record<string, string> = {}) {
    [this.className, this.dataset] = [className, dataset];
  }
}
const html = { dataset: { state: "connecting" } };
const messages = { id: "messages" };
const outbox = { id: "outbox" };
/** The list of a room. */
const room = (name: string) => ({ parentElement: { dataset: { room: name } } });
let happens: Record<string, () => void>;
let changed: (records: object[]) => void;
let reports: FromPane[];

beforeEach(() => {
  html.dataset.state = "connecting";
  vi.stubGlobal("HTMLElement", Row);
  vi.stubGlobal("document", {
    documentElement: html,
    getElementById: (id: string) => [messages, outbox].find((list) => list.id === id),
  });
  vi.stubGlobal(
    "MutationObserver",
    class {
      constructor(callback: typeof changed) {
        changed = callback;
      }
      observe() {}
    },
  );
  happens = {};
  vi.stubGlobal("addEventListener", (type: string, listener: () => void) => (happens[type] = listener));
  reports = [];
  observe((report) => reports.push(report));
});
afterEach(() => void vi.unstubAllGlobals());

const state = (word: string) => {
  html.dataset.state = word;
  return { target: html, addedNodes: [] };
};
const message = (id: number) => ({
  target: room("lobby"),
  addedNodes: [new Row("message", { id: `${id}`, draftId: `draft ${id}` })],
});
const arrivals = () => reports.flatMap((report) => (report.type === "arrived" ? [[report.id, report.before]] : []));

it("The history that comes with the first update was there before, although the page says connected first", () => {
  changed([state("connected"), message(1), message(2)]);
  changed([message(3)]);
  expect(arrivals()).toEqual([
    [1, true],
    [2, true],
    [3, false],
  ]);
});

it("What was missed during an outage was not there before: its latency is the length of the outage", () => {
  changed([state("connected")]);
  changed([state("reconnecting")]);
  changed([state("connected"), message(1)]);
  expect(arrivals()).toEqual([[1, false]]);
});

it("A new row in the outbox is sending, and a notice empties the list", () => {
  changed([{ target: outbox, addedNodes: [new Row("message", { draftId: "a" })] }]);
  changed([{ target: room("lobby"), addedNodes: [new Row("notice")] }]);
  changed([{ target: room("book club"), addedNodes: [new Row("message", { id: "1" })] }]); // not everybody is in it
  expect(reports).toEqual([{ type: "sending", draftId: "a", at: expect.any(Number) }, { type: "cleared" }]);
});

it("A draft that no press has sent counts from when the page was loaded, not from 1970", () => {
  const loaded = Date.now();
  changed([{ target: outbox, addedNodes: [new Row("message", { draftId: "a" })] }]);
  expect(reports).toEqual([{ type: "sending", draftId: "a", at: expect.closeTo(loaded, -4) }]);
});

it.each(["submit", "click"])(
  "A draft counts from the %s on, however long the browser takes to draw its row",
  (press) => {
    vi.useFakeTimers({ now: 1_000 });
    happens[press]!();
    vi.setSystemTime(1_020);
    changed([{ target: outbox, addedNodes: [new Row("message", { draftId: "a" })] }]);
    expect(reports).toEqual([{ type: "sending", draftId: "a", at: 1_000 }]);
    vi.useRealTimers();
  },
);
