// Outages on purpose. They happen to bytes and not to messages, so they are the same for all four techniques. Each outage
// ends on its own, whether or not the page that started it is still open.
import { setTimeout as pause } from "node:timers/promises";
import type { Tap } from "./tap.ts";

export const kinds = ["cut", "freeze", "slow", "refuse", "restart"] as const;
export type Kind = (typeof kinds)[number];

/** How long each outage lasts, in milliseconds. A restart lasts as long as it takes. Tests shorten them. */
export const durations: Record<Kind, number | undefined> = {
  cut: 0,
  freeze: 40_000, // longer than the watchdog of the page waits
  slow: 20_000,
  refuse: 10_000,
  restart: undefined,
};

/** The delay of a slow network, in milliseconds each way. */
export const slowDelay = 300;

/**
 * Runs an outage, and resolves when it is over: after its duration, or at once when the signal is aborted.
 * @throws what `restart` throws; and the error of `listen`, when another program took the port of a tap that refused.
 */
export async function runOutage(
  kind: Kind,
  tap: Tap,
  restart: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const over = () => pause(durations[kind], undefined, { signal }).catch(() => {});

  switch (kind) {
    case "cut": // a router that lost its memory: both ends get a reset at once
      return tap.cut();
    case "freeze": // an unplugged cable: neither end gets any sign
      tap.freeze();
      await over();
      return tap.thaw();
    case "slow": // a server on the other side of the world
      tap.delay = slowDelay;
      await over();
      tap.delay = 0;
      return undefined;
    case "refuse": // a server that crashed: open connections are cut, new ones are refused
      tap.refuse();
      tap.cut();
      await over();
      return tap.accept();
    case "restart": // a deployment: the server closes its connections, and a new one starts with the same log
      return restart();
  }
}
