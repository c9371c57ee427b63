// A tap on the wire: a TCP proxy in front of a server, the same for every technique, TLS included. It counts what really
// crosses, and it is the one switch for outages: cut, freeze, delay, throttle, refuse.
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** What crossed in one direction. A segment is one read from the network: what TCP delivered at once. */
export interface Count {
  bytes: number;
  segments: number;
}

// What may wait in the tap, in one direction of one connection, before it stops reading: the sender is to feel a slow reader.
const room = 64 * 1024;

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
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  #port = 0;
  #thawed = Promise.resolve();
  #thaw: (() => void) | undefined;

  constructor(target: number) {
    this.target = target;
  }

  /** Opens the tap on this port of the loopback interface; 0 lets the system choose. */
  async open(port = 0): Promise<this> {
    this.#server.listen(port, "127.0.0.1");
    await once(this.#server, "listening");
    this.#port = (this.#server.address() as AddressInfo).port;
    return this;
  }

  /** Where clients reach the server through the tap. */
  get port(): number {
    return this.#port;
  }

  /** Connections that are open now. */
  get connections(): number {
    return this.#pairs.size;
  }

  /** Resets every connection, at both ends, in the middle of whatever is under way. */
  cut(): void {
    for (const pair of this.#pairs) for (const socket of pair) socket.resetAndDestroy();
  }

  /** From now on nothing passes and nothing closes: an unplugged cable, a stopped machine. Neither end is told. */
  freeze(): void {
    if (this.#thaw) return;
    this.#thawed = new Promise((resolve) => (this.#thaw = resolve));
    for (const pair of this.#pairs) for (const socket of pair) socket.pause();
  }

  /** Ends a freeze. What was held back passes. */
  thaw(): void {
    this.#thaw?.();
    this.#thaw = undefined;
    for (const pair of this.#pairs) for (const socket of pair) socket.resume();
  }

  /** From now on every new connection is refused, as if nobody listened. */
  refuse(): void {
    if (this.#server.listening) this.#server.close();
  }

  /** Ends a refusal. */
  async accept(): Promise<void> {
    if (!this.#server.listening) await this.open(this.#port);
  }

  /** Ends the tap, and every connection through it. */
  async close(): Promise<void> {
    this.thaw();
    this.refuse();
    this.cut();
    if (this.#pairs.size > 0) await once(this.#server, "close");
  }

  #join(client: Socket) {
    this.opened += 1;
    const server = connect({ port: this.target, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
    const pair = [client, server] as const;
    this.#pairs.add(pair);
    this.#pass(client, server, this.up);
    this.#pass(server, client, this.down);
    for (const socket of pair) socket.on("close", () => this.#pairs.delete(pair));
    if (this.#thaw) for (const socket of pair) socket.pause();
  }

  /** Hands everything on that comes from one socket to the other: in order, late if it must be, and no faster than it is read. */
  #pass(from: Socket, to: Socket, count: Count) {
    const waiting: { chunk: Buffer; due: number }[] = [];
    let bytes = 0; // how much of it
    let ended = false;
    let passing = false;

    // Without delay this runs to its end at once: the fast path has no timer and no promise.
    const pass = async () => {
      passing = true;
      for (let next; (next = waiting[0]);) {
        const late = next.due - performance.now();
        if (late > 0) await sleep(late);
        if (this.throttle < Infinity) await sleep((next.chunk.length / this.throttle) * 1_000);
        if (this.#thaw) await this.#thawed;
        if (!to.write(next.chunk)) await drained(to);
        waiting.shift();
        bytes -= next.chunk.length;
        if (from.isPaused() && bytes < room && !this.#thaw) from.resume();
      }
      if (ended && this.#thaw) await this.#thawed;
      if (ended) to.end();
      passing = false;
    };

    from.on("data", (chunk) => {
      count.bytes += chunk.length;
      count.segments += 1;
      waiting.push({ chunk, due: performance.now() + this.delay });
      bytes += chunk.length;
      if (bytes >= room) from.pause();
      if (!passing) void pass();
    });
    from.on("end", () => {
      ended = true;
      if (!passing) void pass();
    });
    from.on("error", () => {}); // a reset; "close" follows
    from.on("close", (broken) => {
      if (!broken && ended) return;
      void this.#thawed.then(() => to.resetAndDestroy());
    });
  }
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
