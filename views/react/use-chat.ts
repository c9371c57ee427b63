import { createContext, use, useSyncExternalStore } from "react";
import type { Chat, ChatState } from "../../shared-ui/chat.ts";
import { narrow } from "../../shared-ui/places.ts";

export const ChatContext = createContext<Chat | undefined>(undefined);

/** The store, for its verbs. */
export const useChat = (): Chat => use(ChatContext)!;

/** What it holds. The component is drawn again after each change; React compares the states with ===, and none is ever changed. */
export function useChatState(): ChatState {
  const chat = useChat();
  return useSyncExternalStore(chat.subscribe, () => chat.state);
}

/** Whether the window is narrow. */
export const useNarrow = (): boolean => useSyncExternalStore(onNarrow, () => narrow.matches);

function onNarrow(changed: () => void) {
  narrow.addEventListener("change", changed);
  return () => narrow.removeEventListener("change", changed);
}
