// Somebody who talks to a Socket.IO server without a browser, as a check sees it.
import { io, type Socket } from "socket.io-client";
import type { WebSocket } from "ws";
import type { Message } from "./page/draw.ts";
import type { Tester } from "./tester.ts";

/** A client that keeps what it hears. */
export class Caller {
  readonly socket: Socket;
  /** The messages of each `msg:get`, in the order in which they came. */
  readonly messages: Message[] = [];
  /** The cursor of the last `msg:get`. */
  cursor: unknown;
  /** The names of all events that have come. */
  readonly events: string[] = [];
  /** Whether the connection has ended, or was refused. */
  isGone = false;
  readonly #ended: Promise<unknown>;

  constructor(url: string, auth: object) {
    this.socket = io(url, { auth, transports: ["websocket"], forceNew: true, reconnection: false })
      .onAny((event: string, data: unknown) => this.#hears(event, data))
      .on("connect_error", () => (this.isGone = true))
      .on("disconnect", () => (this.isGone = true));
    this.#ended = new Promise((resolve) => this.socket.once("disconnect", resolve));
  }

  get texts(): string[] {
    return this.messages.map(({ text }) => text);
  }

  /** Says this as Bob, and asks for no acknowledgement. */
  says(text: string): void {
    this.socket.emit("msg:post", draftOf(text));
  }

  /** Emits an event, and resolves with what comes as its acknowledgement; undefined when none comes. */
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

  #hears(event: string, data: unknown) {
    this.events.push(event);
    const { msg, cursor } = (data ?? {}) as { msg?: unknown; cursor?: unknown };
    if (event !== "msg:get" || !Array.isArray(msg)) return;
    this.messages.push(...(msg as Message[]));
    this.cursor = cursor;
  }
}

/** What Bob sends. */
export function draftOf(text: string): object {
  return { user: "Bob", text, draftId: crypto.randomUUID() };
}

/** Somebody connects with Socket.IO, and hears what comes at the beginning. */
export async function calls(t: Tester, auth: object = {}): Promise<Caller> {
  const caller = new Caller(t.url, auth);
  const isThere = () => caller.isGone || caller.socket.connected;
  await t.until(isThere, "Nobody can connect with Socket.IO.", "server.ts", /new Server/);
  t.needs(!caller.isGone, "Nobody can connect with Socket.IO.", "server.ts", /new Server/);
  await caller.settles();
  return caller;
}
