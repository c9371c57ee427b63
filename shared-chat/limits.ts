/**
 * The limits of the chat, the same for all four techniques. Times are milliseconds and sizes are bytes, unless the line
 * says otherwise. Tests shorten them, and RATE_LIMIT=off lifts the one on posts. What only the page needs is in shared-ui/timing.ts.
 */
export const limits = {
  /** The longest text and the longest name, in code points after trimming. */
  text: 2_000,
  name: 32,
  /** The largest body, frame or packet that a server reads. The longest draft fits, even with every character escaped. */
  packet: 32 * 1024,
  /** How many messages of each room the log keeps. A reader who missed no more than these misses nothing. */
  kept: 1_000,
  /** How many bytes of JSON all rooms and conversations may keep together. Beyond it the largest of them forgets its oldest message. */
  memory: 200 * 1024 * 1024,
  /** How many messages of a room a first update brings when there is no cursor to continue from. Of all rooms together no more than are kept of one. */
  first: 200,
  /** How many draft ids are remembered, so that a repeat is recognised when its message is no longer kept. */
  drafts: 10_000,
  /** How often the log sends an empty update to everybody: the heartbeat. Without it, silence and a dead peer look the same. */
  heartbeat: 15_000,
  /** How often a server pings a peer, and how long it waits for the pong before it gives the connection up. */
  ping: 15_000,
  pong: 10_000,
  /**
   * The largest update of a catch-up, in bytes of JSON; the next one follows when this one has left the process. It is the memory that
   * a reader who does not read can take.
   */
  piece: 256 * 1024,
  /** The most that comes of rooms that begin anew, in bytes of JSON. The newest 200 messages fit, even if all are as long as can be. */
  begin: 2.5 * 1024 * 1024,
  /** How many bytes may wait for all readers who catch up, together. Beyond it the server hangs up on the reader who has taken longest. */
  waiting: 100 * 1024 * 1024,
  /** The backlog of a slow consumer: what may wait unsent for one client, beyond its first update, before the server hangs up. */
  backlog: 1024 * 1024,
  /** How many drafts may be refused on one connection. After that it is no person, and the server hangs up. */
  refusals: 50,
  /** How many entries of the journal may be kept although they are not needed any more. They are taken away together. */
  unneeded: 2_000,
  /** A store that has not answered for this long is away: the log falls silent, so that people go to another server. */
  away: 15_000,
  /** How many rooms there may be, how many of them for one person, and how many accounts. */
  rooms: 100,
  roomsEach: 20,
  people: 10_000,
  /** How many messages one address may post within so many seconds. */
  posts: { points: 20, duration: 4 },
  /** How many rooms one person may join or leave within so many seconds. Each time their connections come back. */
  moves: { points: 20, duration: 60 },
  /** How many passwords are hashed at once. Each takes a core and 32 MiB for about 0.2 s. */
  hashes: 4,
  /** How often one address may try to sign in under one name, and under all names together, within so many seconds. */
  signIns: { points: 5, duration: 60 },
  signInsOfAll: { points: 100, duration: 24 * 60 * 60 },
  /** A session ends by itself after this time: 12 hours. */
  session: 12 * 60 * 60 * 1000,
  /** How many events the super user can look back on. */
  audit: 200,
  /** A connection on which nothing moves for this long is closed. Longer than the pause between two polls, or each poll would open a new connection. */
  idle: 65_000,
  /** How long a stopping server waits for its connections to end by themselves. */
  grace: 2_000,
};
