// What a technique brings to the load generator: many cheap clients, and one that posts. They sit on bare sockets, because a
// library made for one page would cost more than the server that we want to measure.
import net from "node:net";

/** So many people speak, in turn. What different people say comes on different connections. */
export const speakers = 16;

/** One client of the crowd, as its technique sees it. */
export interface Listener {
  /** News came in: JSON, in UTF-8, perhaps with something around it. */
  update(text: Buffer): void;
  /** The connection ended, or could not be made. `pause` is how many milliseconds this technique waits before it comes back. */
  lost(pause: Pause): void;
}

export type Pause = (failures: number) => number;

export interface Crowd {
  /** Connects one more client. The first news says that it is there. */
  connect(listener: Listener): void;
  /** Posts a draft, given as JSON. Where the answer matters (see `wire` in load.ts), resolves when it is there. */
  post(draft: string): unknown;
  /** Bytes that have crossed TCP so far, both ways, on the connections of those who listen. */
  bytes(): number;
  /** Everybody goes, without a goodbye. */
  leave(): void;
  /** Polling alone. */
  polls?: Polls;
}

export interface Polls {
  /** Sets the milliseconds between an answer and the next poll. Infinity: nobody polls but when told to. */
  pace(rest: number): void;
  /** How many polls were answered so far. */
  answered: number;
  /** Everybody polls now; resolves when all are answered. */
  all(): Promise<void>;
}

/** Where the server is: `port` is what a client connects to, `authority` what the server is called in requests. */
export interface Address {
  port: number;
  authority: string;
}

const buffer = Buffer.alloc(256 * 1024);

/** A TCP connection that reads into one buffer for all: what it gives to `read` is gone after the call. */
export function dial(port: number, read: (bytes: Buffer) => void): net.Socket {
  const callback = (length: number) => {
    read(buffer.subarray(0, length));
    return true;
  };
  const socket = net.connect({ port, host: "127.0.0.1", noDelay: true, onread: { buffer, callback } });
  return socket.on("error", () => {}); // "close" follows
}

/** Counts the bytes of sockets, those that are closed included. */
export class Meter {
  readonly #open = new Set<net.Socket>();
  #closed = 0;

  add(socket: net.Socket): void {
    this.#open.add(socket);
    socket.on("close", () => {
      this.#open.delete(socket);
      this.#closed += socket.bytesRead + socket.bytesWritten;
    });
  }

  cut(): void {
    for (const socket of this.#open) socket.destroy();
  }

  bytes(): number {
    let sum = this.#closed;
    for (const { bytesRead, bytesWritten } of this.#open) sum += bytesRead + bytesWritten;
    return sum;
  }
}

/** What was left over of the last read, and this one. */
export function joined(rest: Buffer | undefined, bytes: Buffer): Buffer {
  return rest ? Buffer.concat([rest, bytes]) : bytes;
}

/** A copy of what is left over, because the buffer is used again. */
export function kept(bytes: Buffer): Buffer | undefined {
  return bytes.length > 0 ? Buffer.from(bytes) : undefined;
}
