// A device of somebody, as a check sees it: a Socket.IO client without a browser.
import { io, type Socket } from "socket.io-client";
import type { WebSocket } from "ws";
import type { Message } from "./page/draw.ts";

/** A draft, and to whom. What a check says may be wrong on purpose. */
export interface Said {
  user?: unknown;
  text?: unknown;
  to?: unknown;
  draftId?: unknown;
}

/** What Bob sends. */
export function draftOf(text: string): Said {
  return { user: "Bob", text, draftId: crypto.randomUUID() };
}

/** A client that keeps what it hears. */
export class Device {
  readonly socket: Socket;
  /** All messages that have come, in the order in which they came. */
  readonly messages: Message[] = [];
  /** The cursor of the last update. */
  cursor: string | undefined;
  /** The names of all events that have come. */
  readonly events: string[] = [];
  /** How many updates have said `reset`. */
  resets = 0;
  /** Why it cannot connect. */
  problem: string | undefined;
  /** Whether the connection has ended, or was refused. */
  isGone = false;
  readonly #patience: number;
  readonly #ended: Promise<unknown>;

  /** @param isDeaf nothing is read of what comes: the connection breaks before that. */
  constructor(url: string, auth: object, patience: number, isDeaf = false) {
    this.#patience = patience;
    this.socket = io(url, { auth, transports: ["websocket"], forceNew: true, reconnection: false, timeout: patience })
      .on("connect_error", ({ message }) => {
        this.problem = message;
        this.isGone = true;
      })
      .on("disconnect", () => (this.isGone = true));
    this.#ended = new Promise((resolve) => this.socket.once("disconnect", resolve));
    if (!isDeaf) this.socket.onAny((event: string, ...data: unknown[]) => this.#hears(event, data));
  }

  get texts(): string[] {
    return this.messages.map(({ text }) => text);
  }

  /** How many updates have come. */
  get updates(): number {
    return this.events.filter((event) => event === "msg:get").length;
  }

  /** Says this, and resolves with the answer of the server; undefined when none comes. */
  async says(draft: Said): Promise<{ message?: Message; error?: string } | undefined> {
    return this.socket
      .timeout(this.#patience)
      .emitWithAck("msg:post", { draftId: crypto.randomUUID(), ...draft })
      .catch(() => undefined);
  }

  /** Emits an event, and resolves with what comes at once as its acknowledgement; undefined when none comes. */
  async asks(event: string, ...data: unknown[]): Promise<unknown> {
    let answer: unknown;
    this.socket.emit(event, ...data, (value: unknown) => (answer = value));
    await this.settles();
    return answer;
  }

  /** Resolves when the server has read everything that was sent so far, and all that it sends then has come, or when it is gone. */
  async settles(): Promise<void> {
    const { ws } = this.socket.io.engine.transport as unknown as { ws: WebSocket };
    // A ping of the WebSocket itself, of which Socket.IO knows nothing. What Socket.IO holds back for a moment comes before the third pong.
    for (let rounds = 0; rounds < 3 && !this.isGone; rounds++) {
      const pong = new Promise((resolve) => ws.once("pong", resolve));
      ws.ping();
      await Promise.race([pong, this.#ended]);
    }
  }

  #hears(event: string, [data, ack]: unknown[]) {
    this.events.push(event);
    if (event !== "msg:get") return;
    const { msg, cursor, reset } = (data ?? {}) as { msg?: unknown; cursor?: string; reset?: unknown };
    if (reset) this.resets += 1;
    if (Array.isArray(msg)) this.messages.push(...(msg as Message[]));
    if (cursor !== undefined) this.cursor = cursor;
    if (typeof ack === "function") ack(); // a server may ask for it
  }
}
