/** The numbers of the page, in milliseconds unless the line says otherwise. The server's are in shared-chat/numbers.ts. */
export const numbers = {
  /** Without any news for so long the connection is taken for dead. A server in good health sends a heartbeat every 15 s. */
  watchdog: 35_000,
  /** The pause between two polls. */
  poll: 3_000,
  /** A request without an answer by then has failed; a stopped server would keep it for as long as it is stopped. */
  request: 10_000,
  /** A draft without an answer by then is sent again, as the same draft. */
  acknowledgement: 10_000,
  /** The shortest pause before a new try, and by how much chance may lengthen it at most. */
  retry: 500,
  retryMost: 20_000,
  /** A connection that held for so long was a good one: the next pause is short again. */
  stable: 5_000,
  /** How many messages stay on the screen. */
  shown: 1_000,
};

// The tests cannot wait 35 seconds for each promise, and a frame has little room: both set some of them before this script
// runs. Nothing else does.
Object.assign(numbers, (globalThis as { pageNumbers?: Partial<typeof numbers> }).pageNumbers);
