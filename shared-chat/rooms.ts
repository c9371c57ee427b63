// Rooms: where a message belongs, and who hears it. A private conversation is the room of two people.
import type { Draft, Message } from "./message.ts"; // types alone: the page imports this file, and would get the whole parser

/** The room that everybody is in. */
export const lobby = "lobby";

// Not only blanks show nothing: nor do joiners, fillers such as U+3164, variation selectors, annotation marks, an empty Braille cell and
// an empty note head. Control characters count as visible: CSS draws them (CSS Text 3, section 4).
export const unseen = /[\p{White_Space}\p{Default_Ignorable_Code_Point}\u2800\uFFF9-\uFFFC\u{1D159}]/gu;

/** The topic of whatever is said in a public room. The super user hears it. */
export const everyRoom = "*";

/**
 * What two spellings of one name have in common: "Ada Lovelace", "ada lovelace" and "ＡＤＡ lovelace" are one person. Letters that look
 * alike in two alphabets stay different: that would need the tables of Unicode Technical Standard 39.
 */
export function canonical(name: string): string {
  // Normalised again at the end: an accent may have been kept from its letter by what shows nothing, or have no capital letter.
  return name.normalize("NFKC").toLowerCase().replaceAll(unseen, "").normalize("NFKC");
}

/** The topic of what is said to one person alone. No room can have this name: "@" is not allowed in it. */
export const personal = (name: string): string => `@${canonical(name)}`;

/** The topics that a message is addressed to. Whoever hears one of them may read it, and nobody else. */
export function topicsOf({ user, room = lobby, to }: Pick<Draft, "user" | "room" | "to">): string[] {
  return to ? [personal(user), personal(to)].toSorted() : [room, everyRoom];
}

/** A message, and the tick of the log's clock at which it was said. */
export interface Said {
  readonly message: Message;
  readonly tick: number;
  /** What a repeat of its draft is recognised by: the author and the draft id. */
  readonly draft?: string;
}

const sizes = new WeakMap<Message, number>();

/** The bytes of a message as JSON, measured once: every reader asks for them. */
export function sizeOf(message: Message): number {
  const size = sizes.get(message) ?? Buffer.byteLength(JSON.stringify(message));
  sizes.set(message, size);
  return size;
}

/** The newest messages of one room, and their ids: 1, 2, 3 … without gaps. */
export class Room {
  readonly topics: readonly string[];
  /** The tick at which the room was made. A room may be made again under the same name, and its ids begin again. */
  readonly made: number;
  /** The id of the newest message. */
  last = 0;
  /** How much it keeps, in bytes of JSON. */
  bytes = 0;
  #trimmed = 0; // the tick of the newest message that is no longer kept
  readonly #kept: Said[] = [];
  /** How it is called by a reader: `{ room }`, or `{ with }` the other one of two. */
  readonly label: (reader: { name?: string }) => { room: string } | { with: string };

  constructor({ user, to, room = lobby }: Pick<Draft, "user" | "to" | "room">, made: number) {
    this.topics = topicsOf({ user, room, ...(to !== undefined && { to }) });
    this.made = made;
    this.label = ({ name = "" }) => (to ? { with: canonical(name) === canonical(user) ? to : user } : { room });
  }

  get kept(): readonly Said[] {
    return this.#kept;
  }

  keep(said: Said): void {
    if (said.message.id > this.last + 1) this.#trimmed = said.tick - 1; // those before it were forgotten long ago
    this.last = said.message.id;
    this.bytes += sizeOf(said.message);
    this.#kept.push(said);
  }

  forgetOldest(): Said {
    const oldest = this.#kept.shift()!;
    this.bytes -= sizeOf(oldest.message);
    this.#trimmed = oldest.tick;
    return oldest;
  }

  /** Whether the message that was said here at this tick is kept. */
  keeps(tick: number): boolean {
    return this.made <= tick && this.#trimmed < tick;
  }

  /** The messages after this tick; undefined when some of them are no longer kept. */
  after(tick: number): readonly Said[] | undefined {
    if (this.#trimmed > tick) return undefined;
    const first = this.#kept.findLastIndex((said) => said.tick <= tick) + 1; // from the end: most readers miss little
    return this.#kept.slice(first);
  }

  /** The newest messages, at most so many, and no more than fit into so many bytes, but one at least. */
  newest(most: number, bytes: number): readonly Said[] {
    const newest = this.#kept.slice(-most);
    let left = bytes;
    const tooLong = newest.findLastIndex(({ message }) => (left -= sizeOf(message)) < 0);
    return newest.slice(Math.min(tooLong + 1, newest.length - 1));
  }
}
