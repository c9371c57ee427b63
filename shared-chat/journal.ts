// The journal: everything that has happened in the chat, in one order. What the log knows is the sum of its entries, so a log that reads the
// same entries knows the same: after a restart, and on another machine. A store keeps them; it knows nothing of what they mean.
import { randomBytes } from "node:crypto";
import { limits } from "./limits.ts";
import type { Message } from "./message.ts";
import { Refusal } from "./refusal.ts";

/** Something that happened: somebody said something in a room, or a record (of a person, a session, a room) has a new value, or none. */
export type Event = { room: string; message: Message; draft?: string } | { record: string; value: unknown };

/** An event and its place. Ticks count 1, 2, 3 …; time is `Date.now()`, and never goes back. */
export type Entry = Event & { readonly tick: number; readonly time: number };

const isRecord = (entry: Entry) => "record" in entry;

/** Where entries are kept. Several machines may share one store. Whatever fails rejects: the store is away. */
export interface Store {
  /** Whether other machines may add to it. */
  readonly shared: boolean;
  /** Opens it, or opens it anew. `wake` is called when somebody else may have added something. Resolves to the name of the journal, its epoch. */
  open(wake: () => void): Promise<string>;
  /** Adds entries whose ticks follow the last one. Returns how many were added: fewer, when somebody else was faster. */
  append(entries: readonly Entry[]): Promise<number>;
  /** The entries after this one, in order. Undefined when it is not there any more: the journal is another one, or an older copy. */
  read(after: { tick: number; time: number } | undefined): Promise<Entry[] | undefined>;
  /** These entries are not needed any more, because of later ones. */
  forget(ticks: readonly number[]): Promise<void>;
  close(): Promise<void>;
}

/** A random name for a new journal. */
export const newEpoch = (): string => randomBytes(6).toString("base64url");

/** A store that keeps nothing: what the log knows is all there is, and a restart forgets it. */
export function memory(): Store {
  const epoch = newEpoch();
  return {
    shared: false,
    open: async () => epoch,
    append: async (entries) => entries.length,
    read: async () => [],
    forget: async () => {},
    close: async () => {},
  };
}

/** What an addition comes to, as it stands at this tick and time, behind the entries that are added with it. It may throw a Refusal. */
type Build<T> = (place: { tick: number; time: number; ahead: readonly Entry[] }) => { events: Event[]; result: T };

const look: Build<undefined> = () => ({ events: [{ record: "look:", value: null }], result: undefined });

interface Addition {
  build: Build<unknown>;
  resolve: (result: never) => void;
  reject: (error: unknown) => void;
}

export interface JournalHandlers {
  /** An entry was added, by whomever. Returns the ticks of those that are not needed any more because of it. */
  apply(entry: Entry): number[];
  /** The journal is another one, or an older copy: everything begins anew. */
  restart(): void;
}

export class Journal {
  /** Its random name: a cursor of another journal cannot be continued. */
  epoch = newEpoch();
  /** The newest entry that was applied. */
  last = { tick: 0, time: 0 };
  readonly #awaySince = new Map<"append" | "read", number>();
  #additions: Addition[] = [];
  #unneeded: number[] = []; // ticks
  #tidying = false;
  #adding = false;
  #reading: Promise<void> | undefined;
  #unread = false; // something may have been added since the reading began
  readonly #store: Store;
  readonly #handlers: JournalHandlers;
  #timer: NodeJS.Timeout | undefined;

  constructor(store: Store, handlers: JournalHandlers) {
    this.#store = store;
    this.#handlers = handlers;
  }

  get shared(): boolean {
    return this.#store.shared;
  }

  /** For how many milliseconds the store has not done what it should. */
  get away(): number {
    return Date.now() - Math.min(Date.now(), ...this.#awaySince.values());
  }

  /**
   * Opens the store and reads what it keeps.
   * @throws what the store throws.
   */
  async open(): Promise<void> {
    await this.read();
    if (this.shared) this.#timer = setInterval(() => this.#look(), 1_000).unref();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    await this.#store.close();
  }

  /**
   * Adds what `build` returns, and resolves to its result when that was applied. If another machine was faster, it is built once more, behind
   * what was added there: so it may count on what is known at its tick.
   * @throws what `build` throws, and {Refusal} 503 when the store is away. The store may have kept it nevertheless: a draft id shows that later.
   */
  add<T>(build: Build<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#additions.push({ build, resolve, reject });
      if (!this.#adding) void this.#addAll();
    });
  }

  /** Reads what others have added until now. */
  read(): Promise<void> {
    this.#unread = true;
    return (this.#reading ??= this.#readAll().finally(() => (this.#reading = undefined)));
  }

  readonly #wake = () => void this.read().catch(() => {});

  // In case a wake was lost. And a store that can be read may still be locked, or its disk full: only a write shows that it is back.
  #look() {
    this.#wake();
    if (this.#awaySince.has("append") && !this.#adding) this.add(look).catch(() => {});
  }

  async #addAll() {
    this.#adding = true;
    while (this.#additions.length > 0) await this.#addSome();
    this.#adding = false;
  }

  // What waits is added together: a disk is written once for all, and not once for each. Nothing is built behind a record in the same write,
  // because it is built on what has been applied.
  async #addSome() {
    const { tick, time } = this.last;
    const now = Math.max(Date.now(), time);
    const ahead: Entry[] = [];
    const built: { addition: Addition; result: unknown; end: number }[] = [];
    for (let addition; ahead.length < 100 && !ahead.some(isRecord) && (addition = this.#additions.shift());)
      try {
        const { events, result } = addition.build({ tick: tick + ahead.length + 1, time: now, ahead });
        for (const event of events) ahead.push({ ...event, tick: tick + ahead.length + 1, time: now });
        built.push({ addition, result, end: ahead.length });
      } catch (error) {
        addition.reject(error);
      }
    try {
      const added = ahead.length > 0 ? await this.#answers("append", this.#store.append(ahead)) : 0;
      for (const entry of ahead.slice(0, added)) this.#take(entry);
      for (const { addition, result, end } of built) if (end <= added) addition.resolve(result as never);
      this.#tidy();
      if (added === ahead.length) return;
      this.#additions.unshift(...built.filter(({ end }) => end > added).map(({ addition }) => addition));
      await this.read();
    } catch (error) {
      if (this.#awaySince.size === 0) console.error(error); // it was not the store: our bug
      const later = new Refusal(503, "The server cannot keep this now. Please try again soon.", undefined, 2);
      for (const { addition } of built) addition.reject(later); // those that are resolved stay so
    }
  }

  async #readAll() {
    while (this.#unread) {
      this.#unread = false;
      await this.#answers("read", this.#readOn());
    }
  }

  // An empty journal may be another one at any time, so it is opened each time. Where entries are missing in between, we are far behind: what
  // was taken away there by now is not known here.
  async #readOn() {
    const { last } = this;
    let entries = last.tick > 0 ? await this.#store.read(last) : undefined;
    if (!entries || (entries.at(-1)?.tick ?? last.tick) > last.tick + entries.length) {
      const epoch = await this.#store.open(this.#wake);
      entries = (await this.#store.read(undefined)) ?? [];
      if (epoch !== this.epoch || last.tick > 0) {
        this.#handlers.restart();
        this.epoch = epoch;
        this.last = { tick: 0, time: 0 };
        this.#unneeded = [];
        this.#unread = true; // we may have added something meanwhile
      }
    }
    for (const entry of entries) this.#take(entry);
    this.#tidy();
  }

  #take(entry: Entry) {
    if (entry.tick <= this.last.tick) return; // known: we added it, or have read it
    this.last = { tick: entry.tick, time: entry.time };
    this.#unneeded.push(...this.#handlers.apply(entry));
  }

  // Not the newest: another machine may have read up to one of them, and asks whether it is still there.
  #tidy() {
    if (this.#tidying || this.#unneeded.length < limits.unneeded) return;
    this.#tidying = true;
    const isOld = (tick: number) => tick <= this.last.tick - limits.unneeded / 2;
    const old = new Set(this.#unneeded.filter(isOld));
    const forgotten = () => void (this.#unneeded = this.#unneeded.filter((tick) => !old.has(tick)));
    this.#store
      .forget([...old])
      .then(forgotten, () => {}) // it is away: later
      .finally(() => (this.#tidying = false));
  }

  async #answers<T>(what: "append" | "read", answer: Promise<T>): Promise<T> {
    try {
      const result = await answer;
      if (this.#awaySince.delete(what) && this.#awaySince.size === 0) console.error("The store is back.");
      return result;
    } catch (error) {
      if (this.#awaySince.size === 0 && this.#timer) console.error("The store is away:", (error as Error).message);
      if (!this.#awaySince.has(what)) this.#awaySince.set(what, Date.now());
      throw error;
    }
  }
}
