// What Vue does with a chat, and what it would do with one in `reactive` or in a deep `ref`.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createApp, effectScope, reactive, ref } from "vue";
import { Chat } from "../../shared-ui/chat.ts";
import type { Attempt } from "../../shared-ui/connection.ts";
import { chatKey, useChatState } from "./use-chat.ts";

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
  attempts[0]!.received({ msg: [{ id: 1, user: "Bob", text: "hello", time: 0 }], cursor: "log.1" });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** What a component does that reads the chat, without a page to draw it in. */
function mount() {
  const scope = effectScope();
  const state = createApp({})
    .provide(chatKey, chat)
    .runWithContext(() => scope.run(useChatState)!);
  return { state, unmount: () => scope.stop() };
}

test("A component reads the state of the chat itself, without a proxy, and each new one", async () => {
  const { state } = mount();
  expect(state.value).toBe(chat.state);
  chat.open("garden");
  await vi.advanceTimersByTimeAsync(50);
  expect(state.value.place.key).toBe("garden");
  expect(state.value).toBe(chat.state);
});

test("A component that is mounted again opens no connection and closes none, and one that is gone is told nothing", async () => {
  const first = mount();
  const before = first.state.value;
  first.unmount();
  const second = mount();
  chat.open("garden");
  await vi.advanceTimersByTimeAsync(50);
  expect(second.state.value.place.key).toBe("garden");
  expect(first.state.value).toBe(before);
  expect(attempts.map(({ signal }) => signal.aborted)).toEqual([false]);
});

test("In reactive() a chat breaks: the proxy has no private fields", () => {
  expect(() => reactive(chat).state).toThrow(TypeError);
});

test("In a deep ref() each message is a proxy, which === does not find", () => {
  const [lobby] = chat.state.rooms;
  const state = ref(chat.state);
  expect(state.value.rooms[0]!.messages[0]).not.toBe(lobby!.messages[0]);
});
