// What crossed a tap, second by second, for the last minute; and in all, since the count began.

/** How many seconds a chart shows. */
export const minute = 60;

/** The numbers of one tap, as the server tells them: since it was opened. */
export interface Tap {
  up: { bytes: number };
  down: { bytes: number };
  opened: number;
  connections: number;
}

export class Traffic {
  readonly #seconds = new Map<number, number>(); // bytes, by the second in which they crossed
  #start: Tap | undefined;
  #last: Tap | undefined;

  /** Takes the newest numbers. Time is in seconds. */
  add(tap: Tap, time: number): void {
    if (this.#last && total(tap) < total(this.#last)) this.forget(); // another server
    this.#start ??= tap;
    const second = Math.floor(time);
    const bytes = this.#last ? total(tap) - total(this.#last) : 0;
    this.#last = tap;
    this.#seconds.set(second, (this.#seconds.get(second) ?? 0) + bytes);
    for (const old of this.#seconds.keys()) if (old < second - minute) this.#seconds.delete(old);
  }

  /** Everything counts from zero, from the last numbers on. */
  startOver(): void {
    this.#start = this.#last;
    this.#seconds.clear();
  }

  /** The same, from the next numbers on: what crossed since the last ones is none of our business. */
  forget(): void {
    this.#last = undefined;
    this.startOver();
  }

  /** What crossed since the count began, and the connections that are open now. */
  get since(): Tap {
    const [start, last] = [this.#start, this.#last];
    if (!start || !last) return { up: { bytes: 0 }, down: { bytes: 0 }, opened: 0, connections: 0 };
    return {
      up: { bytes: last.up.bytes - start.up.bytes },
      down: { bytes: last.down.bytes - start.down.bytes },
      opened: last.opened - start.opened,
      connections: last.connections,
    };
  }

  /** The bytes of each second of the last minute, the oldest first; the last one is not over. */
  bySecond(time: number): { seconds: number[]; bytes: number[] } {
    const seconds = Array.from({ length: minute + 1 }, (_, i) => Math.floor(time) - minute + i);
    return { seconds, bytes: seconds.map((second) => this.#seconds.get(second) ?? 0) };
  }
}

const total = ({ up, down }: Tap) => up.bytes + down.bytes;
