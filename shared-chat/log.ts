// The log: the messages of all rooms in order. It knows no network. It has two verbs and a cursor: `add` a draft, and read everything
// `since` a cursor. Listeners are told once per turn of the event loop, so a burst of messages costs each connection one
// write and not one per message.
//
// Ids count within a room. One clock counts for all: it ticks with each entry of the journal, a message or a change of who may hear what. The
// cursor names a tick of this clock. It says from when, never which rooms: those come from the reader.
import { type Entry, Journal, memory, type Store } from "./journal.ts";
import { limits } from "./limits.ts";
import { type Draft, type Message, parseDraft, type RoomNews, type Update } from "./message.ts";
import { People } from "./people.ts";
import { anybody, type Reader } from "./reader.ts";
import { Refusal } from "./refusal.ts";
import { canonical, everyRoom, lobby, personal, Room, type Said, sizeOf, topicsOf } from "./rooms.ts";

/** Is told every update, and the topics that it is addressed to: for those who hear one of them. */
export type Listener = (update: Update, topics: readonly string[]) => void;

/** A message in the journal. */
type MessageEntry = Extract<Entry, { message: Message }>;

export class Log {
  readonly people: People;
  readonly #journal: Journal;
  #bytes = 0; // what all rooms keep together
  readonly #rooms = new Map<string, Room>(); // by what their name or their topics have in common
  readonly #byTopic = new Map<string, Set<Room>>();
  readonly #byDraft = new Map<string, Said>(); // by author and draft id
  #times: { tick: number; time: number }[] = []; // of the newest ticks, each at its remainder
  #openedAt = Date.now();
  readonly #listeners = new Set<Listener>();
  #heartbeat: NodeJS.Timeout | undefined;
  #untold: { room: Room; said: Said[] }[] = [];

  /**
   * @param store where it is kept; without one, a restart forgets it.
   * @param superUser the name of the account that hears every room.
   */
  constructor({ store = memory(), superUser }: { store?: Store; superUser?: string | undefined } = {}) {
    this.#journal = new Journal(store, { apply: (entry) => this.#apply(entry), restart: () => this.#restart() });
    this.people = new People(this, this.#journal, superUser);
    this.#addRoom(lobby, new Room({ user: "" }, 0));
  }

  /**
   * Reads what the store keeps, before anything else.
   * @throws what the store throws.
   */
  open = (): Promise<void> => this.#journal.open();
  close = (): Promise<void> => this.#journal.close();

  /** Whether it can be relied on: the store has answered in the last 15 seconds. */
  get healthy(): boolean {
    return this.#journal.away < limits.away;
  }

  /**
   * Accepts a draft, or recognises one that it has accepted before.
   * @param reader who says it. Whoever is signed in is the author, whatever the draft says.
   * @throws {Refusal} 422 when the draft is not valid, 409 when its id was used for something else, 401 when the session is over, 403 when
   * this reader may not say it, 503 when the store is away: later.
   */
  async add(input: unknown, reader: Reader = anybody): Promise<{ message: Message; repeated: boolean }> {
    const { as, ...draft } = parseDraft(input, reader.name);
    const added = this.#journal.add(({ time, ahead }) =>
      this.#accept({ ...draft }, as, reader, time, ahead.filter(isMessage)),
    );
    return added.catch((error: Refusal) => {
      if (error.status !== 503) throw error;
      throw new Refusal(503, "The server cannot keep your message now. It is sent again soon.", draft.draftId, 2);
    });
  }

  #accept(draft: Draft, as: string | undefined, reader: Reader, time: number, ahead: readonly MessageEntry[]) {
    const { people } = this;
    const refuse = (status: number, words: string) => new Refusal(status, words, draft.draftId);
    if (reader.ended !== undefined) throw refuse(401, reader.ended);
    if (as !== undefined && canonical(as) !== canonical(reader.name ?? ""))
      throw refuse(401, reader.name ? `You are signed in as ${reader.name}.` : "You are not signed in any more.");
    if (draft.to !== undefined) draft.to = people.find(draft.to)?.name ?? draft.to;
    if (draft.room !== undefined) draft.room = this.roomNamed(draft.room) ?? draft.room;
    if (draft.room === lobby) delete draft.room;

    // A draft id belongs to its author: otherwise a repeat of somebody else's would be answered with their message.
    const key = draft.draftId && `${reader.name ? personal(reader.name) : ""} ${draft.draftId}`;
    const known = key && (this.#byDraft.get(key) ?? ahead.find((entry) => entry.draft === key))?.message;
    if (known) {
      const same = (["user", "text", "room", "to"] as const).every((field) => known[field] === draft[field]);
      if (same) return { events: [], result: { message: known, repeated: true } };
      throw refuse(409, "This draft id was already used for another text, name or room.");
    }

    if (!reader.name && people.isTaken(draft.user))
      throw refuse(403, "This name belongs to an account. Sign in, or choose another name.");
    if (draft.to !== undefined) {
      if (!reader.name) throw refuse(401, "Sign in to write to one person alone.");
      if (!people.find(draft.to)) throw refuse(422, `There is no account with the name ${draft.to}.`);
      if (draft.to === reader.name) throw refuse(422, "This would be a message to yourself.");
    }
    // The same words for a room that does not exist: nobody finds out which rooms there are.
    const { room: name = lobby, to } = draft;
    const hears = reader.topics.includes(name) || (reader.superUser && this.roomNamed(name) !== undefined);
    if (!to && !hears) throw refuse(403, "You are not in this room.");

    const room = keyOf(draft);
    const last = ahead.findLast((entry) => entry.room === room)?.message.id ?? this.#rooms.get(room)?.last ?? 0;
    const message: Message = { id: last + 1, ...draft, time };
    return { events: [{ room, message, ...(key && { draft: key }) }], result: { message, repeated: false } };
  }

  /**
   * What this reader has not seen since the cursor. Without a cursor: the newest 200 of the lobby, or less of each of many rooms. Any
   * input gets an answer: a cursor that cannot be continued begins anew, with the reason in `reset`. A room begins anew for a reader
   * who has just joined it, or has missed more than it keeps: `from` says with which id.
   *
   * Of many megabytes it is the first piece, with the cursor of its last message: from there `since` continues. So what is still
   * to be sent waits here, in the log, and not once more for each reader. `more` says that another piece is there.
   *
   * It tells the listeners first, and it is synchronous. Reading the backlog and subscribing then happen in one step: the caller
   * adds itself to the listeners right after this call, and no message can slip through between the two or arrive twice.
   */
  since(cursor: unknown, reader: Reader = anybody): Update {
    this.#tellUntold();
    const newcomer = cursor === undefined || cursor === "";
    const tick = newcomer ? undefined : this.#tickOf(cursor);
    const { last } = this.#journal;
    if (tick === last.tick && reader.changed <= tick) return { msg: [], cursor: this.cursorAt(tick) }; // most polls: nothing is new

    const rooms = [...new Set(reader.topics.flatMap((topic) => [...(this.#byTopic.get(topic) ?? [])]))];
    const share = Math.max(1, Math.min(limits.first, Math.floor(limits.kept / rooms.length)));
    const heardSince = ({ made, topics }: Room) => {
      const heard = topics.filter((topic) => reader.topics.includes(topic)); // the super user hears a room that they join by two
      return Math.max(made, Math.min(...heard.map((topic) => reader.since.get(topic) ?? 0)));
    };
    const after = (at: number | undefined, room: Room) =>
      at === undefined || heardSince(room) > at ? undefined : room.after(at);

    const missed = rooms.flatMap((room) => after(tick, room) ?? []).toSorted(byTick);
    const piece = firstPiece(missed);
    const more = piece.length < missed.length;
    const end = more ? piece.at(-1)!.tick : last.tick;

    // The other rooms begin anew, each in the piece from whose end it can be continued.
    const begun: Said[] = [];
    const news: RoomNews[] = rooms.map((room) => {
      const known = { ...room.label(reader), last: room.last };
      const next = after(end, room);
      if (after(tick, room) || !next) return known;
      const newest = room.newest(share, limits.begin / rooms.length).filter((said) => said.tick <= end);
      begun.push(...newest);
      return { ...known, from: (newest[0] ?? next[0])?.message.id ?? room.last + 1 };
    });

    const update: Update = {
      msg: [...begun, ...piece].toSorted(byTick).map(({ message }) => message),
      cursor: this.cursorAt(end),
    };
    if (tick !== undefined && tick > last.tick) update.cursor = String(cursor); // the reader is a moment ahead of us
    if (more) update.more = true;
    if (tick === undefined && !newcomer) update.reset = "new-log";
    if (tick === undefined || reader.changed > tick || news.some(({ from }) => from !== undefined)) {
      const { name, superUser, ended } = reader;
      update.you = { ...(name && { name }), ...(superUser && { superUser }), ...(ended !== undefined && { ended }) };
      update.rooms = news;
    }
    return update;
  }

  /**
   * Calls this listener with every update, until the signal is aborted. Every 15 s, also while others talk, the update is empty and for
   * everybody: the heartbeat. Whoever is in a quiet room would otherwise hear nothing, and take the connection for dead.
   */
  listen(listener: Listener, until: AbortSignal): void {
    this.#listeners.add(listener);
    this.#heartbeat ??= setInterval(() => this.#beat(), limits.heartbeat).unref();
    until.addEventListener("abort", () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      clearInterval(this.#heartbeat);
      this.#heartbeat = undefined;
    });
  }

  /** The cursor of this moment. */
  get cursor(): string {
    return this.cursorAt(this.#journal.last.tick);
  }

  /**
   * The cursor of a reader who has seen everything up to this tick. The time tells apart two journals of one name: one that was restored from an
   * older copy counts the same ticks once more.
   */
  cursorAt(tick: number): string {
    return `${this.#journal.epoch}.${tick}.${(this.#timeOf(tick) ?? 0).toString(36)}`;
  }

  /** The names of all public rooms. */
  get rooms(): string[] {
    return [...(this.#byTopic.get(everyRoom) ?? [])].map(({ topics: [name] }) => name!);
  }

  /** The name of a public room as its first visitor spelled it; undefined when there is none. */
  roomNamed(name: string): string | undefined {
    return this.#rooms.get(canonical(name))?.topics[0];
  }

  /** Of each public room: the messages in the last minute, and when the newest was said. */
  activity(): { room: string; perMinute: number; last?: number }[] {
    return [...(this.#byTopic.get(everyRoom) ?? [])].map(({ topics: [room], kept }) => {
      const last = kept.at(-1)?.message.time;
      const perMinute = kept.filter(({ message }) => message.time > Date.now() - 60_000).length;
      return { room: room!, perMinute, ...(last !== undefined && { last }) };
    });
  }

  /** Something was added to the journal, here or elsewhere. Returns the ticks of the entries that are not needed any more. */
  #apply(entry: Entry): number[] {
    this.#times[entry.tick % limits.drafts] = this.#journal.last;
    if (isMessage(entry)) return this.#said(entry);
    const [, key] = /^room:(.*)$/s.exec(entry.record) ?? [];
    const unneeded =
      key === undefined ? [] : this.#roomChanged(key, entry.value as { name: string } | null, entry.tick);
    return [...unneeded, ...this.people.apply(entry)];
  }

  // A message is needed as long as its room keeps it, or its draft may be sent again.
  #said({ room: key, message, draft, tick }: MessageEntry): number[] {
    const unneeded: number[] = [];
    const said = { message, tick, ...(draft !== undefined && { draft }) };
    // The conversation of two people begins with their first message, and not anew for anybody: the two were always in it.
    const room = this.#rooms.get(key) ?? (message.to && this.#addRoom(key, new Room(message, 0)));
    if (!room) unneeded.push(tick); // its room was taken away since
    else
      for (const old of this.#keep(said, room))
        if (this.#byDraft.get(old.draft ?? "")?.tick !== old.tick) unneeded.push(old.tick);
    if (!room) return unneeded;
    if (draft !== undefined) this.#byDraft.set(draft, said);
    const [oldest] = this.#byDraft;
    if (oldest && this.#byDraft.size > limits.drafts) {
      this.#byDraft.delete(oldest[0]);
      if (!this.#rooms.get(keyOf(oldest[1].message))?.keeps(oldest[1].tick)) unneeded.push(oldest[1].tick);
    }
    // Updates leave in the order of the clock, so what is told together is of one room.
    const run = this.#untold.at(-1);
    if (run?.room === room) run.said.push(said);
    else if (this.#untold.push({ room, said: [said] }) === 1) setImmediate(() => this.#tellUntold());
    return unneeded;
  }

  /** Returns what is not kept any more. One person could fill the memory otherwise, with a thousand long messages in each of many rooms. */
  #keep(said: Said, room: Room): Said[] {
    const forgotten: Said[] = [];
    const forgetOldest = (from: Room) => {
      const oldest = from.forgetOldest();
      this.#bytes -= sizeOf(oldest.message);
      forgotten.push(oldest);
    };
    // Of a room that kept more once, the store may still have some of the older messages, but not all.
    if (said.message.id > room.last + 1) while (room.kept.length > 0) forgetOldest(room);
    room.keep(said);
    this.#bytes += sizeOf(said.message);
    if (room.kept.length > limits.kept) forgetOldest(room);
    while (this.#bytes > limits.memory)
      forgetOldest([...this.#rooms.values()].reduce((one, other) => (other.bytes > one.bytes ? other : one)));
    return forgotten;
  }

  #roomChanged(key: string, value: { name: string } | null, tick: number): number[] {
    const old = this.#rooms.get(key);
    if (value) this.#addRoom(key, new Room({ user: "", room: value.name }, tick));
    else {
      this.#rooms.delete(key);
      this.#bytes -= old?.bytes ?? 0;
      for (const topic of old?.topics ?? []) {
        this.#byTopic.get(topic)?.delete(old!);
        if (this.#byTopic.get(topic)?.size === 0) this.#byTopic.delete(topic);
      }
    }
    return old?.kept.map((said) => said.tick) ?? [];
  }

  #addRoom(key: string, room: Room): Room {
    this.#rooms.set(key, room);
    for (const topic of room.topics) {
      const rooms = this.#byTopic.get(topic) ?? new Set();
      this.#byTopic.set(topic, rooms.add(room));
    }
    return room;
  }

  #restart() {
    this.#rooms.clear();
    this.#byTopic.clear();
    this.#byDraft.clear();
    this.#times = [];
    this.#untold = [];
    this.#bytes = 0;
    this.#openedAt = Date.now();
    this.#addRoom(lobby, new Room({ user: "" }, 0));
    this.people.restart();
  }

  // A log whose store is away falls silent, so that the watchdogs of the pages send people to another server.
  #beat() {
    if (!this.healthy) return;
    this.#tellUntold();
    const update = { msg: [], cursor: this.cursor };
    for (const listener of this.#listeners) listener(update, [lobby]);
  }

  #tellUntold() {
    const untold = this.#untold;
    this.#untold = [];
    for (const { room, said } of untold) {
      const update = { msg: said.map(({ message }) => message), cursor: this.cursorAt(said.at(-1)!.tick) };
      for (const listener of this.#listeners) listener(update, room.topics);
    }
  }

  #timeOf(tick: number): number | undefined {
    if (tick === 0) return 0; // before the first entry
    const known = this.#times[tick % limits.drafts];
    return known?.tick === tick ? known.time : undefined;
  }

  /** The tick that a cursor names; undefined when it cannot be continued. */
  #tickOf(cursor: unknown): number | undefined {
    const [epoch, ticks = "", time = ""] = typeof cursor === "string" ? cursor.split(".") : [];
    const tick = Number(ticks);
    if (epoch !== this.#journal.epoch || !/^(0|[1-9]\d*)$/.test(ticks) || cursor !== `${epoch}.${ticks}.${time}`)
      return undefined;
    // Another machine may be a moment ahead of us: it has added what we have not read yet.
    if (tick > this.#journal.last.tick)
      return this.#journal.shared && Number.parseInt(time, 36) >= this.#openedAt ? tick : undefined;
    return this.#timeOf(tick) === undefined || cursor === this.cursorAt(tick) ? tick : undefined;
  }
}

const isMessage = (entry: Entry): entry is MessageEntry => "message" in entry;

/** What the drafts and messages of one room have in common. */
function keyOf(draft: Pick<Draft, "user" | "room" | "to">): string {
  return draft.to ? topicsOf(draft).join(" ") : canonical(draft.room ?? lobby);
}

const byTick = (one: Said, other: Said) => one.tick - other.tick;

/** As many of these as fit into one piece, and one at least. */
function firstPiece(entries: Said[]): Said[] {
  let bytes = 0;
  const end = entries.findIndex(({ message }) => (bytes += sizeOf(message)) > limits.piece);
  return end < 0 ? entries : entries.slice(0, Math.max(1, end));
}
