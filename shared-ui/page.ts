// The page of every variant: a store, a view that draws it, and the technique that brings the messages.
import { Chat, type Technique } from "./chat.ts";
import { linkedPlace } from "./dom.ts";
import { show } from "./view.ts";

export type { Attempt } from "./connection.ts";

/** Runs the page with a technique. */
export function openChat(technique: Technique): void {
  const chat = new Chat(technique);
  // The address names the place: links, bookmarks and the back button work, and a reload stays where it was.
  chat.open(linkedPlace());
  addEventListener("hashchange", () => chat.open(linkedPlace()));
  show(chat, technique.sentence);
  chat.start();
}
