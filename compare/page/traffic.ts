// The traffic of one tap: second by second for the last minute, and in all since the counters were reset.

/** How many seconds a chart shows. */
export const minute = 60;

/** The counters of one tap as the server sends them: since the tap was opened. */
export interface Tap {
  up: { bytes: number };
  down: { bytes: number };
  opened: number;
  connections: number;
}

export class Traffic {
  readonly #seconds = new Map<number, number>(); // the bytes of each second
  #start: Tap | undefined;
  #last: Tap | undefined;
  #openedBefore: number | undefined; // when the latest outage began; undefined before the first counters

  /** Takes the newest counters. Time is in seconds. */
  add(tap: Tap, time: number): void {
    if (this.#last && total(tap) < total(this.#last)) {
      this.#last = undefined; // npm start was started again
      this.reset();
    }
    this.#start ??= tap;
    const second = Math.floor(time);
    const bytes = this.#last ? total(tap) - total(this.#last) : 0;
    this.#last = tap;
    this.#seconds.set(second, (this.#seconds.get(second) ?? 0) + bytes);
    for (const old of this.#seconds.keys()) if (old < second - minute) this.#seconds.delete(old);
  }

  /** Counts from zero, starting with the latest counters. */
  reset(): void {
    this.#start = this.#last;
    this.#seconds.clear();
  }

  /** An outage has begun since the latest counters: new connections count from here on. */
  outageBegins(): void {
    this.#openedBefore = this.#last?.opened;
  }

  /** How many connections are new since the latest outage began. Undefined when it began before the first counters. */
  get openedSinceOutage(): number | undefined {
    return this.#last && this.#openedBefore !== undefined ? this.#last.opened - this.#openedBefore : undefined;
  }

  /** The traffic since the reset, and how many connections are open now. Undefined before the first counters. */
  get sinceReset(): Tap | undefined {
    const [start, last] = [this.#start, this.#last];
    if (!start || !last) return undefined;
    return {
      up: { bytes: last.up.bytes - start.up.bytes },
      down: { bytes: last.down.bytes - start.down.bytes },
      opened: last.opened - start.opened,
      connections: last.connections,
    };
  }

  /** The bytes of each second of the last minute, the oldest first. The last second is not complete yet. */
  bySecond(time: number): { seconds: number[]; bytes: number[] } {
    const seconds = Array.from({ length: minute + 1 }, (_, i) => Math.floor(time) - minute + i);
    return { seconds, bytes: seconds.map((second) => this.#seconds.get(second) ?? 0) };
  }
}

const total = ({ up, down }: Tap) => up.bytes + down.bytes;
