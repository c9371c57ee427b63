// The connection, for all four techniques. The technique connects and reports what happens. Whatever belongs to the chat and
// not to the wire is here: from where to continue, whether the peer is still alive, and when to dial again.
import type { Update } from "../shared-chat/message.ts";
import { RetryLater } from "./request.ts";
import { retryDelay, timing } from "./timing.ts";

/**
 * - `connecting`: the first attempt is under way.
 * - `connected`: the first update of this attempt is there.
 * - `reconnecting`: the connection is gone, and an attempt is under way, ours or the technique's own.
 * - `waiting`: the connection is gone, and we dial again after a pause.
 * - `closed`: nobody needs a connection, because the person leaves the page.
 */
export type ConnectionState = "connecting" | "connected" | "reconnecting" | "waiting" | "closed";

/** One attempt to connect, from the dial until the page hangs up. Whatever happens to it after that changes nothing. */
export interface Attempt {
  /**
   * What to ask for: everything since this cursor, which is empty for a newcomer and moves on with each update. `as` is whom this page takes
   * itself for, and empty for a stranger. A server that takes it for somebody else says so.
   */
  parameters(): { since: string; as: string };
  /** The same as the query of a URL: `since=CURSOR&as=NAME`. */
  query(): string;
  /** Aborted when the page hangs up: close whatever is open. */
  readonly signal: AbortSignal;
  /** An update came in. With the first one, the page is connected. */
  received(update: Update): void;
  /** The connection is gone, or a try has failed, and the technique connects again by itself. Report each failed try: one that falls silent is replaced. */
  interrupted(): void;
  /** The connection is gone, and the technique does not come back: dial again, after backoff with jitter. `error` says why. */
  reconnect(error?: unknown): void;
}

export interface ConnectionHandlers {
  /** Makes one attempt to connect. */
  connect(attempt: Attempt): void;
  /**
   * An update came in. Returns undefined when nothing is missing before it. Otherwise a new connection repairs it: returns the cursor
   * to ask from, which is empty when this page must begin anew.
   */
  updated(update: Update): string | undefined;
  /** The state changed. `retryAt` is when the next attempt is due, as `Date.now()` counts, or 0. */
  changed(state: ConnectionState, retryAt: number): void;
}

export class Connection {
  #state: ConnectionState = "closed";
  #cursor = "";
  #name = "";
  #attempts = 0;
  #failures = 0; // in a row
  #heardAt = 0; // when there was a sign of life: of the peer, or of a technique that tries to reach it
  #connectedAt = 0;
  #current = new AbortController(); // ends the current attempt
  #timer: ReturnType<typeof setTimeout> | undefined; // starts the next one
  readonly #handlers: ConnectionHandlers;

  constructor(handlers: ConnectionHandlers) {
    this.#handlers = handlers;
  }

  /** Dials for the first time, and looks after the connection from then on. */
  start(): void {
    setInterval(() => this.#watch(), 1_000); // the clock is read each second: a laptop that was asleep has skipped some
    document.addEventListener("visibilitychange", () => this.#wake());
    addEventListener("online", () => this.#wake());
    // A page in the back/forward cache must not hold a connection: some browsers keep it open and deliver late.
    addEventListener("pagehide", () => this.#hangUp("closed"));
    addEventListener("pageshow", ({ persisted }) => persisted && this.reconnect(0));
    this.#dial();
  }

  /** The next attempt asks without a cursor, for this person, or for a stranger (""). */
  forget(name = this.#name): void {
    this.#cursor = "";
    this.#name = name;
  }

  /** The one way to connect again: hangs up, and dials after this many milliseconds. */
  reconnect(after: number): void {
    this.#hangUp("waiting", Date.now() + after);
    this.#timer = setTimeout(() => this.#dial(), after);
  }

  #dial() {
    const { signal } = (this.#current = new AbortController());
    const parameters = () => ({ since: this.#cursor, as: this.#name });
    this.#enter(this.#attempts++ === 0 ? "connecting" : "reconnecting");
    this.#handlers.connect({
      parameters,
      query: () => String(new URLSearchParams(parameters())),
      signal,
      received: (update) => signal.aborted || this.#take(update),
      interrupted: () => signal.aborted || this.#enter("reconnecting"),
      reconnect: (error) => signal.aborted || this.#retry(error),
    });
  }

  #hangUp(state: ConnectionState, retryAt = 0) {
    this.#current.abort();
    clearTimeout(this.#timer);
    this.#enter(state, retryAt);
  }

  #retry(error?: unknown) {
    this.#enter("reconnecting"); // first: it sets #failures to 0 after a stable connection, and the next line adds one
    this.reconnect(Math.max(retryDelay(++this.#failures), error instanceof RetryLater ? error.after : 0));
  }

  #enter(state: ConnectionState, retryAt = 0) {
    // A server that accepts and breaks off at once is still in trouble. Only a connection that lasted resets the backoff.
    if (this.#state === "connected" && Date.now() - this.#connectedAt > timing.stable) this.#failures = 0;
    if (state === "connected") this.#connectedAt = Date.now();
    // A failed try is a sign of life, too: a technique that backs off by itself would begin with its shortest pause again if we replaced it.
    this.#heardAt = Date.now();
    this.#state = state;
    this.#handlers.changed(state, retryAt);
  }

  #take(update: Update): void {
    this.#heardAt = Date.now();
    // So the outbox sends again what only the old log had accepted.
    if (update.reset && this.#state === "connected") this.#enter("reconnecting");
    const from = this.#handlers.updated(update);
    this.#cursor = from ?? update.cursor;
    if (from !== undefined) this.#retry();
    else if (this.#state !== "connected") this.#enter("connected");
  }

  /**
   * The watchdog. An unplugged peer closes no connection; only its silence shows that it is gone. It sleeps while the page is hidden, where browsers
   * slow timers down: the page must not blame the server for its own lateness.
   */
  #watch() {
    if (document.hidden || this.#state === "waiting" || this.#state === "closed") return;
    this.#heardAt = Math.min(this.#heardAt, Date.now()); // the clock may have been set back
    if (Date.now() - this.#heardAt > timing.watchdog) this.reconnect(0);
  }

  /** The page is visible again, or the network is back: no reason to sit out the pause. */
  #wake() {
    if (document.hidden) return;
    if (this.#state === "connected") this.#watch();
    else this.reconnect(0);
  }
}
