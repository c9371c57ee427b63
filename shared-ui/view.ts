// What the person sees. Everything that somebody typed goes in as text, never as markup: there is no innerHTML here.
import type { Message, News } from "../shared-chat/message.ts";
import { numbers as chat } from "../shared-chat/numbers.ts";
import { numbers } from "./numbers.ts";
import type { Item } from "./outbox.ts";
import { isText, keep, recall } from "./storage.ts";

export type State = "connecting" | "connected" | "reconnecting";

/** What the person may want. */
export interface Wishes {
  send(user: string, text: string): void;
  retry(item: Item, user: string): void;
  discard(item: Item): void;
  now(): void;
}

const find = <E extends HTMLElement = HTMLElement>(id: string) => document.getElementById(id) as E;
const scroller = find("conversation");
const log = find("log");
const messages = find("messages");
const waiting = find("outbox");
const pill = find<HTMLButtonElement>("unread");
const form = find<HTMLFormElement>("compose");
const user = find<HTMLInputElement>("user");
const text = find<HTMLTextAreaElement>("text");
const problem = find("problem");
const stateWord = find("state");
const countdown = find("countdown");
const now = find<HTMLButtonElement>("now");

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });
const calendar = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });

/** Makes an element with these attributes and children. */
function make(tag: string, attributes: Record<string, string>, ...children: (Node | string)[]): HTMLElement {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Says how this page's messages travel, and over which protocol the page itself came. */
export function showTechnique(sentence: string): void {
  find("technique").textContent = sentence;
  const [navigation] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  find("protocol").textContent = navigation?.nextHopProtocol ?? "";
}

// Messages ---------------------------------------------------------------------------------------------------------------

/** Adds messages at the end. The list is never rebuilt: a screen reader would read all of it again. */
export function append(added: readonly Message[], isMine: (message: Message) => boolean): void {
  if (added.length === 0) return;
  const follow = atEnd();
  // What was said before we came is there to be read, not to be read aloud.
  log.ariaBusy = String(!messages.querySelector(".message"));
  for (const message of added) {
    const when = new Date(message.time);
    const time = make("time", { datetime: when.toISOString(), title: calendar.format(when) }, clock.format(when));
    const row = make(
      "li",
      {
        class: isMine(message) ? "message mine" : "message",
        "data-id": String(message.id),
        "data-draft": message.draft ?? "",
      },
      make("bdi", { class: "user" }, message.user),
      time,
      make("p", { class: "text", dir: "auto" }, message.text),
    );
    messages.append(row);
  }
  while (messages.childElementCount > numbers.shown) messages.firstElementChild?.remove();
  requestAnimationFrame(() => (log.ariaBusy = "false"));
  if (follow) toEnd();
  else showUnread(unread + added.length);
}

/** Takes all messages off the screen, and says why. */
export function clear(reason: NonNullable<News["reset"]>): void {
  const words = {
    "new-log": "The server started over with an empty memory. What was said before is gone.",
    trimmed: "You were away for long. The messages in between are no longer kept.",
  };
  messages.replaceChildren(make("li", { class: "notice" }, words[reason]));
  showUnread(0);
}

// Reading: whoever scrolled up reads on undisturbed, and is told how much has come since.

let unread = 0;

function atEnd() {
  return scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 48;
}

function toEnd() {
  scroller.scrollTop = scroller.scrollHeight;
  showUnread(0);
}

function showUnread(count: number) {
  unread = count;
  pill.hidden = count === 0;
  pill.textContent = count === 1 ? "1 new message" : `${count} new messages`;
}

pill.addEventListener("click", () => {
  toEnd();
  scroller.focus();
});
scroller.addEventListener("scroll", () => atEnd() && showUnread(0));

// The outbox -------------------------------------------------------------------------------------------------------------

const rows = new Map<string, HTMLElement>();

/** Shows what was said here and has not arrived yet, with its state, and what can be done. */
export function showOutbox(items: readonly Item[]): void {
  const follow = atEnd();
  const ids = new Set(items.map(({ draft }) => draft.draft));
  for (const [id, row] of rows) if (!ids.has(id) && rows.delete(id)) row.remove();
  for (const [place, item] of items.entries()) {
    let row = rows.get(item.draft.draft);
    if (!row) {
      row = outboxRow(item);
      rows.set(item.draft.draft, row);
      waiting.insertBefore(row, waiting.children[place] ?? null);
    }
    row.dataset.state = item.state;
    row.querySelector(".state")!.textContent = { sending: "sending …", sent: "sent", refused: "not sent" }[item.state];
    row.querySelector(".reason")!.textContent = item.reason ?? "";
  }
  if (follow) toEnd();
}

function outboxRow(item: Item): HTMLElement {
  const retry = make("button", { type: "button" }, "Retry");
  retry.addEventListener("click", () => {
    const name = person();
    if (!name) return;
    wishes.retry(item, name);
    text.focus();
  });
  const discard = make("button", { type: "button" }, "Discard");
  discard.addEventListener("click", () => {
    wishes.discard(item);
    text.focus();
  });
  return make(
    "li",
    { class: "message mine", "data-draft": item.draft.draft },
    make("bdi", { class: "user" }, item.draft.user),
    make("span", { class: "state" }),
    make("p", { class: "text", dir: "auto" }, item.draft.text),
    make("p", { class: "reason", role: "alert" }),
    make("p", { class: "choice" }, retry, " ", discard),
  );
}

// Writing ----------------------------------------------------------------------------------------------------------------

let wishes: Wishes;

/** Tells what the person wants. */
export function listen(to: Wishes): void {
  wishes = to;
}

user.value = recall("user", isText) ?? recall("user", isText, () => localStorage) ?? "";
text.value = recall("text", isText) ?? "";
user.addEventListener("input", () => {
  keep("user", user.value);
  keep("user", user.value, () => localStorage); // so that the next visit begins with it
});
text.addEventListener("input", () => {
  keep("text", text.value);
  problem.textContent = tooLong("message", text.value, chat.text);
});
text.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  form.requestSubmit();
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const name = person();
  if (!name) return;
  problem.textContent = tooLong("message", text.value, chat.text);
  const said = text.value.trim();
  text.focus();
  if (!said || problem.textContent) return;
  wishes.send(name, said);
  text.value = "";
  keep("text", "");
  toEnd();
});

/** The name, or nothing, when it still has to be typed or shortened. */
function person(): string {
  const name = user.value.trim();
  problem.textContent = name ? tooLong("name", name, chat.name) : "Please type your name first.";
  if (!problem.textContent) return name;
  user.focus();
  return "";
}

// The server would refuse it, and what is larger than a frame would even cost the connection, again and again.
function tooLong(what: string, value: string, most: number): string {
  // Always the same words: it is read aloud whenever it changes.
  return [...value.trim()].length > most ? `This ${what} has more than ${most} characters. Please shorten it.` : "";
}

// The connection ---------------------------------------------------------------------------------------------------------

let shown: { state: State; until: number } = { state: "connecting", until: 0 };

/** Says whether there is a connection, and when the next try is due (`Date.now()` then), if it is known. */
export function showState(state: State, until = 0): void {
  shown = { state, until };
  renderState();
}

function renderState() {
  const word = shown.state !== "connected" && !navigator.onLine ? "offline" : shown.state;
  if (stateWord.textContent !== word) stateWord.textContent = word; // a live region: it is read aloud when it changes
  document.documentElement.dataset.state = word;
  const left = Math.ceil((shown.until - Date.now()) / 1_000);
  countdown.textContent = word === "reconnecting" && left > 0 ? `in ${left} s` : "";
  if (now === document.activeElement && shown.state === "connected") text.focus();
  now.hidden = shown.state !== "reconnecting";
}

now.addEventListener("click", () => wishes.now());
addEventListener("online", renderState);
addEventListener("offline", renderState);
setInterval(() => shown.until && renderState(), 500);
