// What an outage did to a pane, derived from the connection states that the pane showed.
import type { Outage } from "../tapped-variant.ts";

export type { Outage };

/** A connection state, and when the pane began to show it. */
export interface StateChange {
  state: string;
  at: number;
}

export interface Effect {
  over: boolean;
  /** How many milliseconds after the start of the outage the pane showed that it was not connected, if it did. */
  noticed: number | undefined;
  /** How many milliseconds after the end of the outage the pane was connected again, if it is. */
  recovered: number | undefined;
}

/** The clock that the pages read and the one that the server reads may differ by some milliseconds, even on one machine. */
const skew = 50;

/** What this outage has done so far. `changes` are in order, the newest last. */
export function effectOf({ since, until = Infinity }: Outage, changes: readonly StateChange[], now: number): Effect {
  const lost = changes.find(({ state, at }) => state !== "connected" && at >= since - skew);
  // The last time counts: a pane that reconnects during an outage may lose the connection again.
  const back = changes.findLast(({ state }) => state === "connected");
  const isBack = lost && back && back.at > lost.at && back === changes.at(-1);
  const over = now >= until;
  return {
    over,
    noticed: lost && Math.max(0, lost.at - since),
    recovered: isBack && over ? Math.max(0, back.at - until) : undefined,
  };
}
