// The log: what was said, in order. It knows no network. Two verbs and a cursor: `add` a draft, ask for
// everything `since` a cursor. Whoever listens is told the news once per turn of the event loop, so that
// a burst of messages costs each connection one write and not one per message.
import { randomBytes } from "node:crypto";
import { type Message, type News, parseDraft } from "./message.ts";
import { numbers } from "./numbers.ts";
import { Refusal } from "./refusal.ts";

export class Log {
  // A log that starts again counts from 1 again. Its name tells the two apart, so that nobody continues the wrong one.
  readonly #epoch = randomBytes(6).toString("base64url");
  readonly #kept: Message[] = [];
  readonly #drafts = new Map<string, Message>();
  readonly #listeners = new Set<(news: News) => void>();
  #last = 0;
  #untold: Message[] = [];
  #silence: NodeJS.Timeout | undefined;

  /**
   * Accepts a draft, or recognises one that it has accepted before.
   * @throws {Refusal} 422 when it is no draft, 409 when its id was used for something else.
   */
  async add(input: unknown): Promise<{ message: Message; repeated: boolean }> {
    const draft = parseDraft(input);
    const before = draft.draft && this.#drafts.get(draft.draft);
    if (before) {
      if (before.user === draft.user && before.text === draft.text) return { message: before, repeated: true };
      throw new Refusal(409, "This draft id was used before, for another text or name.", draft.draft);
    }
    const message: Message = { id: ++this.#last, ...draft, time: Date.now() };
    this.#kept.push(message);
    if (this.#kept.length > numbers.kept) this.#kept.shift();
    if (message.draft) this.#remember(message.draft, message);
    if (this.#untold.push(message) === 1) setImmediate(() => this.#tellUntold());
    return { message, repeated: false };
  }

  /**
   * What the owner of this cursor has not seen. Without a cursor: the newest 200. Any input is answered: a cursor
   * that cannot be continued gets the newest 200 and the reason, `reset`.
   */
  since(cursor: unknown): News {
    // Those who listen hear everything first. So the caller may join them now, and gets nothing twice and misses nothing.
    this.#tellUntold();
    const newest = { msg: this.#kept.slice(-numbers.first), cursor: this.#cursor(this.#last) };
    if (cursor === undefined || cursor === "") return newest;

    const seen = typeof cursor === "string" ? Number(cursor.split(".")[1]) : NaN;
    const known = seen >= 0 && seen <= this.#last && cursor === this.#cursor(seen);
    if (!known) return { ...newest, reset: "new-log" };
    const missed = this.#last - seen;
    if (missed > this.#kept.length) return { ...newest, reset: "trimmed" };
    return { msg: this.#kept.slice(this.#kept.length - missed), cursor: newest.cursor };
  }

  /** Tells this listener all news, until the signal is aborted. After 15 s of silence the news are empty: the heartbeat. */
  listen(listener: (news: News) => void, until: AbortSignal): void {
    this.#listeners.add(listener);
    this.#silence ??= setInterval(() => this.#tell(), numbers.heartbeat).unref();
    until.addEventListener("abort", () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      clearInterval(this.#silence);
      this.#silence = undefined;
    });
  }

  #tellUntold() {
    if (this.#untold.length > 0) this.#tell();
  }

  #tell() {
    const news = { msg: this.#untold, cursor: this.#cursor(this.#last) };
    this.#untold = [];
    this.#silence?.refresh();
    for (const listener of this.#listeners) listener(news);
  }

  #cursor(id: number) {
    return `${this.#epoch}.${id}`;
  }

  #remember(draft: string, message: Message) {
    this.#drafts.set(draft, message);
    const [oldest] = this.#drafts.keys();
    if (oldest && this.#drafts.size > numbers.drafts) this.#drafts.delete(oldest);
  }
}
