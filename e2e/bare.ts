// The bare techniques: no chat around them and none of our rules. So a test observes what the technique itself brings.
import { type EventEmitter, once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import http2 from "node:http2";
import net, { type AddressInfo } from "node:net";
import type { Writable } from "node:stream";
import { text as read } from "node:stream/consumers";
import { Server } from "socket.io";
import { io as connect } from "socket.io-client";
import { WebSocket as NodeWebSocket, WebSocketServer } from "ws";
import type { VariantName } from "../shared-server/variants.ts";

/** Every byte value once. */
export const bytes = Buffer.from(Array.from({ length: 256 }, (_, n) => n));

/**
 * A server that sends these bytes to every client, over each technique, and keeps what is posted. It has no rules: it checks
 * neither the Origin nor the Content-Type.
 */
export async function bareServer() {
  const posted: string[] = [];
  const server = createServer(async (req, res) => {
    if (req.method === "POST") posted.push(await read(req));
    const stream = req.headers.accept === "text/event-stream"; // what an EventSource asks for
    if (stream) res.setHeader("Content-Type", "text/event-stream");
    if (req.url !== "/msgs") res.end();
    else res.end(stream ? Buffer.concat([Buffer.from("data: "), bytes, Buffer.from("\n\n")]) : bytes);
  });
  const sockets = new WebSocketServer({ noServer: true });
  server.on("upgrade", (req, duplex, head) => {
    if (req.url !== "/msgs") return; // Socket.IO's
    sockets.handleUpgrade(req, duplex, head, (socket) => {
      socket.send(bytes);
      socket.on("message", (data: Buffer) => posted.push(data.toString()));
    });
  });
  const io = new Server(server);
  io.on("connection", (socket) => {
    socket.emit("bytes", bytes);
    socket.on("msg:post", (draft, ack) => {
      posted.push(JSON.stringify(draft));
      ack();
    });
  });
  const port = await listen(server);
  const close = () => {
    for (const socket of sockets.clients) socket.terminate();
    const closed = io.close();
    server.closeAllConnections(); // an EventSource that reconnects again and again would keep its connection open
    return closed;
  };
  return { origin: `http://127.0.0.1:${port}`, posted, close };
}

async function listen(server: net.Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

/**
 * A server that gives its page away and refuses everything else, also a WebSocket, with the status 401 and these words. Only
 * Socket.IO may open a connection, at the path /library, and then refuses with the words in its own way.
 */
export async function refusingServer(words: string) {
  const server = createServer((req, res) => res.writeHead(req.url === "/" ? 200 : 401).end(words));
  const io = new Server(server, { path: "/library" });
  io.use((_socket, next) => next(new Error(words)));
  server.on("upgrade", (req, duplex) => {
    if (req.url?.startsWith("/library")) return; // Socket.IO's
    const head = `HTTP/1.1 401 Unauthorized\r\nContent-Length: ${Buffer.byteLength(words)}\r\nConnection: close`;
    duplex.end(`${head}\r\n\r\n${words}`);
  });
  const port = await listen(server);
  return { origin: `http://127.0.0.1:${port}`, port, close: () => io.close() };
}

/** A server with clients of which only some are listeners. It can send to those on a list of the technique, or on ours. */
export interface BroadcastServer {
  /** Connects a client, with the path /listener or another one. Resolves when it is connected. */
  connect(path: string): Promise<{ received: Promise<string> }>;
  /** Sends to the clients that the technique has on a list, if it has a list. */
  toItsList(text: string): void;
  /** Sends to the clients that our code has put on a list. */
  toOurList(text: string): void;
  /** Closes the connections and the server. */
  close(): void;
}

/** Everything that a client receives until its connection closes. */
function receivedBy(client: EventEmitter, event: string, closed = "close"): Promise<string> {
  let text = "";
  client.on(event, (data) => (text += String(data)));
  return new Promise((resolve) => client.once(closed, () => resolve(text)));
}

export const broadcastServer: Record<VariantName, () => Promise<BroadcastServer>> = {
  async polling() {
    const listeners = new Set<Writable>();
    const server = createServer((req, res) => {
      if (req.url === "/listener") listeners.add(res);
      res.on("error", () => {}); // a write after the end
      res.end("nothing new");
    });
    const connections = new Set<net.Socket>();
    server.on("connection", (socket) => connections.add(socket));
    const port = await listen(server);
    return {
      async connect(path) {
        const socket = net.connect(port, "127.0.0.1"); // keeps the connection open after the response
        socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
        const received = receivedBy(socket, "data");
        await once(socket, "data");
        return { received };
      },
      toItsList() {}, // node:http has no list of responses
      toOurList: (text) => listeners.forEach((res) => res.write(text)),
      close() {
        server.close();
        for (const socket of connections) socket.end();
      },
    };
  },

  async "http2-push"() {
    const streams = new Set<Writable>();
    const listeners = new Set<Writable>();
    const server = http2.createServer();
    server.on("stream", (stream, headers) => {
      stream.respond();
      streams.add(stream);
      if (headers[":path"] === "/listener") listeners.add(stream);
    });
    const port = await listen(server);
    return {
      async connect(path) {
        const session = http2.connect(`http://127.0.0.1:${port}`);
        const stream = session.request({ ":path": path });
        const received = receivedBy(stream, "data");
        stream.on("close", () => session.close());
        await once(stream, "response");
        return { received };
      },
      toItsList() {}, // node:http2 has no list of streams
      toOurList: (text) => listeners.forEach((stream) => stream.write(text)),
      close() {
        server.close();
        for (const stream of streams) stream.end();
      },
    };
  },

  async "raw-websockets"() {
    const listeners = new Set<NodeWebSocket>();
    const server = createServer();
    const sockets = new WebSocketServer({ server });
    sockets.on("connection", (socket, req) => {
      if (req.url === "/listener") listeners.add(socket);
    });
    const port = await listen(server);
    return {
      async connect(path) {
        const socket = new NodeWebSocket(`ws://127.0.0.1:${port}${path}`);
        const received = receivedBy(socket, "message");
        await once(socket, "open");
        return { received };
      },
      toItsList: (text) => sockets.clients.forEach((socket) => socket.send(text)), // every connection, listener or not
      toOurList: (text) => listeners.forEach((socket) => socket.send(text)),
      close() {
        server.close();
        for (const socket of sockets.clients) socket.close();
      },
    };
  },

  async "socket-io"() {
    const server = createServer();
    const sockets = new Server(server);
    sockets.on("connection", (socket) => {
      if (socket.handshake.auth.path === "/listener") void socket.join("listeners"); // our code keeps no reference
    });
    const port = await listen(server);
    return {
      async connect(path) {
        const options = { forceNew: true, reconnection: false, transports: ["websocket"], auth: { path } };
        const socket = connect(`http://127.0.0.1:${port}`, options);
        const received = receivedBy(socket as unknown as EventEmitter, "text", "disconnect");
        await new Promise<void>((resolve) => socket.once("connect", resolve));
        return { received };
      },
      toItsList: (text) => sockets.to("listeners").emit("text", text),
      toOurList() {}, // not needed: the room has the listeners
      close() {
        server.close();
        sockets.disconnectSockets(true); // what is buffered is sent first
      },
    };
  },
};

/** The client library of Socket.IO, for a page. The clients of the other three are built into the browser. */
export const socketIoClient = readFileSync(
  new URL("../node_modules/socket.io-client/dist/socket.io.js", import.meta.url),
  "utf8",
);
declare const io: typeof connect;

// The functions below run in a page, which has nothing but the browser, or for socket-io its client library.

/** Receives the bytes of a bare server. */
export const receiveBytes: Record<VariantName, () => Promise<number[]>> = {
  polling: async () => [...new Uint8Array(await (await fetch("/msgs")).arrayBuffer())],
  "http2-push": () =>
    new Promise((resolve) => {
      const source = new EventSource("/msgs");
      source.addEventListener("message", ({ data }) => resolve(Array.from(data, (c: string) => c.charCodeAt(0))));
    }),
  "raw-websockets": () =>
    new Promise((resolve) => {
      const socket = new WebSocket("/msgs");
      socket.binaryType = "arraybuffer";
      socket.addEventListener("message", ({ data }) => resolve([...new Uint8Array(data)]));
    }),
  "socket-io": () => new Promise((resolve) => io().on("bytes", (data) => resolve([...new Uint8Array(data)]))),
};

/** Whether a page can read what a server of another origin sends. */
export const canRead: Record<VariantName, (origin: string) => Promise<boolean>> = {
  polling: (origin) =>
    fetch(`${origin}/msgs`).then(
      () => true,
      () => false,
    ),
  "http2-push": (origin) =>
    new Promise((resolve) => {
      const source = new EventSource(`${origin}/msgs`);
      source.addEventListener("message", () => resolve(true));
      source.addEventListener("error", () => resolve(false));
    }),
  "raw-websockets": (origin) =>
    new Promise((resolve) => {
      const socket = new WebSocket(`${origin}/msgs`);
      socket.addEventListener("message", () => resolve(true));
      socket.addEventListener("error", () => resolve(false));
    }),
  "socket-io": (origin) =>
    new Promise((resolve) => {
      const socket = io(origin, { transports: ["websocket"] });
      socket.onAny(() => resolve(true));
      socket.on("connect_error", () => resolve(false));
    }),
};

/** Posts to a server of another origin. Resolves when the server has answered, or has refused the connection. */
export const postTo: Record<VariantName, (to: { origin: string; type: string }) => Promise<void>> = {
  polling: fetchPostTo,
  "http2-push": fetchPostTo,
  "raw-websockets": ({ origin }) =>
    new Promise((resolve) => {
      const socket = new WebSocket(`${origin}/msgs`);
      socket.addEventListener("open", () => {
        socket.send('{"event":"msg:post","data":{"user":"Eve","text":"hello"}}');
        socket.close();
      });
      socket.addEventListener("close", () => resolve());
    }),
  "socket-io": ({ origin }) =>
    new Promise((resolve) => {
      const socket = io(origin, { transports: ["websocket"], reconnection: false });
      socket.emit("msg:post", { user: "Eve", text: "hello" }, resolve);
      socket.on("connect_error", () => resolve());
    }),
};

function fetchPostTo({ origin, type }: { origin: string; type: string }): Promise<void> {
  const body = '{"user":"Eve","text":"hello"}';
  return fetch(`${origin}/msgs`, { method: "POST", headers: { "Content-Type": type }, body }).then(
    () => {},
    () => {}, // the browser sent the request and keeps the answer from the page, or it did not send the request
  );
}

/** How Socket.IO connects to a refusing server. */
interface By {
  path: "/library" | "/msgs";
  transport: "websocket" | "polling";
}

/** Connects to a refusing server. Resolves to what the technique gives the page: an answer, an event or an error. */
export const refusal: Record<VariantName, (by: By) => Promise<object>> = {
  polling: async () => {
    const response = await fetch("/msgs");
    return { status: response.status, words: await response.text() };
  },
  "http2-push": () => new Promise((resolve) => new EventSource("/msgs").addEventListener("error", resolve)),
  "raw-websockets": () => new Promise((resolve) => new WebSocket("/msgs").addEventListener("close", resolve)),
  "socket-io": ({ path, transport }) =>
    new Promise((resolve) => {
      const socket = io({ path, transports: [transport], forceNew: true, reconnection: false });
      socket.on("connect_error", (error: Error & { description?: unknown; context?: XMLHttpRequest }) => {
        const { message, description, context } = error; // the last two come from the transport
        resolve({ message, description, answer: context?.responseText });
      });
    }),
};

/** All that an object holds, as texts: its own properties and those that it inherits, but no time. */
export function textsOf(object: object): string[] {
  const texts: string[] = [];
  for (const name in object) if (name !== "timeStamp") texts.push(String(object[name as keyof typeof object]));
  return texts;
}

/** Connects to a variant. Resolves when the technique has given up. */
export const connectUntilGivenUp: Record<VariantName, () => Promise<void>> = {
  polling: () =>
    fetch("/msgs?since=").then(
      () => {},
      () => {}, // the connection broke before the answer was here
    ),
  "http2-push": () =>
    new Promise((resolve) => {
      const source = new EventSource("/msgs?since=");
      source.addEventListener("msg:get", ({ lastEventId }) => (document.documentElement.title = lastEventId));
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

/** Connects, and waits for the times of the first four failed attempts after the connection is gone; for none if there is no second one. */
export const failedAttempts: Record<VariantName, () => Promise<number[]>> = {
  polling: () =>
    fetch("/msgs?since=").then(
      () => [],
      () => [], // the server stopped before its answer was here
    ),
  "http2-push": () =>
    new Promise((resolve) => {
      const times: number[] = [];
      const source = new EventSource("/msgs?since=");
      source.addEventListener("error", () => {
        if (times.push(performance.now()) === 4) resolve(times);
      });
    }),
  "raw-websockets": () =>
    new Promise((resolve) => new WebSocket("/msgs?since=").addEventListener("close", () => resolve([]))),
  "socket-io": () =>
    new Promise((resolve) => {
      const times: number[] = [];
      const socket = io({ transports: ["websocket"], reconnectionDelay: 200, randomizationFactor: 0 });
      socket.on("connect_error", () => {
        if (times.push(performance.now()) === 4) resolve(times);
      });
    }),
};

/** Posts to a variant whose connection breaks before it answers. Resolves when the technique will not send anything more. */
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
        // After the reconnect. If the library sends the post again, it does so before this event is answered.
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
