// What was said here and has not come back in the news yet. Drafts go out one after the other, so that they keep their
// order, and again after each new connection, with the same id: the server knows a repeat, and the outbox need not
// know what got lost on the way, the draft or the answer.
import { v4 as uuid } from "uuid";
import type { Draft, Message } from "../shared-chat/message.ts";
import { Refusal } from "../shared-chat/refusal.ts";
import { numbers } from "./numbers.ts";
import { Later } from "./request.ts";
import { pause, retryDelay } from "./retry.ts";
import { isText, keep, listOf, recall } from "./storage.ts";

export interface Item {
  draft: Draft & { draft: string };
  state: "sending" | "sent" | "refused";
  /** Why it was refused, in words. */
  reason?: string;
}

export interface Surroundings {
  /** Sends a draft; rejects with a Refusal, or with anything else when there was no answer. */
  post(draft: Draft): Promise<Message>;
  /** Whether the news have already passed this message. */
  passed(message: Message): boolean;
  /** Shows what waits. */
  show(items: readonly Item[]): void;
}

export class Outbox {
  #items = recall("outbox", listOf(isItem)) ?? [];
  readonly #mine = new Set(recall("mine", listOf(isText)));
  #connected = AbortSignal.abort();
  #sending: AbortSignal | undefined;
  readonly #around: Surroundings;

  constructor(around: Surroundings) {
    this.#around = around;
    this.#changed();
  }

  /** Keeps a text until it is delivered, and sends it as soon as there is a connection. */
  add(user: string, text: string): void {
    const draft = uuid();
    this.#mine.add(draft);
    this.#items.push({ draft: { user, text, draft }, state: "sending" });
    this.#changed();
    void this.#send();
  }

  /** Sends a refused text again, under the name that the person has by now. Nothing became of the old draft: this is a new one. */
  retry(item: Item, user: string): void {
    const draft = uuid();
    this.#mine.add(draft);
    item.draft = { ...item.draft, user, draft };
    item.state = "sending";
    delete item.reason;
    this.#changed();
    void this.#send();
  }

  /** Gives an item up. */
  discard(item: Item): void {
    this.#items = this.#items.filter((other) => other !== item);
    this.#changed();
  }

  /** Whether a message was said in this window. */
  isMine(message: Message): boolean {
    return this.#mine.has(message.draft ?? "");
  }

  /** There is a connection, until the signal is aborted. Whatever its first news did not bring is sent (again). */
  connected(until: AbortSignal): void {
    this.#connected = until;
    for (const item of this.#items) if (item.state === "sent") item.state = "sending";
    this.#changed();
    void this.#send();
  }

  /** These messages came in the news: what waited here for one of them has arrived. */
  arrived(messages: readonly Message[]): void {
    const drafts = new Set(messages.map((message) => message.draft));
    const left = this.#items.filter((item) => !drafts.has(item.draft.draft));
    if (left.length === this.#items.length) return;
    this.#items = left;
    this.#changed();
  }

  async #send() {
    const signal = this.#connected;
    if (signal.aborted || this.#sending === signal) return;
    this.#sending = signal;
    let failures = 0;
    while (!signal.aborted) {
      const item = this.#items.find(({ state }) => state === "sending");
      if (!item) break;
      try {
        const message = await this.#answered(item, signal);
        if (this.#around.passed(message)) this.discard(item);
        else item.state = "sent";
        failures = 0;
      } catch (error) {
        if (signal.aborted) break;
        if (error instanceof Refusal) Object.assign(item, { state: "refused", reason: error.message });
        else await pause(Math.max(retryDelay(++failures), error instanceof Later ? error.after : 0), signal);
      }
      this.#changed();
    }
    if (this.#sending === signal) this.#sending = undefined;
  }

  /** The answer to a draft. Rejects when none comes in time, or when the connection goes. */
  #answered(item: Item, signal: AbortSignal): Promise<Message> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("No answer in time.")), numbers.acknowledgement);
      signal.addEventListener("abort", () => reject(signal.reason));
      this.#around
        .post(item.draft)
        .then(resolve, reject)
        .finally(() => clearTimeout(timer));
    });
  }

  #changed() {
    keep("outbox", this.#items);
    keep("mine", [...this.#mine].slice(-numbers.shown));
    this.#around.show(this.#items);
  }
}

function isItem(value: unknown): value is Item {
  const { draft, state } = (value ?? {}) as Partial<Item>;
  return [draft?.user, draft?.text, draft?.draft, state].every(isText);
}
