import { DestroyRef, inject, InjectionToken, type Signal, signal } from "@angular/core";
import type { Chat, ChatState } from "../../shared-ui/chat.ts";
import type { About } from "../../shared-ui/page.ts";
import { narrow } from "../../shared-ui/places.ts";

/** The store, for its verbs. */
export const CHAT = new InjectionToken<Chat>("chat");

/** What the page says about itself. */
export const ABOUT = new InjectionToken<About>("about");

/** What the store holds. Templates that read it are drawn again after each change; signals compare with ===, and no state is ever changed. */
export function injectState(): Signal<ChatState> {
  const chat = inject(CHAT);
  return fromOutside(chat.subscribe, () => chat.state);
}

/** Whether the window is narrow. */
export const injectNarrow = (): Signal<boolean> => fromOutside(onNarrow, () => narrow.matches);

/** A signal of what somebody else holds, for as long as the component lives that asks for it. */
function fromOutside<T>(subscribe: (changed: () => void) => () => void, read: () => T): Signal<T> {
  const value = signal(read());
  inject(DestroyRef).onDestroy(subscribe(() => value.set(read())));
  return value.asReadonly();
}

function onNarrow(changed: () => void) {
  narrow.addEventListener("change", changed);
  return () => narrow.removeEventListener("change", changed);
}
