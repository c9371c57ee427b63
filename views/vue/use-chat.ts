import { inject, type InjectionKey, onScopeDispose, type ShallowRef, shallowRef } from "vue";
import type { Chat, ChatState } from "../../shared-ui/chat.ts";
import { narrow } from "../../shared-ui/places.ts";

export const chatKey: InjectionKey<Chat> = Symbol("chat");

/** The store, for its verbs. Never in `ref` or `reactive`: a proxy of it cannot reach its private fields. */
export const useChat = (): Chat => inject(chatKey)!;

/** What it holds. The component is drawn again after each change. Shallow: a state is replaced as a whole, and nothing in it ever changes. */
export function useChatState(): Readonly<ShallowRef<ChatState>> {
  const chat = useChat();
  const state = shallowRef(chat.state);
  onScopeDispose(chat.subscribe(() => (state.value = chat.state)));
  return state;
}

/** Whether the window is narrow. */
export function useNarrow(): Readonly<ShallowRef<boolean>> {
  const matches = shallowRef(narrow.matches);
  const changed = () => (matches.value = narrow.matches);
  narrow.addEventListener("change", changed);
  onScopeDispose(() => narrow.removeEventListener("change", changed));
  return matches;
}
