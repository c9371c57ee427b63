// A crowd: many cheap clients of one variant, of which a few post. They use bare sockets, because a library that is made for
// one page would cost more CPU than the server under test.
import net from "node:net";
import tls from "node:tls";

/** How many clients post, in turn, each on a connection of its own. */
export const senders = 16;

/** What happens to one client of the crowd. */
export interface Listener {
  /** An update came in: JSON, in UTF-8, perhaps with something around it. */
  update(text: Buffer): void;
  /** The connection ended, or could not be made. `pause` says how many milliseconds the client waits before it reconnects. */
  lost(pause: Pause): void;
}

export type Pause = (failures: number) => number;

export interface Crowd {
  /** Connects one more client: a stranger, or whose session has this token. With its first update it is connected. */
  connect(listener: Listener, token?: string): void;
  /**
   * Posts a draft, given as JSON, as a stranger, or as the client with this token. Resolves with the response where that matters (see
   * `wire` in load-process.ts).
   */
  post(draft: string, token?: string): unknown;
  /** Bytes that have crossed TCP so far, in both directions, on the connections that listen. */
  bytes(): number;
  /** Cuts every connection. */
  disconnect(): void;
  /** Only with polling. */
  polls?: Polls;
}

export interface Polls {
  /** Sets the milliseconds between a response and the next poll. With Infinity, clients poll only when `all` is called. */
  pace(pause: number): void;
  /** How many polls have been answered so far. */
  answered: number;
  /** Each client polls now; resolves when all polls are answered. */
  all(): Promise<void>;
}

/**
 * Where the server is: clients connect to `port`, and `authority` is the name of the server in their requests. `tls` decides for
 * those that can do both; HTTP/2 always uses TLS.
 */
export interface Address {
  port: number;
  authority: string;
  tls: boolean;
}

/** The cookie of a session, as shared-server/sessions.ts names it: with the port that the client asks for. */
export function cookieOf(token: string, { authority, tls: encrypted }: Omit<Address, "port">): string {
  return `${encrypted ? "__Host-" : ""}chat-${authority.split(":").at(-1)}=${token}`;
}

const buffer = Buffer.alloc(256 * 1024);

/**
 * Opens a connection, and counts its bytes as TCP carries them. Without TLS all connections read into the same buffer, so what
 * `read` gets is valid only during the call.
 */
export function dial({ port, tls: encrypted }: Address, meter: Meter, read: (bytes: Buffer) => void): net.Socket {
  if (encrypted) {
    const { tcp, secure } = dialTls(port);
    meter.add(tcp);
    return secure.on("data", read);
  }
  const callback = (length: number) => {
    read(buffer.subarray(0, length));
    return true;
  };
  const socket = net.connect({ port, host: "127.0.0.1", noDelay: true, onread: { buffer, callback } });
  meter.add(socket);
  return socket.on("error", () => {}); // "close" follows
}

const secureContext = tls.createSecureContext(); // one for all, because making one takes longer than a handshake

/** Opens a TLS connection to a server with a certificate that nobody vouches for, and names the protocols of ALPN that it offers. */
export function dialTls(port: number, ALPNProtocols: string[] = []): { tcp: net.Socket; secure: tls.TLSSocket } {
  const tcp = net.connect({ port, host: "127.0.0.1", noDelay: true });
  const secure = tls.connect({ socket: tcp, secureContext, rejectUnauthorized: false, ALPNProtocols });
  tcp.on("close", () => secure.destroy());
  secure.on("error", () => {}); // "close" follows
  return { tcp, secure };
}

/** Counts the bytes of sockets, including closed ones. */
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

/** The rest of the last read, and this one. */
export function joined(rest: Buffer | undefined, bytes: Buffer): Buffer {
  return rest ? Buffer.concat([rest, bytes]) : bytes;
}

/** A copy of the rest, because the buffer is used again. */
export function kept(bytes: Buffer): Buffer | undefined {
  return bytes.length > 0 ? Buffer.from(bytes) : undefined;
}
