// Given: the page of every exercise. client.ts decides what is sent and received, and this draws it.
import { find, make, write } from "../../shared-ui/dom.ts";

/** What a person sends. */
export interface Draft {
  user: string;
  text: string;
  /** A UUID that is the same for every repeat of this draft (an idempotency key). */
  draftId: string;
}

/** A draft that the server has accepted. Ids count 1, 2, 3 …; `time` is `Date.now()` of the server. */
export interface Message {
  id: number;
  user: string;
  text: string;
  time: number;
  draftId?: string;
}

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });

/** Draws these messages, and nothing else. What people typed goes in as text, never as markup. */
export function show(messages: readonly Message[]): void {
  find("messages").replaceChildren(...messages.map(row));
  find("conversation").scrollTo(0, find("conversation").scrollHeight);
}

function row({ user, text, time }: Message): HTMLElement {
  return make(
    "li",
    { class: "message" },
    make("bdi", { class: "user" }, user),
    make("time", {}, clock.format(time)),
    make("p", { class: "text", dir: "auto" }, text),
  );
}

/** Shows in a few words how the connection is. */
export function say(words: string): void {
  write(find("state"), words);
}

/** Calls `send` each time a person presses Send. When it rejects, the page says why, and the text stays. */
export function onSend(send: (draft: Draft) => Promise<unknown>): void {
  const form = find<HTMLFormElement>("compose");
  const [user, text] = [find<HTMLInputElement>("user"), find<HTMLInputElement>("text")];
  form.addEventListener("submit", () => {
    const draft = { user: user.value, text: text.value, draftId: crypto.randomUUID() };
    text.value = "";
    send(draft).then(
      () => write(find("problem"), ""),
      (error: Error) => {
        text.value ||= draft.text;
        write(find("problem"), error.message);
      },
    );
  });
}
