/**
 * The numbers of the chat, the same for all four techniques. Times are milliseconds, sizes are
 * bytes unless the line says otherwise. Tests shorten them; nothing else writes to them.
 */
export const numbers = {
  /** Longest text and name, in code points after trimming. */
  text: 2_000,
  name: 32,
  /** The largest body, frame or packet that a server reads. The longest draft fits, even with every character escaped. */
  packet: 32 * 1024,
  /** How many messages the log keeps. Whoever missed no more than these misses nothing. */
  kept: 1_000,
  /** How many messages a newcomer is told, or somebody who cannot be continued. */
  first: 200,
  /** How many drafts are remembered, so that a repeat is still known when its message is no longer kept. */
  drafts: 10_000,
  /** After this much silence the log tells an empty news, so that a silent connection is a broken one. */
  heartbeat: 15_000,
  /** A peer is pinged this often, and is gone when no pong comes back within the second number. */
  ping: 15_000,
  pong: 10_000,
  /** What may wait unsent for one slow reader, beyond its first news, before the server cuts it. */
  unsent: 1024 * 1024,
  /** How long a server that stops waits for its connections to end by themselves. */
  grace: 2_000,
};
