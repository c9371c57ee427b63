// Carries out the requests of the framing page: it types into the form, as a person does.
import type { ToPane } from "./messages.ts";

const user = document.getElementById("user") as HTMLInputElement;
const text = document.getElementById("text") as HTMLTextAreaElement;

/** Carries out one message of the framing page. */
export function obey(message: ToPane): void {
  if (message.type === "name" && !user.value) type(user, message.user);
  if (message.type === "say") say(message.text);
  if (message.type === "late") showLate(message.draftId, message.milliseconds);
}

function type(field: HTMLInputElement | HTMLTextAreaElement, value: string) {
  field.value = value;
  field.dispatchEvent(new Event("input"));
}

function say(message: string) {
  const typed = text.value; // an unfinished draft
  text.value = message;
  text.focus = () => {}; // after sending, the form takes the focus; but the person is in the framing page
  text.form?.requestSubmit();
  Reflect.deleteProperty(text, "focus");
  type(text, typed);
}

function showLate(draftId: string, milliseconds: number) {
  const time = document.querySelector<HTMLElement>(`#messages [data-draft-id="${CSS.escape(draftId)}"] time`);
  if (time) time.dataset.late = `+${Math.round(milliseconds).toLocaleString("en")} ms`; // drawn by wire.css, so that screen readers skip it
}
