// What can happen to a connection, on purpose: the same for all four techniques, because it happens to bytes and not to
// messages. Each outage ends by itself, whether or not the page that ordered it is still there.
import { setTimeout as pause } from "node:timers/promises";
import type { Tap } from "./tap.ts";

export const kinds = ["cut", "freeze", "slow", "refuse", "restart"] as const;
export type Kind = (typeof kinds)[number];

/** How long each outage lasts, in milliseconds. A restart lasts as long as it takes. Tests shorten them. */
export const lasting: Record<Kind, number | undefined> = {
  cut: 0,
  freeze: 20_000,
  slow: 20_000,
  refuse: 10_000,
  restart: undefined,
};

/** By how many milliseconds a slow network is late, each way. */
const late = 300;

/**
 * Lets an outage happen, and resolves when it is over: by itself, or at once when the signal is aborted.
 * @throws what `restart` throws; and the error of `listen`, when somebody took the port of a tap that refused.
 */
export async function happen(kind: Kind, tap: Tap, restart: () => Promise<void>, end: AbortSignal): Promise<void> {
  const over = () => pause(lasting[kind], undefined, { signal: end }).catch(() => {});

  switch (kind) {
    case "cut": // a router that lost its memory: both ends are told at once
      return tap.cut();
    case "freeze": // an unplugged cable: nobody is told anything
      tap.freeze();
      await over();
      return tap.thaw();
    case "slow": // the other side of the world, and back
      tap.delay = late;
      await over();
      tap.delay = 0;
      return undefined;
    case "refuse": // a server that is gone: whoever was connected is cut, and nobody gets in
      tap.refuse();
      tap.cut();
      await over();
      return tap.accept();
    case "restart": // a new version: it says goodbye, and is back with what it knew
      return restart();
  }
}
