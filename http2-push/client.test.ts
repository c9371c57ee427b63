// What the page does with an EventSource, with a fake one. The real one is in e2e/.
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Technique } from "../shared-ui/chat.ts";

let technique: Technique;
let ended: AbortController;
let sources: FakeEventSource[];
let reports: unknown[];

vi.mock("../shared-ui/page.ts", () => ({ openChat: (given: Technique) => (technique = given) }));

class FakeEventSource extends EventTarget {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSED = 2;
  readyState = FakeEventSource.CONNECTING;
  readonly url: string;

  constructor(url: string) {
    super();
    this.url = url;
    sources.push(this);
  }

  close() {
    this.readyState = FakeEventSource.CLOSED;
  }

  opens() {
    this.readyState = FakeEventSource.OPEN;
    this.dispatchEvent(new Event("open"));
  }

  sends(update: object) {
    this.dispatchEvent(new MessageEvent("msg:get", { data: JSON.stringify(update) }));
  }

  /** The stream breaks, or a try fails; the browser tries again after a while, unless it has given up. */
  fails(readyState = FakeEventSource.CONNECTING) {
    this.readyState = readyState;
    this.dispatchEvent(new Event("error"));
  }
}

beforeEach(async () => {
  [sources, reports, ended] = [[], [], new AbortController()];
  vi.stubGlobal("EventSource", FakeEventSource);
  vi.resetModules();
  await import("./client.ts");
  technique.connect({
    parameters: () => ({ since: "log.7", as: "" }),
    query: () => "since=log.7",
    signal: ended.signal,
    received: (update) => reports.push(update),
    interrupted: () => reports.push("interrupted"),
    reconnect: () => reports.push("reconnect"),
  });
});
afterEach(() => vi.unstubAllGlobals());

it("Asks once, from the cursor, and passes each update on", () => {
  expect(sources.map(({ url }) => url)).toEqual(["/msgs?since=log.7"]);
  sources[0]!.opens();
  sources[0]!.sends({ msg: [], cursor: "log.7" });
  expect(reports).toEqual([{ msg: [], cursor: "log.7" }]);
});

it("Says that the connection is gone, and leaves it to the browser to come back", () => {
  sources[0]!.opens();
  sources[0]!.fails();
  expect(reports).toEqual(["interrupted"]);
  expect(sources).toHaveLength(1);
});

it("Comes back after an answer that is not 200, where the browser stays away", () => {
  sources[0]!.fails(FakeEventSource.CLOSED);
  expect(reports).toEqual(["reconnect"]);
});

it("Comes back after such an answer also when the stream was open before", () => {
  sources[0]!.opens();
  sources[0]!.fails();
  sources[0]!.fails(FakeEventSource.CLOSED);
  expect(reports).toEqual(["interrupted", "reconnect"]);
});

it("Leaves no try to the browser when the stream never opened: it has no backoff", () => {
  sources[0]!.fails();
  expect(reports).toEqual(["reconnect"]);
});

it("Leaves three tries to the browser, then backs off", () => {
  sources[0]!.opens();
  for (let n = 0; n < 4; n++) sources[0]!.fails();
  expect(reports).toEqual(["interrupted", "interrupted", "interrupted", "reconnect"]);
});

it("Leaves three tries to the browser after each stream that opened", () => {
  for (let n = 0; n < 5; n++) {
    sources[0]!.opens();
    for (let m = 0; m < 3; m++) sources[0]!.fails();
  }
  expect(new Set(reports)).toEqual(new Set(["interrupted"]));
});

it("Closes the stream when the page hangs up", () => {
  sources[0]!.opens();
  ended.abort();
  expect(sources[0]!.readyState).toBe(FakeEventSource.CLOSED);
});
