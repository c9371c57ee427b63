import { getContext } from "svelte";
import { createSubscriber } from "svelte/reactivity";
import type { Chat, ChatState } from "../../shared-ui/chat.ts";

export const chatKey = Symbol("chat");

/** The store, for its verbs. */
export const getChat = (): Chat => getContext(chatKey);

/** What it holds. What reads `current` is drawn again after each change. Not in `$state`: that would make proxies of all messages, anew for each state. */
export function getChatState(): { readonly current: ChatState } {
  const chat = getChat();
  const subscribe = createSubscriber(chat.subscribe);
  return {
    get current() {
      subscribe();
      return chat.state;
    },
  };
}
