// The page of every variant: a store, a view that draws it, and the technique that brings the messages.
import { show } from "#view"; // view.ts, or one of ../views/: the bundler chooses (shared-server/bundle.ts)
import { Chat, type Field, type Technique } from "./chat.ts";
import { linkedPlace, linkTo } from "./places.ts";
import { isText, keep, recall } from "./storage.ts";

export type { Attempt } from "./connection.ts";

/** What a page says about itself. */
export interface About {
  /** The name of the variant. */
  readonly title: string;
  /** What the technique does, in one sentence. */
  readonly sentence: string;
  /** The protocol that brought the page, as browsers call it: "h2". */
  readonly protocol: string;
}

/** A view: shows a chat in the page, and keeps showing it. Its elements are there when it returns, or resolves. */
export type Show = (chat: Chat, about: About) => void | Promise<void>;

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
  void showAndStart(chat, technique.sentence);
}

/** Shows the page. A view may put its own elements in place of those of index.html: what was typed there stays, and so does the caret. */
async function showAndStart(chat: Chat, sentence: string) {
  for (const name of ["user", "text"] as const) if (field(name).value) chat.type(name, field(name).value);
  const { id, selectionStart, selectionEnd } = document.activeElement as HTMLTextAreaElement;
  const [navigation] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  const title = document.querySelector("h1")!.textContent;
  await show(chat, { title, sentence, protocol: navigation?.nextHopProtocol ?? "" });
  if (id === "user" || id === "text") {
    field(id).focus();
    field(id).setSelectionRange(selectionStart, selectionEnd);
  }
  dispatchEvent(new Event("chat:shown")); // the wire inspector waits for it
  chat.start();
}

const field = (name: Field) => document.getElementById(name) as HTMLInputElement | HTMLTextAreaElement;
