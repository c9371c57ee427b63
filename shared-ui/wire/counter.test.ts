import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { counter } from "./counter.ts";
import type { Entry } from "./entry.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const poll: Entry = { at: 0, way: "up", what: "GET /msgs", text: "", asks: "polling" };

it.each([
  ["of the page", "http/1.1", ["http/1.1"], "polling over http/1.1"],
  [
    "of its files when the browser does not tell that of the page, as Firefox in a frame",
    "",
    ["", "h2"],
    "polling over h2",
  ],
  ["not at all when the browser tells none", "", [""], "polling"],
])("The transport names the protocol %s", (_whose, page, files, expected) => {
  const entries = {
    navigation: [{ nextHopProtocol: page }],
    resource: files.map((nextHopProtocol) => ({ nextHopProtocol })),
  };
  vi.stubGlobal("performance", { getEntriesByType: (type: keyof typeof entries) => entries[type] });
  const report = vi.fn();
  const count = counter(report);
  count(poll);
  count(poll);
  vi.advanceTimersByTime(250);
  expect(report.mock.calls).toEqual([[expected, 2]]);
});
