// What was typed here and has not come back in an update yet. Drafts go out one after the other, so they keep their order, and
// again after each new connection, with the same draft id. That is at-least-once delivery: the outbox cannot know what got
// lost, the draft or the acknowledgement. The log recognises the repeat, so the message appears once.
//
// It belongs to one person: what Ada has typed waits for Ada, and is never sent by whoever signs in next.
import { v4 as uuid } from "uuid";
import type { Draft, Message } from "../shared-chat/message.ts";
import { Refusal } from "../shared-chat/refusal.ts";
import { RetryLater } from "./request.ts";
import { isText, keep, listOf, recall } from "./storage.ts";
import { retryDelay, timing } from "./timing.ts";

/** A draft in the outbox. It never changes; a changed one takes its place. "waiting" is one that the server wants later. */
export interface Item {
  readonly draft: Draft & { draftId: string };
  readonly state: "sending" | "waiting" | "sent" | "refused";
  /** The id of the message that it became, while it is "sent". */
  readonly id?: number;
  /** Why it was refused, in words. */
  readonly reason?: string;
}

export interface OutboxHandlers {
  /** Sends a draft. Rejects with a Refusal, or with any other error when there was no answer. */
  post(draft: Draft): Promise<Message>;
  /** Whether an update has already brought the message with this id, or one after it, to the room of this draft. */
  hasSeen(draft: Draft, id: number): boolean;
  /** The items changed. */
  changed(items: readonly Item[]): void;
}

export class Outbox {
  #key = "";
  #items: readonly Item[] = [];
  readonly #own = new Set(recall("mine", listOf(isText)));
  #connected = false;
  #sending: object | undefined; // the send that is under way; its answer is ignored when it is no longer this one
  #failures = 0; // in a row
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #handlers: OutboxHandlers;

  constructor(handlers: OutboxHandlers) {
    this.#handlers = handlers;
    this.become("");
  }

  /** From now on this is the outbox of this person, whose name is in its canonical form, or of a stranger (""). It waits for `connected`. */
  become(person: string): void {
    this.disconnected();
    this.#key = `outbox ${person}`.trim();
    this.#change(recall(this.#key, listOf(isItem)) ?? []); // what a reload or an earlier session has left
  }

  /** Keeps a text until it is delivered, and sends it as soon as there is a connection. */
  add(user: string, text: string, place: Pick<Draft, "room" | "to"> = {}): void {
    // Not crypto.randomUUID: browsers have it on https and localhost alone, and a page may be served to a local network over http.
    const draftId = uuid();
    this.#own.add(draftId);
    this.#change([...this.#items, { draft: { user, text, draftId, ...place }, state: "sending" }]);
    this.#send();
  }

  /** Sends a refused text again, under the name in the form. The old draft became nothing, so this is a new one. */
  retry(refused: Item, user: string): void {
    const { text, room, to } = refused.draft;
    this.discard(refused);
    this.add(user, text, { ...(room !== undefined && { room }), ...(to !== undefined && { to }) });
  }

  /** Removes an item. */
  discard({ draft }: Item): void {
    this.#change(this.#items.filter((item) => item.draft.draftId !== draft.draftId));
  }

  /** Whether a message was typed in this window. */
  isOwn(message: Message): boolean {
    return this.#own.has(message.draftId ?? "");
  }

  /** There is a connection: everything that its first update did not bring is sent, or sent again. */
  connected(): void {
    this.#connected = true;
    this.#change(this.#items.map((item) => (item.state === "sent" ? { ...item, state: "sending" } : item)));
    this.#send();
  }

  /** The connection is gone, and with it any answer that was still to come. */
  disconnected(): void {
    this.#connected = false;
    this.#sending = undefined;
    this.#failures = 0;
    clearTimeout(this.#timer);
  }

  /**
   * These messages came in an update: their drafts have arrived. So has what was acknowledged with an id that this log has passed:
   * a repeat of a message from before a reload. Not at the acknowledgement and not in the first update of a connection: a server
   * that has started over counts from 1 again, and ids of two logs cannot be compared.
   */
  arrived(messages: readonly Message[]): void {
    const draftIds = new Set(messages.map(({ draftId }) => draftId));
    const passed = ({ draft, state, id }: Item) =>
      this.#connected && state === "sent" && this.#handlers.hasSeen(draft, id!);
    const left = this.#items.filter((item) => !draftIds.has(item.draft.draftId) && !passed(item));
    if (left.length < this.#items.length) this.#change(left);
  }

  #send() {
    const item = this.#items.find(({ state }) => state === "sending" || state === "waiting");
    if (!item || !this.#connected || this.#sending) return;
    const send = (this.#sending = {});
    const next = () => {
      this.#sending = undefined;
      this.#send();
    };
    const settle = (become: Item) => {
      clearTimeout(this.#timer);
      this.#failures = 0;
      this.#change(this.#items.map((other) => (other === item ? become : other)));
      next();
    };
    const failed = (error: unknown) => {
      if (this.#sending !== send) return;
      if (error instanceof Refusal) return settle({ ...item, state: "refused", reason: error.message });
      clearTimeout(this.#timer);
      const later = error instanceof RetryLater ? error.after : 0;
      if (later > 0) this.#change(this.#items.map((other) => (other === item ? { ...item, state: "waiting" } : other)));
      this.#timer = setTimeout(next, Math.max(retryDelay(++this.#failures), later));
    };
    this.#timer = setTimeout(failed, timing.acknowledgement); // no answer in time
    this.#handlers.post(item.draft).then(({ id }) => {
      if (this.#sending === send) settle({ ...item, state: "sent", id });
    }, failed);
  }

  #change(items: readonly Item[]) {
    this.#items = items;
    keep(this.#key, items);
    keep("mine", [...this.#own].slice(-timing.shown));
    this.#handlers.changed(items);
  }
}

function isItem(value: unknown): value is Item {
  const { draft, state } = (value ?? {}) as Partial<Item>;
  return [draft?.user, draft?.text, draft?.draftId, state].every(isText);
}
