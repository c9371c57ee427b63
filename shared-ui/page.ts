// The page of every variant: a store, a view that draws it, and the technique that brings the messages.
import { Chat, type Technique } from "./chat.ts";
import { linkedPlace, linkTo } from "./dom.ts";
import { isText, keep, recall } from "./storage.ts";
import { show } from "./view.ts";

export type { Attempt } from "./connection.ts";

/** Runs the page with a technique. */
export function openChat(technique: Technique): void {
  const chat = new Chat(technique);
  // The address names the place: links, bookmarks and the back button work, and a reload stays where it was.
  // In a frame, the address is lost when the page around it is loaded again: there this window remembers the place.
  const place = recall("place", isText);
  if (window !== parent && place && !location.hash) history.replaceState(null, "", linkTo(place));
  const open = () => {
    keep("place", linkedPlace());
    chat.open(linkedPlace());
  };
  addEventListener("hashchange", open);
  open();
  show(chat, technique.sentence);
  chat.start();
}
