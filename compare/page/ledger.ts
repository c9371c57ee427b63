// Who said what when, and when it arrived where. All panes read one clock, so the difference is the delay.

/** How much of the past is kept of everything here: the page may stay open for days. */
const kept = 2_000;
/** Median and p95 are those of so many last messages. */
const measured = 200;

export interface Measurement {
  pane: string;
  draftId: string;
  milliseconds: number;
  /** Whether the pane has said it itself. */
  own: boolean;
}

export class Reader {
  /** How late the last messages were that others had said, in milliseconds, oldest first. */
  readonly delays: number[] = [];
  /** How many messages have arrived since the count began. */
  arrived = 0;
  /** When a message arrived a second time. */
  readonly duplicates: number[] = [];
  readonly ids = new Set<number>();
  /** The first and the last id that this pane was to read. */
  first = Infinity;
  last = 0;
}

export class Ledger {
  readonly #said = new Map<string, { pane: string; at: number }>(); // by draft
  readonly #early = new Map<string, { pane: string; at: number }[]>(); // arrivals of drafts of which nobody has told us yet
  readonly #seen = new Map<number, number>(); // by id: when a pane had it first
  readonly #readers = new Map<string, Reader>();

  /** What a pane has read. */
  reader(pane: string): Reader {
    let reader = this.#readers.get(pane);
    if (!reader) this.#readers.set(pane, (reader = new Reader()));
    return reader;
  }

  /** A draft is under way. Gives back the delays of those who have it already: news from two panes may overtake each other. */
  sending(pane: string, draftId: string, at: number): Measurement[] {
    if (this.#said.has(draftId)) return []; // the pane was reloaded, and sends it again
    this.#said.set(draftId, { pane, at });
    forget(this.#said);
    const early = this.#early.get(draftId) ?? [];
    this.#early.delete(draftId);
    return early.map((arrival) => this.#measure(arrival.pane, draftId, arrival.at)!);
  }

  /**
   * A message arrived. What was said before the pane was there is no measurement.
   * @returns how late it was, once somebody is known to have said it.
   */
  arrived(pane: string, id: number, draftId: string, at: number, before: boolean): Measurement | undefined {
    const reader = this.reader(pane);
    if (reader.ids.has(id)) {
      reader.duplicates.push(at);
      return undefined;
    }
    reader.ids.add(id);
    forget(reader.ids);
    reader.first = Math.min(reader.first, id);
    reader.last = Math.max(reader.last, id);
    if (!this.#seen.has(id)) this.#seen.set(id, at);
    forget(this.#seen);
    if (before) return undefined;
    reader.arrived += 1;
    return this.#measure(pane, draftId, at);
  }

  /** The pane replaces what it shows: what arrives now may have been there before. */
  cleared(pane: string): void {
    this.reader(pane).ids.clear();
  }

  /** How many messages, said since then, this pane should have and has not. Those that were seen after `until` may be under way. */
  lost(pane: string, since: number, until: number): number {
    const { ids, first, last } = this.reader(pane);
    let lost = 0;
    for (const [id, at] of this.#seen)
      if (at >= since && id > first && !ids.has(id) && (id < last || at < until)) lost += 1;
    return lost;
  }

  /** Counts and delays begin anew. What is lost or a duplicate is known only of what is kept. */
  startOver(): void {
    for (const reader of this.#readers.values()) {
      reader.delays.length = 0;
      reader.arrived = 0;
    }
  }

  // A pane's own messages do not count: a poller asks at once after it has posted, and would look fast.
  #measure(pane: string, draftId: string, at: number): Measurement | undefined {
    const said = this.#said.get(draftId);
    if (!said) {
      this.#early.set(draftId, [...(this.#early.get(draftId) ?? []), { pane, at }]);
      forget(this.#early);
      return undefined;
    }
    const milliseconds = Math.max(0, at - said.at);
    const { delays } = this.reader(pane);
    const own = said.pane === pane;
    if (!own) delays.push(milliseconds);
    if (delays.length > measured) delays.shift();
    return { pane, draftId, milliseconds, own };
  }
}

/** The value below which this part of the values lies (nearest rank), if there are any. */
export function quantile(values: readonly number[], part: number): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(part * values.length) - 1)];
}

/** Forgets the oldest. A Set and a Map remember in which order they were filled. */
function forget(of: Map<unknown, unknown> | Set<unknown>) {
  for (const key of of.keys()) {
    if (of.size <= kept) return;
    of.delete(key);
  }
}
