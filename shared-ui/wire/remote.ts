// Carries out the requests of the framing page: it types into the form, as a person does.
import type { ToPane } from "./messages.ts";

type Field = HTMLInputElement | HTMLTextAreaElement;

/** Looked up each time: a view may make another one. */
const field = (id: "user" | "text") => document.getElementById(id) as Field;

/** Carries out one message of the framing page. */
export function obey(message: ToPane): void {
  if (message.type === "name" && !field("user").value) type(field("user"), message.user);
  if (message.type === "say") say(message.text);
  if (message.type === "late") showLate(message.draftId, message.milliseconds);
}

function type(into: Field, value: string) {
  into.value = value;
  into.dispatchEvent(new Event("input", { bubbles: true }));
}

function say(message: string) {
  const text = field("text");
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
