// The log: the messages in order. It knows no network. It has two verbs and a cursor: `add` a draft, and read everything
// `since` a cursor. Listeners are told once per turn of the event loop, so a burst of messages costs each connection one
// write and not one per message.
import { randomBytes } from "node:crypto";
import { limits } from "./limits.ts";
import { type Message, parseDraft, type Update } from "./message.ts";
import { Refusal } from "./refusal.ts";

export class Log {
  // A new log counts from 1 again. Its random name, the epoch, tells the two apart: nobody continues from the wrong log.
  readonly #epoch = randomBytes(6).toString("base64url");
  readonly #kept: Message[] = [];
  readonly #sizes = new WeakMap<Message, number>();
  readonly #byDraftId = new Map<string, Message>();
  readonly #listeners = new Set<(update: Update) => void>();
  #last = 0;
  #untold: Message[] = [];
  #silence: NodeJS.Timeout | undefined;

  /**
   * Accepts a draft, or recognises one that it has accepted before. It is async although this log only writes to memory: a
   * log on a disk or in a database has to wait, and no variant should have to change for it.
   * @throws {Refusal} 422 when the draft is not valid, 409 when its id was used for something else.
   */
  async add(input: unknown): Promise<{ message: Message; repeated: boolean }> {
    const draft = parseDraft(input);
    const known = draft.draftId && this.#byDraftId.get(draft.draftId);
    if (known) {
      if (known.user === draft.user && known.text === draft.text) return { message: known, repeated: true };
      throw new Refusal(409, "This draft id was already used for another text or name.", draft.draftId);
    }
    const message: Message = { id: ++this.#last, ...draft, time: Date.now() };
    this.#kept.push(message);
    if (this.#kept.length > limits.kept) this.#kept.shift();
    if (message.draftId) this.#remember(message.draftId, message);
    if (this.#untold.push(message) === 1) setImmediate(() => this.#tellUntold());
    return { message, repeated: false };
  }

  /** The cursor of the last message: who has it has seen everything. */
  get cursor(): string {
    return this.#cursor(this.#last);
  }

  /**
   * What the owner of this cursor has not seen. Without a cursor: the newest 200. Any input gets an answer: a cursor that
   * cannot be continued gets the newest 200 and the reason in `reset`.
   *
   * Of many megabytes it is the first piece, with the cursor of its last message: from there `since` continues. So what is still
   * to be sent waits here, in the log, and not once more for each reader. `more` says that another piece is there.
   *
   * It tells the listeners first, and it is synchronous. Reading the backlog and subscribing then happen in one step: the caller
   * adds itself to the listeners right after this call, and no message can slip through between the two or arrive twice.
   */
  since(cursor: unknown): Update {
    this.#tellUntold();
    const newest = () => this.#piece(this.#kept.slice(-limits.first));
    if (cursor === undefined || cursor === "") return newest();

    const seen = typeof cursor === "string" ? Number(cursor.split(".")[1]) : NaN;
    const known = seen >= 0 && seen <= this.#last && cursor === this.#cursor(seen);
    if (!known) return { ...newest(), reset: "new-log" };
    const missed = this.#last - seen;
    if (missed > this.#kept.length) return { ...newest(), reset: "trimmed" };
    return this.#piece(this.#kept.slice(this.#kept.length - missed));
  }

  /** Calls this listener with every update, until the signal is aborted. After 15 s of silence the update is empty: the heartbeat. */
  listen(listener: (update: Update) => void, until: AbortSignal): void {
    this.#listeners.add(listener);
    this.#silence ??= setInterval(() => this.#tell(), limits.heartbeat).unref();
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
    const update = { msg: this.#untold, cursor: this.#cursor(this.#last) };
    this.#untold = [];
    this.#silence?.refresh();
    for (const listener of this.#listeners) listener(update);
  }

  /** An update of the first of these messages: of as many as fit into one piece, and of one at least. */
  #piece(unseen: Message[]): Update {
    let bytes = 0;
    const fits = (message: Message) => (bytes += this.#sizeOf(message)) <= limits.piece;
    const end = unseen.findIndex((message) => !fits(message));
    const msg = end < 0 ? unseen : unseen.slice(0, Math.max(1, end));
    const last = msg.at(-1)?.id ?? this.#last;
    return { msg, cursor: this.#cursor(last), ...(last < this.#last && { more: true }) };
  }

  /** The bytes of a message as JSON, measured once: every reader asks for them. */
  #sizeOf(message: Message): number {
    const size = this.#sizes.get(message) ?? Buffer.byteLength(JSON.stringify(message));
    this.#sizes.set(message, size);
    return size;
  }

  #cursor(id: number) {
    return `${this.#epoch}.${id}`;
  }

  #remember(draftId: string, message: Message) {
    this.#byDraftId.set(draftId, message);
    const [oldest] = this.#byDraftId.keys();
    if (oldest && this.#byDraftId.size > limits.drafts) this.#byDraftId.delete(oldest);
  }
}
