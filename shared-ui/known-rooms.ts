// The rooms of one person: what was said in each, how far nothing is missing, and what is unread. A private conversation is a room of
// two. Ids count 1, 2, 3 … within a room, so each room notices by itself when a message is missing.
import type { Draft, Message, Update } from "../shared-chat/message.ts";
import { canonical, lobby } from "../shared-chat/rooms.ts";
import { keep, recall } from "./storage.ts";
import { timing } from "./timing.ts";

/** A room as this page knows it. It never changes; a changed one takes its place. */
export interface Room {
  /** What all spellings of its name have in common: "lobby", "garden", or "@bob" for the conversation with Bob. */
  readonly key: string;
  /** Its name as people see it: "lobby", "Garden", "@Bob". */
  readonly name: string;
  /** Oldest first. Grows at the end and loses the oldest at the beginning, unless the room begins anew. */
  readonly messages: readonly Message[];
  /** Why the messages before these are not shown. A new object each time. */
  readonly notice?: { readonly text: string };
  /** How many messages this person has not looked at. 0 for the room that is open. */
  readonly unread: number;
  /** The id up to which nothing is missing. */
  readonly seen: number;
  /** The id of the newest message that the server has named. */
  readonly last: number;
  /** The cursor of the update that brought the last message: from here on, something may be missing. */
  readonly cursor: string;
}

const newLog = "The server started over with an empty memory. The earlier messages are gone.";
const trimmed = "You were away for a long time. Some messages in between were not kept.";

/** The key of the room to which a draft or a message belongs. `me` is who reads it: the other one of two gives a conversation its name. */
export function keyOf({ user, room, to }: Pick<Draft, "user" | "room" | "to">, me: string): string {
  return canonical(nameOf({ user, room, to }, me));
}

function nameOf({ user, room = lobby, to }: Pick<Draft, "user" | "room" | "to">, me: string): string {
  if (to === undefined) return room;
  return `@${canonical(user) === canonical(me) ? to : user}`;
}

export class Rooms {
  #me = "";
  #open = lobby;
  #start = ""; // the cursor of the first update
  #rooms: ReadonlyMap<string, Room> = new Map();
  #read = new Map<string, number>(); // by key: the id up to which this person has read, as far as this window knows

  constructor() {
    this.become("");
  }

  /** All rooms: the lobby, then the others, then the conversations. */
  get list(): readonly Room[] {
    const place = ({ key }: Room) => (key === lobby ? 0 : key.startsWith("@") ? 2 : 1);
    return [...this.#rooms.values()].toSorted((a, b) => place(a) - place(b) || a.key.localeCompare(b.key));
  }

  /** Forgets everything: from now on these are the rooms of another person, or of a stranger (""). */
  become(name: string): void {
    this.#me = name;
    this.#start = "";
    this.#read = new Map();
    this.#rooms = new Map([[lobby, fresh(lobby, 0)]]);
  }

  /** The person looks at this room now. */
  open(key: string): void {
    this.#open = key;
    this.#count(this.#rooms);
  }

  /** Another window of this person has stored how far they have read. What is read there is read here, too. */
  readElsewhere(): void {
    for (const [key, id] of this.#read) this.#read.set(key, Math.max(id, this.#kept(key) ?? 0));
    this.#count(this.#rooms);
  }

  /** Whether an update has already brought the message with this id, or one after it, to the room of this draft. */
  hasSeen(draft: Draft, id: number): boolean {
    return id <= (this.#rooms.get(keyOf(draft, this.#me))?.seen ?? 0);
  }

  /**
   * Takes an update in, or nothing of it when a message is missing before it (the gap rule).
   * @param ended keep the rooms that are not theirs any more: the session is over, and what was read stays readable.
   * @returns the cursor from which to ask again; undefined when nothing is missing.
   */
  take({ msg, cursor, reset, rooms }: Update, ended = false): string | undefined {
    const before = this.#rooms;
    const after = new Map(rooms && !ended ? [] : before);
    for (const news of rooms ?? []) {
      const name = "room" in news ? news.room : `@${news.with}`;
      const known = before.get(canonical(name));
      const { from, last } = news;
      after.set(canonical(name), { ...begun(name, known, from, reset, cursor), last });
      // A room may have been made again under the same name: its ids begin with 1 again, and nothing of it is read.
      if (last < (this.#readIn(canonical(name)) ?? 0)) this.#remember(canonical(name), last);
    }

    const byRoom = new Map<string, Message[]>();
    for (const message of msg) {
      const key = keyOf(message, this.#me);
      const messages = byRoom.get(key);
      if (messages) messages.push(message);
      else byRoom.set(key, [message]);
    }
    for (const [key, messages] of byRoom) {
      const room = after.get(key) ?? fresh(nameOf(messages[0]!, this.#me), 0); // nobody has spoken there before: ids begin with 1
      const added = messages.filter(({ id }) => id > room.seen); // the others are repeats
      if (added.some(({ id }, place) => id !== room.seen + 1 + place)) return room.cursor || this.#start;
      if (added.length === 0) continue;
      const seen = added.at(-1)!.id;
      const shown = [...room.messages, ...added].slice(-timing.shown);
      after.set(key, { ...room, messages: shown, seen, last: Math.max(room.last, seen), cursor });
      const own = added.findLast(({ user }) => this.#me && canonical(user) === canonical(this.#me));
      if (own) this.#remember(key, Math.max(own.id, this.#readIn(key) ?? 0)); // who answers has read what was said before
    }

    if (reset) {
      this.#start = cursor;
      for (const room of after.values()) this.#remember(room.key, unreadFrom(room));
    }
    this.#start ||= cursor;
    this.#count(after);
    return undefined;
  }

  /** Counts what is unread. Ids have no holes, so it is a difference, also of what this page has not loaded. */
  #count(rooms: ReadonlyMap<string, Room>) {
    this.#rooms = rooms;
    if (!this.#start) return; // before the first update nobody knows how many there are
    const counted = Array.from(rooms, ([key, room]) => {
      const known = this.#readIn(key) ?? unreadFrom(room);
      const read = key === this.#open ? Math.max(known, room.last) : known;
      this.#remember(key, read);
      const unread = Math.max(0, room.last - read);
      return [key, unread === room.unread ? room : { ...room, unread }] as const;
    });
    this.#rooms = new Map(counted);
  }

  #readIn(key: string): number | undefined {
    const id = this.#read.get(key) ?? this.#kept(key);
    if (id !== undefined) this.#read.set(key, id);
    return id;
  }

  // Each room has an entry of its own, and a window writes only what it has read: it may be behind in the other rooms, and must not undo
  // what was read in another window.
  #remember(key: string, id: number) {
    if (this.#readIn(key) === id) return;
    this.#read.set(key, id);
    if (this.#me) keep(this.#entry(key), id, () => localStorage);
  }

  #kept(key: string): number | undefined {
    return this.#me ? recall(this.#entry(key), isInteger, () => localStorage) : undefined;
  }

  #entry(key: string): string {
    return `read ${canonical(this.#me)} ${key}`;
  }
}

/** A room that is new to this browser begins as read, and a conversation as unread: somebody wants something of this person. */
const unreadFrom = ({ key, last }: Room): number => (key.startsWith("@") ? 0 : last);

const fresh = (name: string, seen: number): Room => {
  return { key: canonical(name), name, messages: [], unread: 0, seen, last: seen, cursor: "" };
};

/** A room as an update announces it. With `from` it begins anew, with this id. */
function begun(
  name: string,
  known: Room | undefined,
  from: number | undefined,
  reset: Update["reset"],
  cursor: string,
): Room {
  if (from === undefined) return known ?? fresh(name, 0);
  const room = { ...fresh(name, from - 1), cursor };
  if (reset) return known ? { ...room, notice: { text: newLog } } : room;
  const hole = known && known.messages.length > 0 && from > known.seen + 1;
  return hole ? { ...room, notice: { text: trimmed } } : room;
}

const isInteger = (value: unknown): value is number => Number.isInteger(value);
