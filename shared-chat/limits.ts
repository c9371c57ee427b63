/**
 * The limits of the chat, the same for all four techniques. Times are milliseconds and sizes are bytes, unless the line
 * says otherwise. Tests shorten them; nothing else writes to them. What only the page needs is in shared-ui/timing.ts.
 */
export const limits = {
  /** The longest text and the longest name, in code points after trimming. */
  text: 2_000,
  name: 32,
  /** The largest body, frame or packet that a server reads. The longest draft fits, even with every character escaped. */
  packet: 32 * 1024,
  /** How many messages the log keeps. A reader who missed no more than these misses nothing. */
  kept: 1_000,
  /** How many messages a first update brings when there is no cursor to continue from. */
  first: 200,
  /** How many draft ids are remembered, so that a repeat is recognised when its message is no longer kept. */
  drafts: 10_000,
  /** After this much silence the log sends an empty update: the heartbeat. Without it, silence and a dead peer look the same. */
  heartbeat: 15_000,
  /** How often a server pings a peer, and how long it waits for the pong before it gives the connection up. */
  ping: 15_000,
  pong: 10_000,
  /**
   * The largest update of a catch-up, in bytes of JSON; the next one follows when this one has left the process. It is the memory that
   * a reader who does not read can take. The newest 200 messages of an ordinary chat fit into one.
   */
  piece: 256 * 1024,
  /** How many pieces may wait for all readers together, 100 MiB. Beyond it the server hangs up on the reader who has taken longest. */
  pieces: 400,
  /** The backlog of a slow consumer: what may wait unsent for one client, beyond its first update, before the server hangs up. */
  backlog: 1024 * 1024,
  /** How many drafts may be refused on one connection. After that it is no person, and the server hangs up. */
  refusals: 50,
  /** A connection on which nothing moves for this long is closed. Longer than the pause between two polls, or each poll would open a new connection. */
  idle: 65_000,
  /** How long a stopping server waits for its connections to end by themselves. */
  grace: 2_000,
};
