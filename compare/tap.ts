// A tap on the wire: a TCP proxy in front of a server, the same for every technique, TLS included. It counts what really
// crosses, and it is the one switch for outages: cut, freeze, delay, throttle, refuse.
import { once } from "node:events";
import { type AddressInfo, createServer, Socket } from "node:net";
import { setTimeout as timer } from "node:timers/promises";

/** What crossed in one direction. A segment is one read from the network: what TCP delivered at once. */
export interface Count {
  bytes: number;
  segments: number;
}

// What may wait in the tap, in one direction of one connection, before it stops reading: the sender is to feel a slow
// reader. A long line holds more by itself, and its length must not make it narrow.
const room = 64 * 1024;
const roomOfLongLine = 4 * 1024 * 1024;

/** A throttled line passes its bytes in so many portions a second: evenly, and not a big one after a long wait. */
const portions = 20;

const loopback = "127.0.0.1";

// Keeps no process alive: a connection that waits does.
const sleep = (milliseconds: number) => timer(milliseconds, undefined, { ref: false });

export class Tap {
  /** From the clients to the server, since the tap was opened. */
  readonly up: Count = { bytes: 0, segments: 0 };
  /** From the server to the clients. */
  readonly down: Count = { bytes: 0, segments: 0 };
  /** Connections that clients have opened so far. */
  opened = 0;
  /** By how many milliseconds everything is late, each way. */
  delay = 0;
  /** How many bytes pass in a second, each way of each connection. */
  throttle = Infinity;
  /** The port of the server behind the tap. It may change: a server that restarts elsewhere. */
  target: number;

  readonly #server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.#join(client));
  readonly #sockets = new Set<Socket>(); // both ends of every connection
  #connections = 0;
  #port = 0;
  #thawed = Promise.resolve();
  #thaw: (() => void) | undefined;

  constructor(target: number) {
    this.target = target;
  }

  /**
   * Opens the tap on this port of the loopback interface; 0 lets the system choose.
   * @throws the error of `listen`, such as EADDRINUSE.
   */
  async open(port = 0): Promise<this> {
    this.#server.listen(port, loopback);
    await once(this.#server, "listening");
    this.#port = (this.#server.address() as AddressInfo).port;
    return this;
  }

  /** Where clients reach the server through the tap. */
  get port(): number {
    return this.#port;
  }

  /** Connections of clients that are open now. */
  get connections(): number {
    return this.#connections;
  }

  /** Resets every connection, at both ends, in the middle of whatever is under way. */
  cut(): void {
    for (const socket of this.#sockets) reset(socket);
  }

  /**
   * From now on nothing passes and nothing closes: an unplugged cable, a stopped machine. Neither end is told. A newcomer
   * finds somebody who picks up (the system does, before any program is asked) and never says a word.
   */
  freeze(): void {
    if (this.#thaw) return;
    this.#thawed = new Promise((resolve) => (this.#thaw = resolve));
    for (const socket of this.#sockets) socket.pause();
  }

  /** Ends a freeze. What was held back passes. */
  thaw(): void {
    if (!this.#thaw) return;
    this.#thaw();
    this.#thaw = undefined;
    for (const socket of this.#sockets) socket.resume();
  }

  /** From now on every new connection is refused, as if nobody listened. Those that are open stay. */
  refuse(): void {
    if (this.#server.listening) this.#server.close();
  }

  /**
   * Ends a refusal.
   * @throws the error of `listen`: somebody else may have taken the port meanwhile.
   */
  async accept(): Promise<void> {
    if (!this.#server.listening) await this.open(this.#port);
  }

  /** Ends the tap, and every connection through it. */
  async close(): Promise<void> {
    this.refuse();
    const closed = Array.from(this.#sockets, (socket) => new Promise((resolve) => socket.once("close", resolve)));
    this.cut();
    this.thaw();
    await Promise.all(closed);
  }

  #join(client: Socket) {
    this.opened += 1;
    this.#connections += 1;
    client.on("close", () => (this.#connections -= 1));

    const server = new Socket({ allowHalfOpen: true });
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    }
    this.#pass(client, server, this.up);
    this.#pass(server, client, this.down);
    if (this.#thaw) client.pause();
    void this.#thawed.then(() => {
      if (!server.destroyed) server.connect({ port: this.target, host: loopback, noDelay: true });
    });
  }

  /** Hands everything on that comes from one socket to the other: in order, late if it must be, and no faster than it is read. */
  #pass(from: Socket, to: Socket, count: Count) {
    const waiting: { chunk: Buffer; due: number }[] = [];
    let bytes = 0; // how much of it
    let ended = false;
    let passing = false;
    let free = 0; // when a throttled line has room again

    // Without delay this runs to its end at once: the fast path has no timer and no promise.
    const pass = async () => {
      passing = true;
      for (let next; (next = waiting[0]);) {
        const late = next.due - performance.now();
        if (late > 0) await sleep(late);
        const [chunk, rest] = this.#portion(next.chunk);
        if (this.throttle < Infinity) {
          free = Math.max(free, performance.now()) + (chunk.length / this.throttle) * 1_000;
          await sleep(free - performance.now());
        }
        while (this.#thaw) await this.#thawed;
        if (to.destroyed) return;
        if (!to.write(chunk)) await drained(to);
        if (rest.length > 0) next.chunk = rest;
        else waiting.shift();
        bytes -= chunk.length;
        if (from.isPaused() && bytes < this.#room && !this.#thaw) from.resume();
      }
      if (ended) {
        while (this.#thaw) await this.#thawed;
        to.end();
      }
      passing = false;
    };

    from.on("data", (chunk) => {
      count.bytes += chunk.length;
      count.segments += 1;
      waiting.push({ chunk, due: performance.now() + this.delay });
      bytes += chunk.length;
      if (bytes >= this.#room) from.pause();
      if (!passing) void pass();
    });
    from.on("end", () => {
      ended = true;
      if (!passing) void pass();
    });
    from.on("error", () => {}); // a reset, or nobody there; "close" follows
    from.on("close", async (broken) => {
      if (ended && !broken) return;
      if (this.delay > 0) await sleep(this.delay); // a reset overtakes nothing either
      while (this.#thaw) await this.#thawed;
      reset(to);
    });
  }

  get #room() {
    return this.delay > 0 ? roomOfLongLine : room;
  }

  /** What of this passes at once, and the rest. */
  #portion(chunk: Buffer): [Buffer, Buffer] {
    const size = Math.max(1, Math.floor(this.throttle / portions));
    return [chunk.subarray(0, size), chunk.subarray(size)];
  }
}

/** Ends a connection at once, so that the other end sees an error and not a goodbye. */
function reset(socket: Socket) {
  // A goodbye that is just under way cannot be called back: the system refuses the reset, and the socket would stay for ever.
  const leaving = socket.writableEnded && !socket.writableFinished && socket.writableLength === 0;
  if (leaving) socket.destroy();
  else socket.resetAndDestroy();
}

/** Resolves when the socket takes more, or never will. */
function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      socket.off("drain", done).off("close", done);
      resolve();
    };
    if (socket.destroyed) done();
    else socket.on("drain", done).on("close", done);
  });
}
