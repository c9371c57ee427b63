// A tap on the wire: a TCP proxy in front of a server, the same for every technique, with TLS or without. It counts the bytes
// that really cross, and it makes outages: cut, freeze, delay, throttle, refuse.
import { type AddressInfo, createServer, type Server, Socket } from "node:net";
import { setTimeout as timer } from "node:timers/promises";
import { freePort, listenAt } from "../shared-server/loopback.ts";

/** The traffic in one direction. A segment is one read from the network: what TCP delivered in one piece. */
export interface Count {
  bytes: number;
  segments: number;
}

// How many bytes may wait in the tap, in one direction of one connection, before it stops reading. The limit is small, so that
// backpressure reaches the sender. With a delay more bytes are in flight, and a small limit would reduce the throughput.
const bufferLimit = 64 * 1024;
const bufferLimitWithDelay = 4 * 1024 * 1024;

/** A throttled connection forwards this many portions a second: small ones at even intervals, not a large one after a long wait. */
const portionsPerSecond = 20;

// The timer does not keep the process alive. The waiting connection does.
const sleep = (milliseconds: number) => timer(milliseconds, undefined, { ref: false });

export class Tap {
  /** From the clients to the server, since the tap was opened. */
  readonly up: Count = { bytes: 0, segments: 0 };
  /** From the server to the clients. */
  readonly down: Count = { bytes: 0, segments: 0 };
  /** On how many connections clients have said something so far. */
  opened = 0;
  /** The extra delay in milliseconds, each way. */
  delay = 0;
  /** How many bytes a second pass, each way on each connection. */
  throttle = Infinity;
  /** The port of the server behind the tap. It may change, when a server restarts on another port. */
  target: number;
  /** The host of the server behind the tap. */
  targetHost = "127.0.0.1";

  readonly #server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.#connect(client));
  #listening: Server[] = [];
  readonly #sockets = new Set<Socket>(); // both ends of every connection
  #connections = 0;
  #port = 0;
  #host: string | undefined;
  #thawed = Promise.resolve();
  #thaw: (() => void) | undefined;

  constructor(target: number) {
    this.target = target;
  }

  /**
   * Opens the tap on this port of one address, or without a host of both loopback addresses. 0: on one that is still free at the end of a refusal.
   * @throws the error of `listen`, such as EADDRINUSE.
   */
  async open(port = 0, host?: string): Promise<this> {
    this.#host = host;
    this.#listening = await listenAt(this.#server, port || (await freePort()), host);
    this.#port = (this.#server.address() as AddressInfo).port;
    return this;
  }

  /** The port at which clients reach the server through the tap. */
  get port(): number {
    return this.#port;
  }

  /** How many of these connections are open now. */
  get connections(): number {
    return this.#connections;
  }

  /** Resets every connection at both ends, even in the middle of a transfer. */
  cut(): void {
    for (const socket of this.#sockets) reset(socket);
  }

  /**
   * From now on nothing passes and nothing closes, like with an unplugged cable or a stopped machine. Neither end gets any sign.
   * A new client still connects, because the operating system accepts before the program does, but it never gets an answer.
   */
  freeze(): void {
    if (this.#thaw) return;
    this.#thawed = new Promise((resolve) => (this.#thaw = resolve));
    for (const socket of this.#sockets) socket.pause();
  }

  /** Ends a freeze. The bytes that were held back pass. */
  thaw(): void {
    if (!this.#thaw) return;
    this.#thaw();
    this.#thaw = undefined;
    for (const socket of this.#sockets) socket.resume();
  }

  /** From now on every new connection is refused, as if no server listened. Open connections stay. */
  refuse(): void {
    if (this.#server.listening) for (const each of this.#listening) each.close();
  }

  /**
   * Ends a refusal.
   * @throws the error of `listen`: another program may have taken the port meanwhile.
   */
  async accept(): Promise<void> {
    if (!this.#server.listening) await this.open(this.#port, this.#host);
  }

  /** Closes the tap and every connection through it. */
  async close(): Promise<void> {
    this.refuse();
    const closed = Array.from(this.#sockets, (socket) => new Promise((resolve) => socket.once("close", resolve)));
    this.cut();
    this.thaw();
    await Promise.all(closed);
  }

  #connect(client: Socket) {
    const server = new Socket({ allowHalfOpen: true });
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    }
    this.#forward(client, server, this.up);
    this.#forward(server, client, this.down);
    // A browser opens some connections just in case, and says nothing on them for a minute. They do not count.
    client.once("data", () => {
      this.opened += 1;
      this.#connections += 1;
      client.on("close", () => (this.#connections -= 1));
    });
    if (this.#thaw) client.pause();
    void this.#thawed.then(() => {
      if (!server.destroyed) server.connect({ port: this.target, host: this.targetHost, noDelay: true });
    });
  }

  /** Forwards all bytes from one socket to the other: in order, with the delay, and no faster than the other end reads. */
  #forward(from: Socket, to: Socket, count: Count) {
    const waiting: { chunk: Buffer; due: number }[] = [];
    let bytes = 0; // of all waiting chunks
    let ended = false;
    let forwarding = false;
    let free = 0; // when a throttled connection may send again

    // Without a delay this runs to its end synchronously: the fast path has no timer and no promise.
    const forward = async () => {
      forwarding = true;
      for (let next; (next = waiting[0]);) {
        const wait = next.due - performance.now();
        if (wait > 0) await sleep(wait);
        const [chunk, rest] = this.#split(next.chunk);
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
        if (from.isPaused() && bytes < this.#bufferLimit && !this.#thaw) from.resume();
      }
      if (ended) {
        while (this.#thaw) await this.#thawed;
        to.end();
      }
      forwarding = false;
    };

    from.on("data", (chunk) => {
      count.bytes += chunk.length;
      count.segments += 1;
      waiting.push({ chunk, due: performance.now() + this.delay });
      bytes += chunk.length;
      if (bytes >= this.#bufferLimit) from.pause();
      if (!forwarding) void forward();
    });
    from.on("end", () => {
      ended = true;
      if (!forwarding) void forward();
    });
    from.on("error", () => {}); // a reset, or no server at the target; "close" follows
    from.on("close", async (broken) => {
      if (ended && !broken) return;
      if (this.delay > 0) await sleep(this.delay); // a reset must not overtake the bytes before it
      while (this.#thaw) await this.#thawed;
      reset(to);
    });
  }

  get #bufferLimit() {
    return this.delay > 0 ? bufferLimitWithDelay : bufferLimit;
  }

  /** Splits a chunk into what passes at once, and the rest. */
  #split(chunk: Buffer): [Buffer, Buffer] {
    const size = Math.max(1, Math.floor(this.throttle / portionsPerSecond));
    return [chunk.subarray(0, size), chunk.subarray(size)];
  }
}

/** Ends a connection at once, so that the other end sees an error and not a regular end. */
function reset(socket: Socket) {
  // A FIN that is already on its way cannot be taken back: the system refuses the reset, and the socket would never close.
  const closing = socket.writableEnded && !socket.writableFinished && socket.writableLength === 0;
  if (closing) socket.destroy();
  else socket.resetAndDestroy();
}

/** Resolves when the socket takes more bytes, or is closed. */
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
