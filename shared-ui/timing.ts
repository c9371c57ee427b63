/** The timing of the page, in milliseconds unless the line says otherwise. The limits of the servers are in shared-chat/limits.ts. */
export const timing = {
  /** Without any update for this long the connection is taken for dead. A healthy server sends a heartbeat every 15 s. */
  watchdog: 35_000,
  /** The pause between two polls. */
  poll: 3_000,
  /** A request without an answer by then has failed. Without this limit, a stopped server would hold it for as long as it is stopped. */
  request: 10_000,
  /** A draft without an acknowledgement by then is sent again, with the same draft id. */
  acknowledgement: 10_000,
  /** The shortest pause before a retry, and the most that jitter adds to it. */
  retry: 500,
  retryMost: 20_000,
  /** A connection that lasted this long was a good one: the next pause is short again. */
  stable: 5_000,
  /** A page that is not on the screen is drawn this often. One that is, once in a frame. */
  unseen: 250,
  /** How many messages stay on the screen. */
  shown: 1_000,
};

// The tests cannot wait 35 seconds for each promise, and a small frame has room for few messages: both set some of these
// before this script runs. Nothing else does.
Object.assign(timing, (globalThis as { pageTiming?: Partial<typeof timing> }).pageTiming);

/**
 * How long to wait before the next try after so many failures in a row, in milliseconds: exponential backoff with jitter.
 * The upper bound doubles with each failure, so a server in trouble is left alone. The jitter spreads the clients: without it,
 * all that were cut together come back together (a reconnect storm).
 */
export function retryDelay(failures: number): number {
  return timing.retry + Math.random() * Math.min(timing.retryMost, timing.retry * 2 ** failures);
}
