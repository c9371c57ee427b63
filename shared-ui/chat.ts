// The chat as a store: `state` is what the page shows, and the methods are what a person can do. No DOM and no framework here:
// view.ts draws it in plain DOM, and a view in a framework subscribes in the same way.
import { limits } from "../shared-chat/limits.ts";
import type { Draft, Message, Update } from "../shared-chat/message.ts";
import { type Attempt, Connection, type ConnectionState } from "./connection.ts";
import { type Item, Outbox } from "./outbox.ts";
import { isText, keep, recall } from "./storage.ts";
import { timing } from "./timing.ts";

/** How messages travel. */
export interface Technique {
  /** What it does, in one sentence for the person. */
  sentence: string;
  /** Makes one attempt to connect, and reports to it what happens. */
  connect: (attempt: Attempt) => void;
  /** Sends a draft. Resolves to the message that it became; rejects with a Refusal, or with any other error when there was no answer. */
  post: (draft: Draft) => Promise<Message>;
}

/** What the person sees. A state is never changed, only replaced: a view compares with === to find out what is new. */
export interface ChatState {
  readonly connection: "connecting" | "connected" | "reconnecting";
  /** When the next attempt to connect is due, as `Date.now()` counts; 0 when none is planned. */
  readonly retryAt: number;
  /** Oldest first. Grows at the end and loses the oldest at the beginning, until a `notice` replaces all of them. */
  readonly messages: readonly Message[];
  /** Why the messages before these are not shown. A new object each time. */
  readonly notice?: { readonly text: string };
  /** What was typed here and has not arrived yet. */
  readonly outbox: readonly Item[];
  /** Why something cannot be sent, or an empty text. */
  readonly problem: string;
}

/** The two fields of the form. */
export type Field = "user" | "text";

const notices: Record<NonNullable<Update["reset"]>, string> = {
  "new-log": "The server started over with an empty memory. The earlier messages are gone.",
  trimmed: "You were away for long. The messages in between are no longer kept.",
};

export class Chat {
  #state: ChatState = { connection: "connecting", retryAt: 0, messages: [], outbox: [], problem: "" };
  readonly #listeners = new Set<() => void>();
  readonly #connection: Connection;
  readonly #outbox: Outbox;
  #told = true;

  constructor({ connect, post }: Technique) {
    const connection = (this.#connection = new Connection({
      connect,
      updated: (update, unseen) => this.#update(update, unseen),
      changed: (state, retryAt) => this.#connectionChanged(state, retryAt),
    }));
    this.#outbox = new Outbox({
      post: async (draft) => post(draft),
      hasSeen: connection.hasSeen,
      changed: (outbox) => this.#change({ outbox }),
    });
  }

  get state(): ChatState {
    return this.#state;
  }

  /** Calls the listener after each change, once for all changes of one turn. Returns the function that ends this. */
  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** The first value of a field: what this window had before a reload, or the name from the last visit. */
  typed(field: Field): string {
    return recall(field, isText) ?? recall(field, isText, () => localStorage) ?? "";
  }

  /** The person types into a field. */
  type(field: Field, value: string): void {
    keep(field, value);
    if (field === "user") keep(field, value, () => localStorage);
    else this.#change({ problem: tooLong("message", value, limits.text) });
  }

  /** Sends a text. Returns the field to type into next. Then set the text field to `typed("text")`, which is empty after a success. */
  send(user: string, text: string): Field {
    const name = this.#name(user);
    if (!name) return "user";
    const problem = tooLong("message", text, limits.text);
    this.#change({ problem });
    if (!text.trim() || problem) return "text";
    this.#outbox.add(name, text.trim());
    keep("text", "");
    return "text";
  }

  /** Sends a refused item again, under the name in the form. Returns the field to type into next. */
  retry(item: Item, user: string): Field {
    const name = this.#name(user);
    if (!name) return "user";
    this.#outbox.retry(item, name);
    return "text";
  }

  start = (): void => this.#connection.start();
  reconnectNow = (): void => this.#connection.reconnect(0);
  discard = (item: Item): void => this.#outbox.discard(item);
  /** Whether a message was typed in this window. */
  isOwn = (message: Message): boolean => this.#outbox.isOwn(message);

  #update({ msg, reset }: Update, unseen: Message[]) {
    if (reset) this.#change({ messages: [], notice: { text: notices[reset] } });
    if (unseen.length > 0) this.#change({ messages: [...this.#state.messages, ...unseen].slice(-timing.shown) });
    this.#outbox.arrived(msg);
  }

  #connectionChanged(state: ConnectionState, retryAt: number) {
    this.#change({ connection: state === "connected" || state === "connecting" ? state : "reconnecting", retryAt });
    if (state === "connected") this.#outbox.connected();
    else this.#outbox.disconnected();
  }

  /** The name, or an empty text when it must be typed or shortened first. */
  #name(user: string): string {
    const name = user.trim();
    const problem = name ? tooLong("name", name, limits.name) : "Please type your name first.";
    this.#change({ problem });
    return problem ? "" : name;
  }

  #change(changes: Partial<ChatState>) {
    this.#state = { ...this.#state, ...changes };
    if (!this.#told) return;
    this.#told = false;
    queueMicrotask(() => {
      this.#told = true;
      for (const listener of this.#listeners) listener();
    });
  }
}

// The server would refuse it. What is larger than a frame would even cost the connection, again and again.
function tooLong(what: string, value: string, most: number): string {
  // Always the same words: the problem is read aloud whenever it changes.
  return [...value.trim()].length > most ? `This ${what} has more than ${most} characters. Please shorten it.` : "";
}
