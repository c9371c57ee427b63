// Somebody who talks to a WebSocket server without a browser, as a check sees it: a client with the library ws, and an upgrade by hand.
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket } from "ws";
import type { Update } from "../shared-chat/message.ts";

/** A client that keeps what it hears. */
export class Peer {
  readonly socket: WebSocket;
  /** The texts of the messages in each `msg:get`, in the order in which they came. */
  readonly texts: string[] = [];
  /** The cursor of the last `msg:get`. */
  cursor: string | undefined;
  /** How many frames have come, and how many of them were binary. */
  frames = 0;
  binary = 0;
  /** How many pings have come. */
  pings = 0;
  /** Whether it answers pings, as each browser does. */
  answers = true;
  /** The code with which the connection has ended. 1006: nobody said goodbye. */
  gone: number | undefined;
  readonly #closed: Promise<unknown>;

  constructor(url: string) {
    this.socket = new WebSocket(url, { autoPong: false })
      .on("message", (data: Buffer, isBinary) => this.#hears(data.toString(), isBinary))
      .on("ping", (data) => {
        this.pings += 1;
        if (this.answers) this.socket.pong(data);
      })
      .on("close", (code) => (this.gone = code))
      .on("error", () => {}); // "close" follows
    this.#closed = new Promise((resolve) => this.socket.once("close", resolve));
  }

  says(text: string): void {
    const data = { user: "Bob", text, draftId: crypto.randomUUID() };
    this.socket.send(JSON.stringify({ event: "msg:post", data }));
  }

  /** Resolves when the server has read everything that was sent so far, and the answers to what it had sent, or when it is gone. */
  async settles(): Promise<void> {
    for (let rounds = 0; rounds < 2 && this.gone === undefined; rounds++) {
      const pong = new Promise((resolve) => this.socket.once("pong", resolve));
      this.socket.ping();
      await Promise.race([pong, this.#closed]);
    }
  }

  #hears(text: string, isBinary: boolean) {
    this.frames += 1;
    if (isBinary) this.binary += 1;
    try {
      const { event, data } = JSON.parse(text) as { event: string; data: Update };
      if (event !== "msg:get") return;
      this.texts.push(...data.msg.map((message) => message.text));
      this.cursor = data.cursor;
    } catch {} // no update: the check misses the text
  }
}

/** The answer to an upgrade. */
export interface Upgraded {
  /** What came, up to the empty line that ends the head of the answer, or until nothing more came. */
  head: string;
  /** Whether there was such a line. */
  ends: boolean;
  /** Undefined when this is no answer in HTTP. */
  status: number | undefined;
  headers: Headers;
  /** The connection. What comes on it from now on is thrown away. */
  socket: Socket;
}

/** Requests an upgrade of /msgs by hand, as the page of this server does, and waits so many milliseconds for the answer. */
export async function upgrade(port: number, headers: Record<string, string>, patience: number): Promise<Upgraded> {
  const socket = connect(port, "localhost").on("error", () => {}); // "close" follows
  const all = {
    Host: `localhost:${port}`,
    Origin: `http://localhost:${port}`,
    Connection: "Upgrade",
    Upgrade: "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": randomBytes(16).toString("base64"),
    ...headers,
  };
  const lines = Object.entries(all)
    .filter(([, value]) => value)
    .map(([name, value]) => `${name}: ${value}\r\n`);
  socket.setNoDelay().write(`GET /msgs HTTP/1.1\r\n${lines.join("")}\r\n`);

  let text = "";
  const done = new AbortController();
  socket.on("data", (chunk) => {
    text += chunk.toString("latin1");
    const isHttp = text.startsWith("HTTP/1.1 ".slice(0, text.length));
    if (/\n\s*\n/.test(text) || !isHttp) done.abort(); // also where the lines do not end as they must
  });
  await Promise.race([
    once(socket, "close", { signal: done.signal }),
    sleep(patience, undefined, { signal: done.signal, ref: false }),
  ]).catch(() => {}); // it is there

  const [head = "", rest] = text.split("\r\n\r\n");
  const status = /^HTTP\/1\.1 (\d{3})\b/.exec(head)?.[1];
  const named = Array.from(
    head.matchAll(/\r\n([\w-]+): *([^\r\n]*)/g),
    ([, name, value]) => [name, value] as [string, string],
  );
  return {
    head,
    ends: rest !== undefined,
    status: status ? Number(status) : undefined,
    headers: new Headers(named),
    socket,
  };
}
