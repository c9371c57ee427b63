// Who has heard what, and when. Each text begins with a number, so that what is lost or comes twice shows, and how long it took.
import { createHistogram } from "node:perf_hooks";

const update = Buffer.from('"msg":[');
const mark = Buffer.from('"text":"#');
const digits = 8;

/** A text of so many characters with its number in front. */
export function numbered(number: number, characters: number): string {
  return `#${String(number).padStart(digits, "0")} `.padEnd(characters, "the same chat, four ways; ");
}

/** One listener: the newest number that came, and which of the 32 up to it have come (a bit for each, the newest lowest). */
export interface Ear {
  newest: number;
  came: number;
}

export class Hearing {
  /** Messages posted, deliveries made, and deliveries that came again (or too late to tell). */
  posted = 0;
  delivered = 0;
  duplicates = 0;
  /** Milliseconds from post to arrival, in whole microseconds. */
  latency = createHistogram();
  #sent: number[] = [];
  #awaited = 0;
  #done = () => {};

  /** How many deliveries are still to come. */
  get awaited(): number {
    return this.#awaited;
  }

  /** The next text, for so many listeners. */
  next(listeners: number, characters: number): string {
    this.#sent[++this.posted] = performance.now();
    this.#awaited += listeners;
    return numbered(this.posted, characters);
  }

  /** Resolves when everything posted so far was delivered, or after so many milliseconds. */
  async all(milliseconds: number): Promise<void> {
    if (this.#awaited === 0) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#done = resolve;
      timer = setTimeout(resolve, milliseconds);
    });
    this.#done = () => {};
    clearTimeout(timer);
  }

  /** From now on counts anew, and gives up what has not come. */
  reset(): void {
    this.delivered = this.duplicates = this.#awaited = 0;
    this.latency = createHistogram();
  }

  /** Whether this is news. Acknowledgements and greetings are none. */
  isNews(text: Buffer): boolean {
    return text.includes(update);
  }

  /** What came before anybody was counting: from here on it is old. */
  skip(ear: Ear, text: Buffer): void {
    for (const number of numbers(text)) ear.newest = Math.max(ear.newest, number);
    ear.came = -1;
  }

  /** News came in for this listener. */
  hear(ear: Ear, text: Buffer): void {
    const now = performance.now();
    for (const number of numbers(text)) {
      if (!isNew(ear, number)) {
        this.duplicates += 1;
        continue;
      }
      this.delivered += 1;
      this.latency.record(Math.max(1, Math.round((now - this.#sent[number]!) * 1_000)));
      if (--this.#awaited === 0) this.#done();
    }
  }
}

// Posts that are under way together may be accepted in another order, so a lower number is not a repeat by itself.
function isNew(ear: Ear, number: number): boolean {
  const ahead = number - ear.newest;
  if (ahead > 0) {
    ear.came = ahead > 31 ? 1 : (ear.came << ahead) | 1;
    ear.newest = number;
    return true;
  }
  const bit = 1 << -ahead;
  if (ahead < -31 || ear.came & bit) return false;
  ear.came |= bit;
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
