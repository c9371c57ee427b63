import type { Person } from "./people.ts";
import { everyRoom, lobby, personal } from "./rooms.ts";

/**
 * Who holds a connection, what they hear, and until when. It is made from the request, in all four techniques the same way, and fixed for
 * the life of the connection. Whoever joins a room or signs out is hung up on and comes back as another reader: so no list of
 * subscriptions can be out of date.
 */
export interface Reader {
  /** The name of the account. A stranger has none. */
  readonly name?: string;
  readonly superUser?: true;
  /** Why the session that the request belongs to is over, in words. Such a reader hears the lobby, and may not speak. */
  readonly ended?: string;
  /** What they hear: names of rooms, `@name` for what is said to them alone, `*` for everything said in any room. */
  readonly topics: readonly string[];
  /** For each topic, the tick of the clock since which they hear it; without an entry, they always did. */
  readonly since: ReadonlyMap<string, number>;
  /** The tick of the clock at which something of this changed last. Infinity when the page takes them for somebody else: it must be told. */
  readonly changed: number;
  /** Aborted when they may hear something else, or nothing, from now on, and when the server stops: the moment to say goodbye. */
  readonly until: AbortSignal;
}

/** A reader without an account. */
export const stranger = (until: AbortSignal): Reader => ({ topics: [lobby], since: new Map(), changed: 0, until });

/** A person, as somebody who reads: what they hear now, and until when. `changed` is the tick at which that changed last. */
export function readerFor({ name, superUser, rooms }: Person, changed: number, until: AbortSignal): Reader {
  const topics = [lobby, ...rooms.keys(), personal(name), ...(superUser ? [everyRoom] : [])];
  return { name, ...(superUser && { superUser }), topics, since: new Map(rooms), changed, until };
}

/** Somebody who is never hung up on, for a log that is used without a server. */
export const anybody = stranger(new AbortController().signal);
