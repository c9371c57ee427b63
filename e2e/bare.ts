// The techniques alone, as they come: no chat around them, and no rule of ours. So what shows is what they bring.
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Server } from "socket.io";
import type { io as connect } from "socket.io-client";
import { WebSocketServer } from "ws";
import type { VariantName } from "../shared-server/variants.ts";

/** Every byte there is. */
export const bytes = Buffer.from(Array.from({ length: 256 }, (_, n) => n));

/** Sends these bytes to everybody, on each technique, and asks nobody where they come from. */
export async function bareServer() {
  const server = createServer((req, res) => {
    if (req.url === "/bytes") res.end(bytes);
    else if (req.url === "/stream")
      res
        .setHeader("Content-Type", "text/event-stream")
        .end(Buffer.concat([Buffer.from("data: "), bytes, Buffer.from("\n\n")]));
    else res.end();
  });
  const sockets = new WebSocketServer({ noServer: true });
  server.on("upgrade", (req, duplex, head) => {
    if (req.url === "/socket") sockets.handleUpgrade(req, duplex, head, (socket) => socket.send(bytes));
  });
  const io = new Server(server);
  io.on("connection", (socket) => socket.emit("bytes", bytes));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = () => {
    for (const socket of sockets.clients) socket.terminate();
    const closed = io.close();
    server.closeAllConnections(); // an EventSource that comes back again and again would keep its own open
    return closed;
  };
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

/** The client of Socket.IO, for a page. The other three are in the browser already. */
export const socketIoClient = readFileSync(
  new URL("../node_modules/socket.io-client/dist/socket.io.js", import.meta.url),
  "utf8",
);
declare const io: typeof connect;

// What follows runs in a page, where there is nothing but the browser, and Socket.IO's client in its place.

/** Receives the bytes of a bare server. */
export const receive: Record<VariantName, () => Promise<number[]>> = {
  polling: async () => [...new Uint8Array(await (await fetch("/bytes")).arrayBuffer())],
  "http2-push": () =>
    new Promise((resolve) => {
      const source = new EventSource("/stream");
      source.addEventListener("message", ({ data }) => resolve(Array.from(data, (c: string) => c.charCodeAt(0))));
    }),
  "raw-websockets": () =>
    new Promise((resolve) => {
      const socket = new WebSocket("/socket");
      socket.binaryType = "arraybuffer";
      socket.addEventListener("message", ({ data }) => resolve([...new Uint8Array(data)]));
    }),
  "socket-io": () => new Promise((resolve) => io().on("bytes", (data) => resolve([...new Uint8Array(data)]))),
};

/** Tells whether a page may connect to a bare server of another origin. */
export const reach: Record<VariantName, (origin: string) => Promise<boolean>> = {
  polling: (origin) =>
    fetch(`${origin}/bytes`).then(
      () => true,
      () => false,
    ),
  "http2-push": (origin) =>
    new Promise((resolve) => {
      const source = new EventSource(`${origin}/stream`);
      source.addEventListener("message", () => resolve(true));
      source.addEventListener("error", () => resolve(false));
    }),
  "raw-websockets": (origin) =>
    new Promise((resolve) => {
      const socket = new WebSocket(`${origin}/socket`);
      socket.addEventListener("message", () => resolve(true));
      socket.addEventListener("error", () => resolve(false));
    }),
  "socket-io": (origin) =>
    new Promise((resolve) => {
      const socket = io(origin, { transports: ["websocket"] });
      socket.on("bytes", () => resolve(true));
      socket.on("connect_error", () => resolve(false));
    }),
};

/** Connects to a variant, and resolves when the technique has given up. */
export const connectAndGiveUp: Record<VariantName, () => Promise<void>> = {
  polling: async () => void (await fetch("/msgs?since=")),
  "http2-push": () =>
    new Promise((resolve) => {
      const source = new EventSource("/msgs?since=");
      source.addEventListener("error", () => source.readyState === EventSource.CLOSED && resolve());
    }),
  "raw-websockets": () =>
    new Promise((resolve) => new WebSocket("/msgs?since=").addEventListener("close", () => resolve())),
  "socket-io": () =>
    new Promise((resolve) => {
      const socket = io({ transports: ["websocket"], reconnectionDelay: 50 });
      socket.on("disconnect", () => socket.active || resolve());
    }),
};

/** Posts to a variant whose connection breaks before it has answered. Resolves when nothing more is to be expected. */
export const postOnce: Record<VariantName, () => Promise<void>> = {
  polling: fetchPost,
  "http2-push": fetchPost,
  "raw-websockets": () =>
    new Promise((resolve) => {
      const socket = new WebSocket("/msgs?since=");
      socket.addEventListener("open", () => socket.send('{"event":"msg:post","data":{"user":"Ada","text":"once"}}'));
      socket.addEventListener("close", () => resolve());
    }),
  "socket-io": () =>
    new Promise((resolve) => {
      const socket = io({ transports: ["websocket"], reconnectionDelay: 50 });
      socket.once("connect", () => {
        socket.emit("msg:post", { user: "Ada", text: "once" });
        // It comes back. Whatever it wanted to send again, it has sent before this is answered.
        socket.once("connect", () => socket.emit("msg:post", null, resolve));
      });
    }),
};

function fetchPost(): Promise<void> {
  const headers = { "Content-Type": "application/json" };
  return fetch("/msgs", { method: "POST", headers, body: '{"user":"Ada","text":"once"}' }).then(
    () => {},
    () => {},
  );
}
