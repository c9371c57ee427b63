// Does what the page around this one asks for: it types like a person, into the same form.
import type { ToPane } from "./messages.ts";

const user = document.getElementById("user") as HTMLInputElement;
const text = document.getElementById("text") as HTMLTextAreaElement;

/** Does what one message of the page around this one says. */
export function obey(message: ToPane): void {
  if (message.type === "name" && !user.value) type(user, message.user);
  if (message.type === "say") say(message.text);
  if (message.type === "late") showLate(message.draftId, message.milliseconds);
}

function type(field: HTMLInputElement | HTMLTextAreaElement, value: string) {
  field.value = value;
  field.dispatchEvent(new Event("input"));
}

function say(said: string) {
  const typed = text.value; // what somebody may have half typed
  text.value = said;
  text.focus = () => {}; // after sending, the form takes the focus; but the person is in another page
  text.form?.requestSubmit();
  Reflect.deleteProperty(text, "focus");
  type(text, typed);
}

function showLate(draftId: string, milliseconds: number) {
  const time = document.querySelector<HTMLElement>(`#messages [data-draft-id="${CSS.escape(draftId)}"] time`);
  if (time) time.dataset.late = `+${Math.round(milliseconds).toLocaleString("en")} ms`; // drawn by wire.css, so that it is not read aloud
}
