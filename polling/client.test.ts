// The polling loop, with a fake clock and a fake `fetch`. The real ones are in e2e/.
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { timing } from "../shared-ui/timing.ts";
import type { Technique } from "../shared-ui/chat.ts";

let technique: Technique;
let page: EventTarget & { hidden: boolean };
let polls: { path: string; answer: (body?: object, status?: number) => void }[];
let ended: AbortController;
let received: unknown[];
let failed: unknown[];

vi.mock("../shared-ui/page.ts", () => ({ openChat: (given: Technique) => (technique = given) }));

beforeEach(async () => {
  vi.useFakeTimers();
  page = Object.assign(new EventTarget(), { hidden: false });
  vi.stubGlobal("document", page);
  [polls, received, failed, ended] = [[], [], [], new AbortController()];
  vi.stubGlobal("fetch", (path: string, { method = "GET", signal }: RequestInit) => {
    if (method === "POST") return Promise.resolve(Response.json({ id: 1 }, { status: 201 }));
    return new Promise((resolve, reject) => {
      signal?.addEventListener("abort", () => reject(signal.reason as Error));
      const answer = (body?: object, status = body ? 200 : 204) =>
        resolve(new Response(body ? JSON.stringify(body) : null, { status }));
      polls.push({ path, answer });
    });
  });
  vi.resetModules();
  await import("./client.ts");
  connect();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function connect() {
  technique.connect({
    parameters: () => ({ since: "log.7", as: "" }),
    query: () => "since=log.7",
    signal: ended.signal,
    received: (update) => received.push(update),
    interrupted: () => {},
    reconnect: (error) => failed.push(error),
  });
}

const settled = () => vi.advanceTimersByTimeAsync(0);
const draft = { as: "", user: "Ada", text: "hello" };

it("Polls at once, and three seconds after each answer", async () => {
  expect(polls.map(({ path }) => path)).toEqual(["/msgs?since=log.7"]);
  polls[0]!.answer({ msg: [], cursor: "log.8" });
  await settled();
  expect(received).toEqual([{ msg: [], cursor: "log.8" }]);
  await vi.advanceTimersByTimeAsync(timing.poll - 1);
  expect(polls).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(polls).toHaveLength(2);
});

it("Polls again at once when there is more to come of a long catch-up", async () => {
  polls[0]!.answer({ msg: [], cursor: "log.8", more: true });
  await settled();
  expect(polls).toHaveLength(2);
});

it("Takes a 204 as a sign of life", async () => {
  polls[0]!.answer();
  await settled();
  expect(received).toEqual([{ msg: [], cursor: "log.7" }]);
});

it("Never has two polls under way", async () => {
  await vi.advanceTimersByTimeAsync(2 * timing.poll);
  await technique.post(draft);
  await settled();
  expect(polls).toHaveLength(1);
});

it("Polls at once after an own post, while it rests", async () => {
  polls[0]!.answer();
  await settled();
  await technique.post(draft);
  await settled();
  expect(polls).toHaveLength(2);
});

it("Rests again after a poll that was asked for", async () => {
  await technique.post(draft);
  polls[0]!.answer();
  await settled();
  polls[1]!.answer();
  await vi.advanceTimersByTimeAsync(timing.poll - 1);
  expect(polls).toHaveLength(2);
});

it("Polls again at once when an own post was answered during a poll", async () => {
  await technique.post(draft);
  polls[0]!.answer();
  await settled();
  expect(polls).toHaveLength(2);
});

it("Does not poll while the page is hidden, and does at once when it is visible again", async () => {
  page.hidden = true;
  polls[0]!.answer();
  await vi.advanceTimersByTimeAsync(10 * timing.poll);
  expect(polls).toHaveLength(1);
  page.hidden = false;
  page.dispatchEvent(new Event("visibilitychange"));
  await settled();
  expect(polls).toHaveLength(2);
});

it("Gives up after a failure, and says why", async () => {
  polls[0]!.answer({ error: "later" }, 503);
  await settled();
  expect(failed).toMatchObject([{ message: "later", after: 0 }]);
  await vi.advanceTimersByTimeAsync(10 * timing.poll);
  expect(polls).toHaveLength(1);
});

it("Breaks off the poll that is under way when the page hangs up", async () => {
  ended.abort();
  await settled();
  expect(failed).toHaveLength(1);
});

it("Ends when the page hangs up, also while it rests", async () => {
  polls[0]!.answer();
  await settled();
  ended.abort();
  await vi.advanceTimersByTimeAsync(10 * timing.poll);
  expect(polls).toHaveLength(1);
});
