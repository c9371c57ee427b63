// A device of somebody, as a check sees it: a Socket.IO client without a browser.
import { io, type Socket } from "socket.io-client";
import type { Message } from "./page/draw.ts";

/** A draft, and to whom. What a check says may be wrong on purpose. */
export interface Said {
  user?: unknown;
  text?: unknown;
  to?: unknown;
  draftId?: unknown;
}

export class Device {
  readonly socket: Socket;
  /** All messages that have come, in the order in which they came. */
  readonly messages: Message[] = [];
  /** The cursor of the last update. */
  cursor: string | undefined;
  /** How many updates have come, and how many of them said `reset`. */
  updates = 0;
  resets = 0;
  /** Why it cannot connect. */
  problem: string | undefined;
  readonly #patience: number;

  /** @param isDeaf nothing is read of what comes: the connection breaks before that. */
  constructor(url: string, auth: object, patience: number, isDeaf = false) {
    this.#patience = patience;
    this.socket = io(url, { auth, transports: ["websocket"], forceNew: true, reconnection: false, timeout: patience });
    this.socket.on("connect_error", ({ message }) => (this.problem = message));
    if (isDeaf) return;
    this.socket.on("msg:get", (update, ack?: () => void) => {
      this.updates += 1;
      if (update?.reset) this.resets += 1;
      if (Array.isArray(update?.msg)) this.messages.push(...update.msg);
      if (update?.cursor !== undefined) this.cursor = update.cursor;
      ack?.(); // a server may ask for it
    });
  }

  get texts(): string[] {
    return this.messages.map(({ text }) => text);
  }

  /** Says this, and resolves with the answer of the server; undefined when none comes. */
  async says(draft: Said): Promise<{ message?: Message; error?: string } | undefined> {
    return this.socket
      .timeout(this.#patience)
      .emitWithAck("msg:post", { draftId: crypto.randomUUID(), ...draft })
      .catch(() => undefined);
  }
}
