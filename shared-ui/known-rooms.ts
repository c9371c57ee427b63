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

/** Up to where a person has read in a room: the id of a message, and its time. Ids may begin again with 1; in one log, time never goes back. */
interface Mark {
  readonly id: number;
  readonly time: number;
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
  #marks = new Map<string, Mark>(); // by key, as far as this window knows

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
    this.#marks = new Map();
    this.#rooms = new Map([[lobby, fresh(lobby, 0)]]);
  }

  /** The person looks at this room now. */
  open(key: string): void {
    this.#open = key;
    this.#count(this.#rooms);
  }

  /** Another window of this person has stored how far they have read. What is read there is read here, too. */
  readElsewhere(): void {
    for (const [key, mark] of this.#marks) {
      const kept = this.#kept(key);
      if (isLater(kept, mark)) this.#marks.set(key, kept);
      else if (isLater(mark, kept)) this.#keep(key, mark); // that window was behind, or the storage was cleared
    }
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
    }

    for (const [key, messages] of byRoom) {
      const own = messages.findLast(({ user }) => this.#me && canonical(user) === canonical(this.#me));
      // Who answers has read what was said before. In a room that is new to this browser, they have read all of it: see #count.
      if (own && (key.startsWith("@") || this.#mark(key))) this.#moveMark(key, own);
    }
    if (reset) this.#start = cursor;
    this.#start ||= cursor;
    this.#count(after);
    return undefined;
  }

  /** Counts what is unread. Ids have no holes, so it is a difference, also of what this page has not loaded. */
  #count(rooms: ReadonlyMap<string, Room>) {
    this.#rooms = rooms;
    if (!this.#start) return; // before the first update nobody knows how many there are
    const counted = Array.from(rooms, ([key, room]) => {
      // A room that is new to this browser begins as read, and a conversation as unread: somebody wants something of this person.
      const isOpen = key === this.#open;
      const countsAsRead = isOpen || (!key.startsWith("@") && !this.#mark(key));
      const { messages, seen, last } = room;
      // Of a long catch-up, pieces may be missing. Then the room that is open is read up to there, and one that is new has no mark yet.
      if (isOpen || (countsAsRead && seen >= last)) this.#moveMark(key, { id: seen, time: messages.at(-1)?.time ?? 0 });
      const unread = countsAsRead ? 0 : Math.max(0, last - readUpTo(messages, this.#mark(key)));
      return [key, unread === room.unread ? room : { ...room, unread }] as const;
    });
    this.#rooms = new Map(counted);
  }

  #mark(key: string): Mark | undefined {
    const mark = this.#marks.get(key) ?? this.#kept(key);
    if (mark) this.#marks.set(key, mark);
    return mark;
  }

  /** A mark moves forward only. */
  #moveMark(key: string, { id, time }: Mark) {
    const kept = this.#kept(key);
    if (isLater(kept, this.#marks.get(key))) this.#marks.set(key, kept); // another window is further, and its event has not come yet
    const before = this.#marks.get(key);
    const mark = { id, time: Math.max(time, before?.time ?? 0) }; // the clock of a server may be set back
    if (!isLater(mark, before)) return;
    this.#marks.set(key, mark);
    this.#keep(key, mark);
  }

  // One entry per room: a window that stores its mark for one room must not overwrite the marks of the others, where another window may be
  // further ahead.
  #keep(key: string, mark: Mark) {
    if (this.#me) keep(this.#entry(key), mark, () => localStorage);
  }

  #kept(key: string): Mark | undefined {
    return this.#me ? recall(this.#entry(key), isMark, () => localStorage) : undefined;
  }

  #entry(key: string): string {
    return `read ${canonical(this.#me)} ${key}`;
  }
}

function isLater(one: Mark | undefined, other: Mark | undefined): one is Mark {
  if (!one || !other) return Boolean(one);
  return one.time > other.time || (one.time === other.time && one.id > other.id);
}

/** The id up to which these messages are read. */
function readUpTo(messages: readonly Message[], mark: Mark | undefined): number {
  if (!mark) return 0;
  const newest = messages.findLast(({ id }) => id <= mark.id);
  if (!newest || newest.time <= mark.time) return mark.id;
  // It was said after this person had read: the ids have begun again, after a restart or in a room that was made again.
  return messages.findLast(({ time }) => time <= mark.time)?.id ?? 0;
}

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

const isMark = (value: unknown): value is Mark => {
  const { id, time } = (value ?? {}) as Partial<Mark>;
  return typeof id === "number" && id >= 0 && typeof time === "number";
};
