// What Angular does with a chat, and what it does with a list that is changed and not replaced.
import { computed, Injector, runInInjectionContext, signal } from "@angular/core";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Chat } from "../../shared-ui/chat.ts";
import type { Attempt } from "../../shared-ui/connection.ts";
import { CHAT, injectState } from "./inject-chat.ts";

const attempts: Attempt[] = [];
let chat: Chat;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("document", Object.assign(new EventTarget(), { hidden: false }));
  vi.stubGlobal("navigator", { onLine: true });
  vi.stubGlobal("addEventListener", () => {});
  vi.stubGlobal("requestAnimationFrame", (draw: () => void) => setTimeout(draw, 16));
  vi.stubGlobal("cancelAnimationFrame", clearTimeout);
  attempts.length = 0;
  chat = new Chat({
    sentence: "A fake.",
    connect: (attempt) => attempts.push(attempt),
    post: () => Promise.reject(new Error("Nobody posts here.")),
  });
  chat.start();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** What a component does that reads the chat, without a page to draw it in. */
function create() {
  const injector = Injector.create({ providers: [{ provide: CHAT, useValue: chat }] });
  return { state: runInInjectionContext(injector, injectState), destroy: () => injector.destroy() };
}

test("A component has the state of the chat as a signal: what is computed from it follows each change", async () => {
  const { state } = create();
  const place = computed(() => state().place.key);
  expect(place()).toBe("lobby");
  chat.open("garden");
  await vi.advanceTimersByTimeAsync(50);
  expect(place()).toBe("garden");
  expect(state()).toBe(chat.state);
});

test("A component that is created again opens no connection and closes none, and one that is gone is told nothing", async () => {
  const first = create();
  const before = first.state();
  first.destroy();
  const second = create();
  chat.open("garden");
  await vi.advanceTimersByTimeAsync(50);
  expect(second.state().place.key).toBe("garden");
  expect(first.state()).toBe(before);
  expect(attempts.map(({ signal: { aborted } }) => aborted)).toEqual([false]);
});

test("A signal does not see that a list has been changed in place, and sees a new list", () => {
  const messages = signal(["hello"]);
  const count = computed(() => messages().length);
  expect(count()).toBe(1);
  messages().push("again");
  expect(count()).toBe(1);
  messages.update((list) => [...list, "and again"]);
  expect(count()).toBe(3);
});
