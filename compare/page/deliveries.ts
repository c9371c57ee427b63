// Which pane sent a message and when, and when the message arrived in each pane. All panes read the clock of the computer, so the
// difference is the latency.

/** How many entries each list here keeps. The page may stay open for days. */
const maxEntries = 2_000;
/** Median and p95 come from this many latest messages. */
const maxLatencies = 200;

export interface Measurement {
  pane: string;
  draftId: string;
  milliseconds: number;
  /** Whether this pane sent the message. */
  own: boolean;
}

/** What one pane has received. */
export class Receipts {
  /** The latencies of the latest messages that other panes sent, in milliseconds, oldest first. */
  readonly latencies: number[] = [];
  /** How many messages have arrived since the counters were reset. */
  arrived = 0;
  /** When a message arrived a second time. */
  readonly duplicates: number[] = [];
  readonly ids = new Set<number>();
  /** The lowest and the highest id that has arrived. */
  first = Infinity;
  last = 0;
}

export class Deliveries {
  readonly #sent = new Map<string, { pane: string; at: number; seen?: boolean }>(); // by draft id; seen in any pane
  readonly #early = new Map<string, { pane: string; at: number }[]>(); // arrivals of drafts whose sending is not reported yet
  readonly #firstSeen = new Map<number, number>(); // by message id: when the first pane had it
  readonly #receipts = new Map<string, Receipts>(); // by pane

  /** What this pane has received. */
  receipts(pane: string): Receipts {
    let receipts = this.#receipts.get(pane);
    if (!receipts) this.#receipts.set(pane, (receipts = new Receipts()));
    return receipts;
  }

  /**
   * A pane sends a draft.
   * @returns the measurements of panes that have received it already: the reports of two panes may overtake each other.
   */
  sending(pane: string, draftId: string, at: number): Measurement[] {
    if (this.#sent.has(draftId)) return []; // the pane was reloaded and sends it again
    this.#sent.set(draftId, { pane, at });
    dropOldest(this.#sent);
    const early = this.#early.get(draftId) ?? [];
    this.#early.delete(draftId);
    return early.flatMap((arrival) => this.#measure(arrival.pane, draftId, arrival.at) ?? []);
  }

  /**
   * A message arrived. `before` means that it was sent before the pane was open: then its latency means nothing.
   * @returns its latency, if a pane has reported that it sent the message.
   */
  arrived(pane: string, id: number, draftId: string, at: number, before: boolean): Measurement | undefined {
    const sent = this.#sent.get(draftId);
    if (sent) sent.seen = true;
    const receipts = this.receipts(pane);
    if (receipts.ids.has(id)) {
      receipts.duplicates.push(at);
      return undefined;
    }
    receipts.ids.add(id);
    dropOldest(receipts.ids);
    receipts.first = Math.min(receipts.first, id);
    receipts.last = Math.max(receipts.last, id);
    if (!this.#firstSeen.has(id)) this.#firstSeen.set(id, at);
    dropOldest(this.#firstSeen);
    if (before) return undefined;
    receipts.arrived += 1;
    return this.#measure(pane, draftId, at);
  }

  /** The pane emptied its list: messages may rightly arrive a second time. */
  cleared(pane: string): void {
    this.receipts(pane).ids.clear();
  }

  /** The id of the newest message that any pane has received, or 0. */
  get newest(): number {
    return Math.max(0, ...Array.from(this.#receipts.values(), ({ last }) => last));
  }

  /** How many messages sent after `since` this pane lacks. Messages that were first seen after `until` may still be on their way. */
  lost(pane: string, since: number, until: number): number {
    const { ids, first, last } = this.receipts(pane);
    let lost = 0;
    for (const [id, at] of this.#firstSeen)
      if (at >= since && id > first && !ids.has(id) && (id < last || at < until)) lost += 1;
    return lost;
  }

  /** Whether this pane has all that was sent, or was first seen in another pane, between these two times. */
  caughtUp(pane: string, since: number, until: number): boolean {
    const onTheirWay = Array.from(this.#sent.values()).some(({ at, seen }) => at >= since && at < until && !seen);
    return !onTheirWay && this.lost(pane, since, until) === 0;
  }

  /** Resets counts and latencies. The ids stay, because lost messages and duplicates are found with them. */
  reset(): void {
    for (const receipts of this.#receipts.values()) {
      receipts.latencies.length = 0;
      receipts.arrived = 0;
    }
  }

  // A pane's own messages do not count: polling asks right after it has posted, and would look fast.
  #measure(pane: string, draftId: string, at: number): Measurement | undefined {
    const sent = this.#sent.get(draftId);
    if (!sent) {
      this.#early.set(draftId, [...(this.#early.get(draftId) ?? []), { pane, at }]);
      dropOldest(this.#early);
      return undefined;
    }
    sent.seen = true;
    // A page that was reloaded finds its drafts in the outbox, and reports them as sent now. Some have arrived long ago.
    const milliseconds = at - sent.at;
    if (milliseconds < 0) return undefined;
    const { latencies } = this.receipts(pane);
    const own = sent.pane === pane;
    if (!own) latencies.push(milliseconds);
    if (latencies.length > maxLatencies) latencies.shift();
    return { pane, draftId, milliseconds, own };
  }
}

/** The quantile by the nearest-rank method: 0.5 is the median. Undefined without values. */
export function quantile(values: readonly number[], part: number): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(part * values.length) - 1)];
}

/** Drops the oldest entries. A Set and a Map keep the order in which they were filled. */
function dropOldest(of: Map<unknown, unknown> | Set<unknown>) {
  for (const key of of.keys()) {
    if (of.size <= maxEntries) return;
    of.delete(key);
  }
}
