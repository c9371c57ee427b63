// What an outage did to a pane, read from the words that the pane showed for its connection.
import type { Outage } from "../tapped-variant.ts";

export type { Outage };

/** The word that a pane showed from then on. */
export interface Shown {
  state: string;
  at: number;
}

export interface Effect {
  over: boolean;
  /** After how many milliseconds the pane said that it is no longer connected, if it did. */
  noticed: number | undefined;
  /** How many milliseconds after the end of the outage it was connected again, if it is. */
  recovered: number | undefined;
}

/** Two clocks of one machine: what pages read and what the server reads differ by some milliseconds. */
const skew = 50;

/** What this outage did, as far as it is known now. `shown`: the newest last. */
export function effectOf({ since, until = Infinity }: Outage, shown: readonly Shown[], now: number): Effect {
  const gone = shown.find(({ state, at }) => state !== "connected" && at >= since - skew);
  // The last time counts: whoever comes back in the middle of an outage may lose the connection again.
  const back = shown.findLast(({ state }) => state === "connected");
  const isBack = gone && back && back.at > gone.at && back === shown.at(-1);
  const over = now >= until;
  return {
    over,
    noticed: gone && Math.max(0, gone.at - since),
    recovered: isBack && over ? Math.max(0, back.at - until) : undefined,
  };
}
