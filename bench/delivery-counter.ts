// Counts deliveries: which message has reached which client, and how long it took. Each text begins with a number, so losses
// and duplicates show.
import { createHistogram } from "node:perf_hooks";

const update = Buffer.from('"msg":[');
const mark = Buffer.from('"text":"#');
const digits = 8;

/** A text of this many characters that begins with its number. */
export function numbered(number: number, characters: number): string {
  return `#${String(number).padStart(digits, "0")} `.padEnd(characters, "the same chat, four ways; ");
}

/** One client: the newest number that it received, and which of the 32 up to it (one bit for each, the newest lowest). */
export interface Receiver {
  newest: number;
  received: number;
  /** The number of its room, if it is in one besides the lobby. */
  room?: number | undefined;
}

export class DeliveryCounter {
  /** Messages posted, deliveries made, and deliveries that arrived again (or too late to know). */
  posted = 0;
  delivered = 0;
  duplicates = 0;
  /** Deliveries to somebody who is not in the room, or to more people than the message was for. */
  astray = 0;
  /** From post to arrival, in whole microseconds. */
  latency = createHistogram();
  /** When each message was posted, in which room, and how many receivers do not have it yet. */
  readonly #messages: { postedAt: number; room: number | undefined; missing: number }[] = [];
  #outstanding = 0;
  #done = () => {};

  /** How many deliveries are still to come. */
  get outstanding(): number {
    return this.#outstanding;
  }

  /** The text of the next message, which goes to this many receivers: those in this room, or everybody. */
  next(receivers: number, characters: number, room?: number): string {
    this.#messages[++this.posted] = { postedAt: performance.now(), room, missing: receivers };
    this.#outstanding += receivers;
    return numbered(this.posted, characters);
  }

  /** Resolves when everything posted so far is delivered, or after this many milliseconds. */
  async all(milliseconds: number): Promise<void> {
    if (this.#outstanding === 0) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#done = resolve;
      timer = setTimeout(resolve, milliseconds);
    });
    this.#done = () => {};
    clearTimeout(timer);
  }

  /** Starts a new count, and gives up what has not arrived. */
  reset(): void {
    this.delivered = this.duplicates = this.astray = this.#outstanding = 0;
    this.latency = createHistogram();
  }

  /** Whether this is an update, and not an acknowledgement or a greeting. */
  isUpdate(text: Buffer): boolean {
    return text.includes(update);
  }

  /** An update from before the count. Its messages are old from now on. */
  skip(receiver: Receiver, text: Buffer): void {
    for (const number of numbers(text)) receiver.newest = Math.max(receiver.newest, number);
    receiver.received = -1;
  }

  /** An update has reached this receiver. */
  receive(receiver: Receiver, text: Buffer): void {
    const now = performance.now();
    for (const number of numbers(text)) {
      const message = this.#messages[number]!;
      if (message.room !== undefined && message.room !== receiver.room) {
        this.astray += 1;
        continue;
      }
      if (!isNew(receiver, number)) {
        this.duplicates += 1;
        continue;
      }
      if (message.missing === 0) {
        this.astray += 1;
        continue;
      }
      message.missing -= 1;
      this.delivered += 1;
      this.latency.record(Math.max(1, Math.round((now - message.postedAt) * 1_000)));
      if (--this.#outstanding === 0) this.#done();
    }
  }
}

// Posts that are under way together may be accepted in another order, so a lower number alone does not make a duplicate.
function isNew(receiver: Receiver, number: number): boolean {
  const ahead = number - receiver.newest;
  if (ahead > 0) {
    receiver.received = ahead > 31 ? 1 : (receiver.received << ahead) | 1;
    receiver.newest = number;
    return true;
  }
  const bit = 1 << -ahead;
  if (ahead < -31 || receiver.received & bit) return false;
  receiver.received |= bit;
  return true;
}

function numbers(text: Buffer): number[] {
  const found: number[] = [];
  let at = text.indexOf(update);
  if (at < 0) return found;
  while ((at = text.indexOf(mark, at)) >= 0) {
    at += mark.length;
    let number = 0;
    for (const end = at + digits; at < end; at++) number = number * 10 + text[at]! - 48;
    found.push(number);
  }
  return found;
}
