import { limits } from "../shared-chat/limits.ts";
import type { Log } from "../shared-chat/log.ts";
import type { Update } from "../shared-chat/message.ts";

/** How a technique sends to one reader. */
interface Reader {
  /** Sends an update, and calls `sent` when it has left this process. */
  send(update: Update, sent: (error?: Error | null) => void): void;
  /** From now on the reader receives every update. */
  listen(): unknown;
  /** Cuts the connection, and frees what waits for it. The reader comes back, and its cursor repairs the gap. */
  hangUp: () => void;
}

/**
 * Sends a reader what it has missed, piece by piece: the next piece when the one before has left this process (backpressure). So a
 * reader who stops reading costs one piece, however much it has missed. When the reader has everything, it becomes a listener:
 * in the same step, so no message can slip through between the two or arrive twice.
 * @returns what to call when the reader is gone.
 */
export function catchUp(log: Log, since: unknown, reader: Reader): () => void {
  let gone = false;
  const next = (cursor: unknown) => {
    const update = log.since(cursor);
    const left = waitsFor(reader.hangUp);
    reader.send(update, (error) => {
      left();
      if (gone || error) return;
      if (update.cursor === log.cursor) reader.listen();
      else next(update.cursor);
    });
  };
  next(since);
  return () => {
    gone = true;
    waiting.delete(reader.hangUp);
  };
}

// Of all readers together. A set keeps its order: the first has waited for longest.
const waiting = new Set<() => void>();

/**
 * A piece waits until it has left. If too many wait, the server hangs up on the reader who has been reading it for longest, and not on
 * a new one: otherwise a few who never read would keep all others out.
 * @returns what to call when it has left.
 */
export function waitsFor(hangUp: () => void): () => void {
  waiting.add(hangUp);
  const [longest] = waiting;
  if (longest && waiting.size > limits.pieces) {
    waiting.delete(longest);
    longest();
  }
  return () => waiting.delete(hangUp);
}
