import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { untilTrusted } from "./certificate-check.ts";

let page: EventTarget;
let browser: EventTarget;
let answers: (() => Promise<unknown>)[];
const asked = vi.fn();

beforeEach(() => {
  vi.useFakeTimers();
  [page, browser, answers] = [new EventTarget(), new EventTarget(), []];
  vi.stubGlobal("document", page);
  vi.stubGlobal("addEventListener", browser.addEventListener.bind(browser));
  vi.stubGlobal("fetch", (...args: unknown[]) => {
    asked(...args);
    return answers.shift()!();
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  asked.mockReset();
});

const refused = () => Promise.reject(new TypeError("Failed to fetch"));
const answered = () => Promise.resolve(new Response());

test("It asks the server itself, and not the browser's cache, until there is an answer", async () => {
  answers = [refused, refused, answered];
  const failed = vi.fn();
  const trusted = untilTrusted("https://localhost:3002", failed);
  await vi.advanceTimersByTimeAsync(10_000);
  await trusted;
  expect(asked).toHaveBeenCalledTimes(3);
  expect(asked).toHaveBeenCalledWith("https://localhost:3002/wire.css", {
    mode: "no-cors",
    credentials: "include",
    cache: "no-store",
  });
  expect(failed).toHaveBeenCalledTimes(2);
});

test.each(["focus", "visibilitychange"])("It asks at once when the person comes back (%s)", async (event) => {
  answers = [refused, answered];
  const trusted = untilTrusted("https://localhost:3002", () => {});
  await vi.advanceTimersByTimeAsync(0);
  (event === "focus" ? browser : page).dispatchEvent(new Event(event));
  await trusted;
  expect(asked).toHaveBeenCalledTimes(2);
});
