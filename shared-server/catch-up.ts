import { limits } from "../shared-chat/limits.ts";
import type { Log } from "../shared-chat/log.ts";
import type { Update } from "../shared-chat/message.ts";
import type { Reader } from "../shared-chat/reader.ts";
import { sizeOf } from "../shared-chat/rooms.ts";

/** A connection, as a technique sees it. */
interface Connection {
  /** Sends an update, and calls `sent` when it has left this process. */
  send: (update: Update, sent: (error?: Error | null) => void) => void;
  /** From now on the reader receives what is said to their topics. Returns what ends this, if it does not end with the connection. */
  listen: () => (() => void) | void;
  /** Ends the connection in order: the reader has other rights now, or the server stops. */
  goodbye: () => void;
  /** Cuts the connection, and frees what waits for it. The reader comes back, and its cursor repairs the gap. */
  hangUp: () => void;
}

/**
 * Sends a reader what they have missed, piece by piece: the next piece when the one before has left this process (backpressure). So a
 * reader who stops reading costs one piece, however much they have missed. When the reader has everything, they become a listener:
 * in the same step, so no message can slip through between the two or arrive twice.
 * @returns what to call when the connection is gone.
 */
export function catchUp(log: Log, cursor: unknown, reader: Reader, connection: Connection): () => void {
  const { send, listen, goodbye, hangUp } = connection;
  let leave: (() => void) | void;
  let gone = false;
  const over = () => {
    leave?.(); // before the goodbye, so that nothing more is sent (Socket.IO drops what is sent to a transport that closes)
    gone = true;
    forget();
    hasLeft(hangUp);
  };
  const forget = whenOver(reader.until, () => {
    over();
    goodbye();
  });
  const next = (update: Update) => {
    const left = waitsFor(update, hangUp);
    send(update, (error) => {
      left();
      if (gone || error) return;
      const missed = update.cursor === log.cursor ? undefined : log.since(update.cursor, reader);
      if (missed && missed.msg.length > 0) next(missed);
      else leave = listen();
    });
  };
  next(log.since(cursor, reader));
  return over;
}

// What waits for all readers together, in bytes. A map keeps its order: the first has waited for longest.
const waiting = new Map<() => void, number>();
let waitingBytes = 0; // their sum: after a restart thousands of readers catch up at once, and each would add them all up

/**
 * An update waits until it has left. If too many bytes wait, the server hangs up on the reader who has been reading for longest, and not
 * on a new one: otherwise a few who never read would keep all others out.
 * @returns what to call when it has left.
 */
export function waitsFor({ msg }: Update, hangUp: () => void): () => void {
  const bytes = msg.reduce((sum, message) => sum + sizeOf(message), 0);
  waiting.set(hangUp, bytes);
  waitingBytes += bytes;
  for (const longest of waiting.keys()) {
    if (waitingBytes <= limits.waiting) break;
    hasLeft(longest);
    longest();
  }
  return () => hasLeft(hangUp);
}

function hasLeft(hangUp: () => void) {
  waitingBytes -= waiting.get(hangUp) ?? 0;
  waiting.delete(hangUp);
}

const goodbyes = new WeakMap<AbortSignal, Set<() => void>>();

// All connections of a stranger have one signal. A set forgets one of them at once; an AbortSignal would search its list of listeners.
function whenOver(until: AbortSignal, goodbye: () => void): () => void {
  const all = goodbyes.get(until) ?? new Set();
  if (!goodbyes.has(until)) until.addEventListener("abort", () => all.forEach((each) => each()));
  goodbyes.set(until, all.add(goodbye));
  return () => all.delete(goodbye);
}
