// The log: the messages of all rooms in order. It knows no network. It has two verbs and a cursor: `add` a draft, and read everything
// `since` a cursor. Listeners are told once per turn of the event loop, so a burst of messages costs each connection one
// write and not one per message.
//
// Ids count within a room. One clock counts for all: it ticks with each message, and with each change of who may hear what. The cursor
// names a tick of this clock. It says from when, never which rooms: those come from the reader.
import { randomBytes } from "node:crypto";
import { limits } from "./limits.ts";
import { type Message, parseDraft, type RoomNews, type Update } from "./message.ts";
import { People } from "./people.ts";
import { anybody, type Reader } from "./reader.ts";
import { Refusal } from "./refusal.ts";
import { canonical, type Entry, everyRoom, lobby, personal, Room, sizeOf, topicsOf } from "./rooms.ts";

/** Is told every update, and the topics that it is addressed to: for those who hear one of them. */
export type Listener = (update: Update, topics: readonly string[]) => void;

export class Log {
  readonly people: People;
  // A new log counts from 1 again. Its random name, the epoch, tells the two apart: nobody continues from the wrong log.
  readonly #epoch = randomBytes(6).toString("base64url");
  #clock = 0;
  #bytes = 0; // what all rooms keep together
  readonly #rooms = new Map<string, Room>(); // by what their name or their topics have in common
  readonly #byTopic = new Map<string, Set<Room>>();
  readonly #byDraftId = new Map<string, Message>();
  readonly #listeners = new Set<Listener>();
  #heartbeat: NodeJS.Timeout | undefined;
  #untold: { room: Room; entries: Entry[] }[] = [];

  /** @param superUser the name of the account that hears every room. */
  constructor(superUser?: string) {
    this.people = new People(this, superUser);
    this.#add(lobby, new Room({ user: "" }, 0));
  }

  /**
   * Accepts a draft, or recognises one that it has accepted before. It is async although this log only writes to memory: a
   * log on a disk or in a database has to wait, and no variant should have to change for it.
   * @param reader who says it. Whoever is signed in is the author, whatever the draft says.
   * @throws {Refusal} 422 when the draft is not valid, 409 when its id was used for something else, 401 when the session is over, 403 when
   * this reader may not say it.
   */
  async add(input: unknown, reader: Reader = anybody): Promise<{ message: Message; repeated: boolean }> {
    const { people } = this;
    const { as, ...draft } = parseDraft(input, reader.name);
    const refuse = (status: number, words: string) => new Refusal(status, words, draft.draftId);
    if (reader.ended !== undefined) throw refuse(401, reader.ended);
    if (as !== undefined && canonical(as) !== canonical(reader.name ?? ""))
      throw refuse(401, reader.name ? `You are signed in as ${reader.name}.` : "You are not signed in any more.");
    if (draft.to !== undefined) draft.to = people.find(draft.to)?.name ?? draft.to;
    if (draft.room !== undefined) draft.room = this.roomNamed(draft.room) ?? draft.room;
    if (draft.room === lobby) delete draft.room;

    // A draft id belongs to its author: otherwise a repeat of somebody else's would be answered with their message.
    const key = draft.draftId && `${reader.name ? personal(reader.name) : ""} ${draft.draftId}`;
    const known = key && this.#byDraftId.get(key);
    if (known) {
      const same = (["user", "text", "room", "to"] as const).every((field) => known[field] === draft[field]);
      if (same) return { message: known, repeated: true };
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

    const room = this.#roomOf(draft);
    const message: Message = { id: room.last + 1, ...draft, time: Date.now() };
    const entry = { message, tick: this.tick() };
    this.#keep(entry, room);
    if (key) this.#remember(key, message);
    // Updates leave in the order of the clock, so what is told together is of one room.
    const run = this.#untold.at(-1);
    if (run?.room === room) run.entries.push(entry);
    else if (this.#untold.push({ room, entries: [entry] }) === 1) setImmediate(() => this.#tellUntold());
    return { message, repeated: false };
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

    const rooms = [...new Set(reader.topics.flatMap((topic) => [...(this.#byTopic.get(topic) ?? [])]))];
    const share = Math.max(1, Math.min(limits.first, Math.floor(limits.kept / rooms.length)));
    const heardSince = (room: Room) => Math.max(room.made, ...room.topics.map((topic) => reader.since.get(topic) ?? 0));
    const after = (at: number | undefined, room: Room) =>
      at === undefined || heardSince(room) > at ? undefined : room.after(at);

    const missed = rooms.flatMap((room) => after(tick, room) ?? []).toSorted(byTick);
    const piece = firstPiece(missed);
    const more = piece.length < missed.length;
    const end = more ? piece.at(-1)!.tick : this.#clock;

    // The other rooms begin anew, each in the piece from whose end it can be continued.
    const begun: Entry[] = [];
    const news: RoomNews[] = rooms.map((room) => {
      const known = { ...room.label(reader), last: room.last };
      const next = after(end, room);
      if (after(tick, room) || !next) return known;
      const newest = room.newest(share, limits.begin / rooms.length).filter((entry) => entry.tick <= end);
      begun.push(...newest);
      return { ...known, from: (newest[0] ?? next[0])?.message.id ?? room.last + 1 };
    });

    const update: Update = {
      msg: [...begun, ...piece].toSorted(byTick).map(({ message }) => message),
      cursor: this.#cursor(end),
    };
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
    return this.#cursor(this.#clock);
  }

  /** Something has happened: the clock moves on. */
  tick(): number {
    return ++this.#clock;
  }

  /** The names of all public rooms. */
  get rooms(): string[] {
    return [...(this.#byTopic.get(everyRoom) ?? [])].map(({ topics: [name] }) => name!);
  }

  /** The name of a public room as its first visitor spelled it; undefined when there is none. */
  roomNamed(name: string): string | undefined {
    return this.#rooms.get(canonical(name))?.topics[0];
  }

  makeRoom(name: string): void {
    this.#add(canonical(name), new Room({ user: "", room: name }, this.tick()));
  }

  removeRoom(name: string): void {
    const room = this.#rooms.get(canonical(name));
    this.#rooms.delete(canonical(name));
    this.#bytes -= room?.bytes ?? 0;
    for (const topic of room?.topics ?? []) {
      this.#byTopic.get(topic)?.delete(room!);
      if (this.#byTopic.get(topic)?.size === 0) this.#byTopic.delete(topic);
    }
  }

  /** Of each public room: the messages in the last minute, and when the newest was said. */
  activity(): { room: string; perMinute: number; last?: number }[] {
    return [...(this.#byTopic.get(everyRoom) ?? [])].map(({ topics: [room], kept }) => {
      const last = kept.at(-1)?.message.time;
      const perMinute = kept.filter(({ message }) => message.time > Date.now() - 60_000).length;
      return { room: room!, perMinute, ...(last !== undefined && { last }) };
    });
  }

  /** The room of a draft. The conversation of two people begins with their first message. */
  #roomOf(draft: Parameters<typeof topicsOf>[0]): Room {
    const key = draft.to ? topicsOf(draft).join(" ") : canonical(draft.room ?? lobby);
    const known = this.#rooms.get(key);
    if (known) return known;
    const room = new Room(draft, 0); // it does not begin anew for anybody: the two were always in it
    this.#add(key, room);
    return room;
  }

  // One person could fill the memory otherwise, with a thousand long messages in each of many rooms.
  #keep(entry: Entry, room: Room) {
    const before = room.bytes;
    room.keep(entry);
    this.#bytes += room.bytes - before;
    while (this.#bytes > limits.memory) {
      const largest = [...this.#rooms.values()].reduce((one, other) => (other.bytes > one.bytes ? other : one));
      this.#bytes -= sizeOf(largest.kept[0]!.message);
      largest.forgetOldest();
    }
  }

  #add(key: string, room: Room) {
    this.#rooms.set(key, room);
    for (const topic of room.topics) {
      const rooms = this.#byTopic.get(topic) ?? new Set();
      this.#byTopic.set(topic, rooms.add(room));
    }
  }

  #beat() {
    this.#tellUntold();
    const update = { msg: [], cursor: this.cursor };
    for (const listener of this.#listeners) listener(update, [lobby]);
  }

  #tellUntold() {
    const untold = this.#untold;
    this.#untold = [];
    for (const { room, entries } of untold) {
      const update = { msg: entries.map(({ message }) => message), cursor: this.#cursor(entries.at(-1)!.tick) };
      for (const listener of this.#listeners) listener(update, room.topics);
    }
  }

  #cursor(tick: number) {
    return `${this.#epoch}.${tick}`;
  }

  /** The tick that a cursor names; undefined when it cannot be continued. */
  #tickOf(cursor: unknown): number | undefined {
    const tick = typeof cursor === "string" ? Number(cursor.split(".")[1]) : NaN;
    return tick >= 0 && tick <= this.#clock && cursor === this.#cursor(tick) ? tick : undefined;
  }

  #remember(key: string, message: Message) {
    this.#byDraftId.set(key, message);
    const [oldest] = this.#byDraftId.keys();
    if (oldest && this.#byDraftId.size > limits.drafts) this.#byDraftId.delete(oldest);
  }
}

const byTick = (one: Entry, other: Entry) => one.tick - other.tick;

/** As many of these as fit into one piece, and one at least. */
function firstPiece(entries: Entry[]): Entry[] {
  let bytes = 0;
  const end = entries.findIndex(({ message }) => (bytes += sizeOf(message)) > limits.piece);
  return end < 0 ? entries : entries.slice(0, Math.max(1, end));
}
