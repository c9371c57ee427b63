// What every view leaves to be done after it has drawn: what is outside of its elements, and where the focus goes.
import type { ChatState, Door, Field } from "./chat.ts";
import { hasRooms } from "./places.ts";

let before: ChatState | undefined;

/** What was focused last. In `document.activeElement` it is no more: a browser takes the focus from a button as soon as it is hidden. */
let focused: EventTarget | null;
addEventListener("focusin", ({ target }) => (focused = target));

/** A view has drawn this state. */
export function afterDraw(state: ChatState): void {
  const { connection, place, name, door } = state;
  const html = document.documentElement;
  if (html.dataset.state !== connection) html.dataset.state = connection; // written only when it changes: others observe it
  document.body.dataset.door = door;
  document.body.toggleAttribute("data-rooms", hasRooms(state)); // there is a column for them
  if (focused === document.getElementById("now") && connection === "connected") focusHere(state);
  // Whoever goes somewhere wants to write there. At the start, and in a frame that nobody uses, the focus stays where it is.
  const moved = before && (place !== before.place || name !== before.name || door !== before.door);
  before = state;
  if (moved && document.hasFocus()) focusHere(state);
}

/** Puts the focus into a field: a verb of the store says into which. */
export const focusOn = (field: Field): void => document.getElementById(field)?.focus();

/** Puts the focus where the person goes on: into the field for a message, or, where there is none, on what is there. */
export function focusHere({ door }: ChatState): void {
  document.querySelector<HTMLElement>(withoutField[door] ?? "#text")?.focus();
}

/** In style.css these doors hide the form. */
const withoutField: Partial<Record<Door, string>> = {
  strangers: "#choices button",
  members: "#choices button",
  nowhere: "#conversation",
  activity: "#activity",
};
