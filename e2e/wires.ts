// Four small clients with the same methods, so that one suite tests all four techniques. What differs between the techniques
// is data: the table `wires` at the end.
import { once } from "node:events";
import http from "node:http";
import http2 from "node:http2";
import net from "node:net";
import { text as read } from "node:stream/consumers";
import tls from "node:tls";
import { io } from "socket.io-client";
import { WebSocket } from "ws";
import type { Message, Update } from "../shared-chat/message.ts";
import type { VariantName } from "../shared-server/variants.ts";

/** How long a client waits before it polls or connects again, in milliseconds. The pages wait longer. */
const shortDelay = 15;

// Requests -----------------------------------------------------------------------------------------------------------------

/** An HTTP request. With `upgrade` it is a WebSocket handshake. */
export interface HttpRequest {
  method: string;
  path: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
  /** Sends the body without a Content-Length. */
  chunked?: boolean;
  upgrade?: boolean;
}

export interface HttpResponse {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

const upgradeHeaders = {
  Connection: "Upgrade",
  Upgrade: "websocket",
  "Sec-WebSocket-Version": "13",
  "Sec-WebSocket-Key": Buffer.alloc(16).toString("base64"),
};

export async function requestHttp(port: number, request: HttpRequest, agent?: http.Agent): Promise<HttpResponse> {
  const { method, path, body } = request;
  const length = body !== undefined && !request.chunked ? { "Content-Length": Buffer.byteLength(body) } : {};
  const outgoing = http.request({
    host: "127.0.0.1",
    port,
    method,
    path,
    headers: { ...length, ...(request.upgrade ? upgradeHeaders : {}), ...request.headers },
    agent: agent ?? false, // no pool: its connection to the server of an earlier test, which had this port, would be reset
  });
  outgoing.end(body);
  return new Promise((resolve, reject) => {
    outgoing.on("error", reject);
    outgoing.on("upgrade", ({ statusCode = 0, headers }, socket) => {
      socket.destroy();
      resolve({ status: statusCode, headers, text: "" });
    });
    outgoing.on("response", (response) => {
      const { statusCode = 0, headers } = response;
      read(response).then((text) => resolve({ status: statusCode, headers, text }), reject);
    });
  });
}

/** TLS options that accept the self-signed certificate of the server. */
export const trusting = { rejectUnauthorized: false };

function connectHttp2(port: number): http2.ClientHttp2Session {
  const session = http2.connect(`https://127.0.0.1:${port}`, trusting);
  session.on("error", () => {}); // its streams report the error
  return session;
}

/** Destroys a session, but never while it reads a frame: then Node 20.20 frees a stream that nghttp2 still uses. */
export function hangUp(session: http2.ClientHttp2Session): void {
  setImmediate(() => session.destroy());
}

async function requestHttp2(session: http2.ClientHttp2Session, request: HttpRequest): Promise<HttpResponse> {
  const { method, path, body } = request;
  const { Host, ...others } = request.headers ?? {};
  const length = body !== undefined && !request.chunked ? { "content-length": Buffer.byteLength(body) } : {};
  const stream = session.request(
    { ":method": method, ":path": path, ...(Host ? { ":authority": Host } : {}), ...length, ...others },
    { endStream: false },
  );
  stream.end(body);
  const [headers] = (await once(stream, "response")) as [http2.IncomingHttpHeaders & http2.IncomingHttpStatusHeader];
  return { status: headers[":status"] ?? 0, headers, text: await read(stream) };
}

/** Sends raw bytes over TCP, or over TLS with these options. Returns what arrives until the server closes the connection. */
export async function sendRaw(port: number, bytes: string | Uint8Array, over?: tls.ConnectionOptions): Promise<string> {
  const socket = over ? tls.connect({ host: "127.0.0.1", port, ...over }) : net.connect(port, "127.0.0.1");
  const received: Buffer[] = [];
  socket.on("data", (data: Buffer) => received.push(data));
  socket.on("error", () => {}); // a reset is an answer, too
  socket.end(bytes);
  await new Promise((resolve) => socket.on("close", resolve)); // `once` would throw when the connection is reset
  return Buffer.concat(received).toString();
}

// People -------------------------------------------------------------------------------------------------------------------

export interface JoinOptions {
  /** A cursor. A list sends the parameter more than once. */
  since?: string | string[] | undefined;
  /** The account that the client takes itself for. */
  as?: string;
  headers?: Record<string, string>;
  /** Reconnects whenever the connection ends, with the newest cursor. */
  reconnects?: boolean;
}

/** What the server did with a draft. */
export interface Outcome {
  message?: Message;
  error?: string;
  /** The id of the refused draft, if the refusal names it. */
  draftId?: string;
  /** The HTTP status, if the technique has one. */
  status?: number;
  /** The draft is welcome after so many seconds. */
  later?: number;
  /** How the connection ended, if the draft ended it. */
  ended?: string;
}

/** The server refused the connection. */
export class NotAdmitted extends Error {
  readonly status: number;
  constructor(status: number) {
    super(`The server answered the handshake with ${status}.`);
    this.status = status;
  }
}

/** What each technique implements. */
interface Connection {
  post(draft: unknown): Promise<Outcome>;
  leave(): void;
  /** Stop and resume reading, like a phone in a tunnel. */
  pause?(): void;
  resume?(): void;
}

export type Connect = (person: Person, port: number) => Promise<Connection>;

/** A client of the chat. Its methods are the same for all four techniques. */
export class Person {
  /** The cursor of the last update. */
  cursor: string | string[] | undefined;
  /** Every message received so far, whether `next` or `receives` has returned it or not. */
  readonly received: Message[] = [];
  /** Resolves to how the connection ended. */
  readonly ended: Promise<string>;
  readonly options: JoinOptions;
  readonly #port: number;
  readonly #connect: Connect;
  readonly #updates: Update[] = [];
  #connection: Connection | undefined;
  #end: string | undefined;
  #left = false;
  #wake = () => {};
  #resolveEnd = (_how: string) => {};

  constructor(connect: Connect, port: number, options: JoinOptions) {
    this.#connect = connect;
    this.#port = port;
    this.options = options;
    this.cursor = options.since;
    this.ended = new Promise((resolve) => (this.#resolveEnd = resolve));
  }

  /** Connects. @throws {NotAdmitted} */
  async connect(): Promise<this> {
    this.#connection = await this.#connect(this, this.#port);
    if (this.#left) this.#connection.leave();
    return this;
  }

  /** The next update. Updates are queued until they are read. */
  async next(): Promise<Update> {
    for (;;) {
      const update = this.#updates.shift();
      if (update) return update;
      if (this.#end !== undefined) throw new Error(`No more updates: ${this.#end}`);
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** Reads updates until they have brought at least this many messages. */
  async receives(count = 1): Promise<Message[]> {
    const messages: Message[] = [];
    while (messages.length < count) messages.push(...(await this.next()).msg);
    return messages;
  }

  /** Posts any value as a draft. */
  post(draft: unknown): Promise<Outcome> {
    return this.#connection!.post(draft);
  }

  /** Posts a text, and expects that it is accepted. */
  async says(text: string, user = "Ada"): Promise<Message> {
    const { message, ...outcome } = await this.post({ user, text });
    if (!message) throw new Error(`Not accepted: ${JSON.stringify(outcome)}`);
    return message;
  }

  pause(): void {
    this.#connection!.pause?.();
  }

  resume(): void {
    this.#connection!.resume?.();
  }

  leave(): void {
    this.#left = true;
    this.#connection?.leave();
  }

  /** Called by the technique with each update. */
  update(update: Update): void {
    this.cursor = update.cursor;
    this.received.push(...update.msg);
    this.#updates.push(update);
    this.#wake();
  }

  /** Called by the technique when the connection ended. */
  disconnected(how: string): void {
    if (this.options.reconnects && !this.#left) {
      setTimeout(() => this.connect().catch(() => this.disconnected(how)), shortDelay);
      return;
    }
    this.#end ??= how;
    this.#resolveEnd(this.#end);
    this.#wake();
  }
}

/** Joins. Resolves when the technique is connected; the first update may arrive later. @throws {NotAdmitted} */
export function join(wire: Wire, port: number, options: JoinOptions = {}): Promise<Person> {
  return new Person(wire.connect, port, options).connect();
}

/** Reads the outcome of a draft from an HTTP response. */
export function outcomeOf({ status, text, headers }: HttpResponse): Outcome {
  const body = JSON.parse(text);
  const later = headers["retry-after"];
  return status < 300 ? { status, message: body } : { status, ...body, ...(later && { later: Number(later) }) };
}

export const jsonPost = (draft: unknown, headers = {}): HttpRequest => ({
  method: "POST",
  path: "/msgs",
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify(draft),
});

/** `?since=…`, once for each cursor of a list, and `as=…`. */
export function query({
  cursor: since,
  options: { as },
}: {
  cursor?: JoinOptions["since"];
  options: JoinOptions;
}): string {
  const cursors = [since].flat().filter((cursor) => cursor !== undefined);
  const pairs = [...cursors.map((cursor) => ["since", cursor]), ...(as === undefined ? [] : [["as", as]])];
  return pairs.length === 0 ? "" : `?${new URLSearchParams(pairs)}`;
}

// The rare verbs -----------------------------------------------------------------------------------------------------------

/** What somebody with this cookie may do beside reading and posting. Without a cookie it is a stranger. */
export function verbsOf(wire: Wire, port: number, cookie = "") {
  async function ask(method: string, path: string, body?: unknown) {
    const request = body === undefined ? { method, path } : { ...jsonPost(body), method, path };
    const headers = { ...request.headers, ...(cookie && { cookie }) };
    const { text, ...answer } = await wire.request(port, { ...request, headers });
    return { ...answer, body: text && JSON.parse(text) };
  }
  return {
    cookie,
    ask,
    signsOut: () => ask("DELETE", "/session"),
    joins: (room: string) => ask("PUT", `/rooms/${encodeURIComponent(room)}`),
    leaves: (room: string) => ask("DELETE", `/rooms/${encodeURIComponent(room)}`),
    bans: (name: string, reason: string) => ask("PUT", `/bans/${name}`, { reason, until: Date.now() + 3_600_000 }),
    connects: (options: JoinOptions = {}) =>
      join(wire, port, { ...options, headers: { ...options.headers, ...(cookie && { cookie }) } }),
  };
}

/** Signs in; a new name creates the account. */
export async function signIn(wire: Wire, port: number, name: string, password = "correct horse") {
  const { status, headers } = await verbsOf(wire, port).ask("POST", "/session", { name, password });
  const cookies = [headers["set-cookie"] ?? []].flat(); // a balancer may add one of its own
  const [cookie] = cookies.find((each) => each.includes("chat-"))?.split(";") ?? [];
  if (status > 201) throw new Error(`${name} cannot sign in: ${status}.`);
  return verbsOf(wire, port, cookie);
}

// Polling ------------------------------------------------------------------------------------------------------------------

const connectPolling: Connect = async (person, port) => {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 2 });
  const { headers = {} } = person.options;
  let left = false;

  async function poll() {
    const since = person.cursor;
    const { status, text } = await requestHttp(port, { method: "GET", path: `/msgs${query(person)}`, headers }, agent);
    if (left) return;
    if (status === 204) person.update({ msg: [], cursor: String(since) });
    else if (status === 200) person.update(JSON.parse(text));
    else throw new NotAdmitted(status);
  }

  function leave(how: unknown) {
    left = true;
    agent.destroy();
    person.disconnected(String((how as NodeJS.ErrnoException).code ?? how));
  }

  async function loop(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, shortDelay));
    if (left) return undefined;
    await poll();
    return loop();
  }

  await poll().catch((error: unknown) => {
    agent.destroy();
    throw error;
  });
  loop().catch(leave);
  return {
    post: async (draft) => outcomeOf(await requestHttp(port, jsonPost(draft, headers), agent)),
    leave: () => leave("left"),
  };
};

// Server-Sent Events over HTTP/2 -------------------------------------------------------------------------------------------

const connectEventStream: Connect = async (person, port) => {
  const session = connectHttp2(port);
  const { Host, ...others } = person.options.headers ?? {};
  const stream = session.request({
    ":path": `/msgs${query(person)}`,
    accept: "text/event-stream",
    ...(Host ? { ":authority": Host } : {}),
    ...others,
  });
  let status = 0;
  let failed = "";
  let unread: string[] = [];
  stream.setEncoding("utf8");
  stream.on("response", (headers) => (status = headers[":status"] ?? 0));
  stream.on("data", (chunk: string) => {
    if (status !== 200) return;
    unread.push(chunk); // chunks end anywhere, events end with an empty line
    if (!chunk.includes("\n")) return;
    const events = unread.join("").split("\n\n");
    unread = [events.pop()!];
    for (const event of events) {
      const fields = Object.fromEntries(event.split("\n").map((line) => line.split(/: (.*)/s, 2)));
      if (fields.event === "msg:get") person.update(JSON.parse(fields.data));
    }
  });
  stream.on("error", (error: NodeJS.ErrnoException) => (failed = error.code ?? error.message));
  stream.on("close", () => {
    hangUp(session);
    if (status === 200) person.disconnected(failed || (stream.rstCode ? `reset ${stream.rstCode}` : "end of stream"));
  });
  await once(stream, "response");
  if (status !== 200) {
    hangUp(session);
    throw new NotAdmitted(status);
  }
  return {
    post: async (draft) => outcomeOf(await requestHttp2(session, jsonPost(draft, person.options.headers))),
    leave: () => hangUp(session),
    pause: () => void stream.pause(),
    resume: () => void stream.resume(),
  };
};

// Raw WebSockets -----------------------------------------------------------------------------------------------------------

export interface SocketOptions {
  headers?: Record<string, string>;
  /** Does not answer pings, like a frozen or unplugged machine. */
  frozen?: boolean;
  /** Called with each text frame. */
  onFrame?: (frame: string) => void;
}

/** Opens a WebSocket. @throws {NotAdmitted} */
export async function openSocket(port: number, path: string, options: SocketOptions = {}): Promise<WebSocket> {
  const { headers = {}, frozen = false, onFrame } = options;
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers, autoPong: !frozen });
  if (onFrame) socket.on("message", (frame: Buffer) => onFrame(frame.toString()));
  socket.on("unexpected-response", (_request, { statusCode = 0 }) => {
    socket.emit("error", new NotAdmitted(statusCode));
    socket.on("error", () => {}).terminate();
  });
  await once(socket, "open");
  socket.on("error", () => {}); // the close event follows
  return socket;
}

/** Resolves to the close code when the socket closes. */
export const closeCode = (socket: WebSocket) =>
  new Promise<number>((resolve) => {
    if (socket.readyState === WebSocket.CLOSED) resolve(1006);
    socket.on("close", resolve);
  });

const connectSocket: Connect = async (person, port) => {
  const { headers = {} } = person.options;
  const unanswered: ((outcome: Outcome) => void)[] = [];
  const onFrame = (frame: string) => {
    const { event, data } = JSON.parse(frame);
    if (event === "msg:get") person.update(data);
    if (event === "msg:ack") unanswered.shift()?.({ message: data });
    if (event === "msg:error") unanswered.shift()?.(data);
  };
  const socket = await openSocket(port, `/msgs${query(person)}`, { headers, onFrame });
  void closeCode(socket).then((code) => {
    for (const resolve of unanswered) resolve({ ended: String(code) });
    person.disconnected(String(code));
  });
  return {
    post: (draft) =>
      new Promise((resolve) => {
        unanswered.push(resolve);
        socket.send(JSON.stringify({ event: "msg:post", data: draft }));
      }),
    leave: () => socket.terminate(),
    pause: () => socket.pause(),
    resume: () => socket.resume(),
  };
};

// Socket.IO ----------------------------------------------------------------------------------------------------------------

const connectSocketIo: Connect = async (person, port) => {
  const { headers = {}, reconnects = false } = person.options;
  const socket = io(`http://127.0.0.1:${port}`, {
    transports: ["websocket"],
    forceNew: true,
    extraHeaders: headers,
    auth: (send) => send({ since: person.cursor }), // called again for each connection
    ...(person.options.as !== undefined && { query: { as: person.options.as } }),
    reconnection: reconnects, // Socket.IO reconnects without our help
    reconnectionDelay: shortDelay,
    reconnectionDelayMax: shortDelay,
  });
  socket.on("msg:get", (update: Update) => person.update(update));
  socket.on("disconnect", (reason) => {
    if (!reconnects || reason === "io client disconnect") person.disconnected(reason);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", () => {
      socket.off("connect_error"); // from now on, the library tries again
      resolve();
    });
    socket.once("connect_error", (error: Error & { description?: { message?: string } }) => {
      socket.disconnect();
      const [status] = /\b\d{3}\b/.exec(error.description?.message ?? "") ?? [0];
      reject(new NotAdmitted(Number(status)));
    });
  });
  // The WebSocket below Engine.IO.
  const webSocket = () => (socket.io.engine.transport as unknown as { ws: WebSocket }).ws;
  return {
    post: (draft) =>
      new Promise((resolve) => {
        socket.once("disconnect", (reason) => resolve({ ended: reason }));
        socket.emit("msg:post", draft, resolve);
      }),
    leave: () => socket.disconnect(),
    pause: () => webSocket().pause(),
    resume: () => webSocket().resume(),
  };
};

// The table ----------------------------------------------------------------------------------------------------------------

/** A request that every server of this technique refuses, with the expected status and headers. */
export interface Refused {
  for: string;
  request: HttpRequest;
  status: number;
  headers?: Record<string, string>;
}

export interface Wire {
  name: VariantName;
  scheme: "http" | "https";
  connect: Connect;
  /** Sends one request in the protocol of this variant. */
  request(port: number, request: HttpRequest): Promise<HttpResponse>;
  /** Every endpoint, and the status of an admitted request. The Host and Origin rule applies to each. */
  endpoints: { request: HttpRequest; status: number }[];
  /** The HTTP status for each outcome of a draft, if the technique has one. */
  status: { accepted?: number; repeated?: number; refused?: number; conflict?: number };
  /** Whether a refusal carries the draft id. It must where nothing else ties a refusal to its post. */
  refusalHasDraftId: boolean;
  /** The outcome of a draft larger than 32 KiB. */
  oversized: Outcome;
  /** Which cursor counts when a client sends both `since` and the header Last-Event-ID. */
  continuesFrom: "since" | "Last-Event-ID";
  /** What `ended` says after the server stopped. */
  endOnShutdown: RegExp;
  /** What `ended` says after a slow consumer was cut. Polling has no backlog, so it cuts none. */
  endWhenCut?: RegExp;
  /** Opens a connection that does not answer pings, if the technique has pings. */
  freeze?: (port: number) => Promise<WebSocket>;
  /** Requests that are refused for every client, with an error message. */
  refusals: Refused[];
}

const get = (path: string): HttpRequest => ({ method: "GET", path });
const upgradeAt = (path: string): HttpRequest => ({ method: "GET", path, upgrade: true });
const engine = (transport: string) => `/socket.io/?EIO=4&transport=${transport}`;
const hello = { user: "Ada", text: "hello" };
const large = { user: "Ada", text: "x".repeat(33 * 1024) };

const pageRefusals: Refused[] = [
  { for: "an unknown path", request: get("/nope"), status: 404 },
  { for: "a path that cannot be decoded", request: get("/%E0%A4%A"), status: 404 },
  {
    for: "a post to the page",
    request: { ...jsonPost(hello), path: "/" },
    status: 405,
    headers: { allow: "GET, HEAD" },
  },
  {
    for: "a method that is not allowed",
    request: { method: "DELETE", path: "/style.css" },
    status: 405,
    headers: { allow: "GET, HEAD" },
  },
];

const postBody = (body: string | Buffer, headers = {}): HttpRequest => ({ ...jsonPost({}, headers), body });
const methods = { allow: "GET, HEAD, POST" };
const httpRefusals: Refused[] = [
  ...pageRefusals,
  { for: "PUT", request: { ...jsonPost(hello), method: "PUT" }, status: 405, headers: methods },
  { for: "OPTIONS", request: { method: "OPTIONS", path: "/msgs" }, status: 405, headers: methods },
  { for: "no Content-Type", request: { ...jsonPost(hello), headers: {} }, status: 415 },
  { for: "text/plain", request: jsonPost(hello, { "content-type": "text/plain" }), status: 415 },
  { for: "a form", request: jsonPost(hello, { "content-type": "application/x-www-form-urlencoded" }), status: 415 },
  { for: "a compressed body", request: jsonPost(hello, { "content-encoding": "gzip" }), status: 415 },
  { for: "an empty body", request: postBody(""), status: 400 },
  { for: "invalid JSON", request: postBody("{"), status: 400 },
  { for: "invalid UTF-8", request: postBody(Buffer.from('{"user":"Ada","text":"\xff"}', "latin1")), status: 400 },
  { for: "a list", request: postBody("[1]"), status: 422 },
  { for: "null", request: postBody("null"), status: 422 },
  { for: "33 KiB", request: jsonPost(large), status: 413 },
  { for: "33 KiB of unknown length", request: { ...jsonPost(large), chunked: true }, status: 413 },
];

const httpStatus = { accepted: 201, repeated: 200, refused: 422, conflict: 409 };
const httpEndpoints = [
  { request: get("/"), status: 200 },
  { request: { method: "HEAD", path: "/msgs" }, status: 200 },
  { request: jsonPost(hello), status: 201 },
];

export const wires: readonly Wire[] = [
  {
    name: "polling",
    scheme: "http",
    connect: connectPolling,
    request: requestHttp,
    endpoints: [...httpEndpoints, { request: get("/msgs"), status: 200 }],
    status: httpStatus,
    refusalHasDraftId: false,
    oversized: { status: 413 },
    continuesFrom: "since",
    endOnShutdown: /^(ECONNREFUSED|ECONNRESET)$/,
    refusals: httpRefusals,
  },
  {
    name: "http2-push",
    scheme: "https",
    connect: connectEventStream,
    async request(port, request) {
      const session = connectHttp2(port);
      try {
        return await requestHttp2(session, request);
      } finally {
        hangUp(session);
      }
    },
    endpoints: httpEndpoints,
    status: httpStatus,
    refusalHasDraftId: false,
    oversized: { status: 413 },
    continuesFrom: "Last-Event-ID",
    endOnShutdown: /^end of stream$/,
    endWhenCut: /^(end of stream|reset \d+)$/,
    refusals: httpRefusals,
  },
  {
    name: "raw-websockets",
    scheme: "http",
    connect: connectSocket,
    request: requestHttp,
    endpoints: [
      { request: get("/"), status: 200 },
      { request: upgradeAt("/msgs"), status: 101 },
    ],
    status: {},
    refusalHasDraftId: true,
    oversized: { ended: "1009" },
    continuesFrom: "since",
    endOnShutdown: /^1012$/,
    endWhenCut: /^1013$/,
    freeze: (port) => openSocket(port, "/msgs", { frozen: true }),
    refusals: [
      ...pageRefusals,
      { for: "a plain request", request: get("/msgs"), status: 426, headers: { upgrade: "websocket" } },
      { for: "a plain post", request: jsonPost(hello), status: 426, headers: { upgrade: "websocket" } },
      { for: "a WebSocket at another path", request: upgradeAt("/"), status: 404 },
    ],
  },
  {
    name: "socket-io",
    scheme: "http",
    connect: connectSocketIo,
    request: requestHttp,
    endpoints: [
      { request: get("/"), status: 200 },
      { request: get(engine("polling")), status: 200 },
      { request: upgradeAt(engine("websocket")), status: 101 },
    ],
    status: {},
    refusalHasDraftId: false,
    oversized: { ended: "transport close" },
    continuesFrom: "since",
    endOnShutdown: /^transport close$/,
    endWhenCut: /^transport close$/,
    async freeze(port) {
      const socket = await openSocket(port, engine("websocket"));
      socket.send("40"); // connects to the chat, and never sends "3", the answer to a ping
      return socket;
    },
    refusals: [...pageRefusals, { for: "/msgs, which does not exist here", request: get("/msgs"), status: 404 }],
  },
];
