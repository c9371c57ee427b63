// Four small clients with the same verbs, so that one suite asks all four techniques the same questions. What really
// differs between them is data: the table `wires` at the end.
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

/** How long a client waits before it asks or connects again. The pages wait longer. */
const soon = 15;

// Requests -----------------------------------------------------------------------------------------------------------------

/** A request, or (with `upgrade`) the wish to speak WebSocket from now on. */
export interface Knock {
  method: string;
  path: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
  /** Sends the body without saying how long it is. */
  chunked?: boolean;
  upgrade?: boolean;
}

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

const upgrade = {
  Connection: "Upgrade",
  Upgrade: "websocket",
  "Sec-WebSocket-Version": "13",
  "Sec-WebSocket-Key": Buffer.alloc(16).toString("base64"),
};

async function knockHttp(port: number, knock: Knock, agent?: http.Agent): Promise<Answer> {
  const length = knock.body !== undefined && !knock.chunked ? { "Content-Length": Buffer.byteLength(knock.body) } : {};
  const request = http.request({
    host: "127.0.0.1",
    port,
    method: knock.method,
    path: knock.path,
    headers: { ...length, ...(knock.upgrade ? upgrade : {}), ...knock.headers },
    ...(agent ? { agent } : {}),
  });
  request.end(knock.body);
  return new Promise((resolve, reject) => {
    request.on("error", reject);
    request.on("upgrade", ({ statusCode = 0, headers }, socket) => {
      socket.destroy();
      resolve({ status: statusCode, headers, text: "" });
    });
    request.on("response", (response) => {
      const { statusCode = 0, headers } = response;
      read(response).then((body) => resolve({ status: statusCode, headers, text: body }), reject);
    });
  });
}

/** For the certificate that the server made itself. */
export const trusting = { rejectUnauthorized: false };

function connectHttp2(port: number): http2.ClientHttp2Session {
  const session = http2.connect(`https://127.0.0.1:${port}`, trusting);
  session.on("error", () => {}); // its streams tell
  return session;
}

/** Destroys a session, but never while it reads a frame: there Node 20.20 frees a stream that nghttp2 goes on to use. */
export function hangUp(session: http2.ClientHttp2Session): void {
  setImmediate(() => session.destroy());
}

async function knockHttp2(session: http2.ClientHttp2Session, knock: Knock): Promise<Answer> {
  const { Host, ...others } = knock.headers ?? {};
  const length = knock.body !== undefined && !knock.chunked ? { "content-length": Buffer.byteLength(knock.body) } : {};
  const stream = session.request(
    { ":method": knock.method, ":path": knock.path, ...(Host ? { ":authority": Host } : {}), ...length, ...others },
    { endStream: false },
  );
  stream.end(knock.body);
  const [headers] = (await once(stream, "response")) as [http2.IncomingHttpHeaders & http2.IncomingHttpStatusHeader];
  return { status: headers[":status"] ?? 0, headers, text: await read(stream) };
}

/** Sends bytes as they are and gives back all that comes until the other end hangs up. */
export async function shout(port: number, bytes: string | Uint8Array, over?: tls.ConnectionOptions): Promise<string> {
  const socket = over ? tls.connect({ host: "127.0.0.1", port, ...over }) : net.connect(port, "127.0.0.1");
  const said: Buffer[] = [];
  socket.on("data", (data: Buffer) => said.push(data));
  socket.on("error", () => {}); // being cut is an answer, too
  socket.end(bytes);
  await new Promise((resolve) => socket.on("close", resolve)); // `once` would throw when the connection is cut
  return Buffer.concat(said).toString();
}

// People -------------------------------------------------------------------------------------------------------------------

export interface JoinOptions {
  /** A cursor; a list sends it more than once. */
  since?: string | string[] | undefined;
  headers?: Record<string, string>;
  /** Comes back by itself whenever the connection ends, with the cursor it has by then. */
  returns?: boolean;
}

/** What became of a draft. */
export interface Outcome {
  message?: Message;
  error?: string;
  /** The id of the refused draft. */
  draftId?: string;
  /** Where the technique has one. */
  status?: number;
  /** The connection ended over it. */
  ended?: string;
}

/** The handshake was refused. */
export class NotAdmitted extends Error {
  readonly status: number;
  constructor(status: number) {
    super(`The handshake was answered with ${status}.`);
    this.status = status;
  }
}

/** What a technique does for a person. */
interface Connection {
  post(draft: unknown): Promise<Outcome>;
  leave(): void;
  /** Stops and goes on reading, like a phone in a tunnel. */
  pause?(): void;
  resume?(): void;
}

type Connect = (person: Person, port: number) => Promise<Connection>;

/** Somebody in the chat. The verbs are the same, whatever the technique. */
export class Person {
  /** Names the last message that has come in. */
  cursor: string | string[] | undefined;
  /** Every message that has come in so far, asked for or not. */
  readonly heard: Message[] = [];
  /** Resolves to how the connection ended. */
  readonly ended: Promise<string>;
  readonly options: JoinOptions;
  readonly #port: number;
  readonly #connect: Connect;
  readonly #news: Update[] = [];
  #connection: Connection | undefined;
  #end: string | undefined;
  #left = false;
  #stir = () => {};
  #tellEnd = (_how: string) => {};

  constructor(connect: Connect, port: number, options: JoinOptions) {
    this.#connect = connect;
    this.#port = port;
    this.options = options;
    this.cursor = options.since;
    this.ended = new Promise((resolve) => (this.#tellEnd = resolve));
  }

  /** Connects. @throws {NotAdmitted} */
  async connect(): Promise<this> {
    this.#connection = await this.#connect(this, this.#port);
    if (this.#left) this.#connection.leave();
    return this;
  }

  /** The next news. They wait until they are asked for. */
  async next(): Promise<Update> {
    for (;;) {
      const update = this.#news.shift();
      if (update) return update;
      if (this.#end !== undefined) throw new Error(`No more news: ${this.#end}`);
      await new Promise<void>((resolve) => (this.#stir = resolve));
    }
  }

  /** The next messages, at least so many. */
  async hears(count = 1): Promise<Message[]> {
    const heard: Message[] = [];
    while (heard.length < count) heard.push(...(await this.next()).msg);
    return heard;
  }

  /** Posts anything, and tells what became of it. */
  post(draft: unknown): Promise<Outcome> {
    return this.#connection!.post(draft);
  }

  /** Posts a text that is accepted. */
  async says(text: string, user = "Ada"): Promise<Message> {
    const { message, ...otherwise } = await this.post({ user, text });
    if (!message) throw new Error(`Not accepted: ${JSON.stringify(otherwise)}`);
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

  /** For the technique: these news came in. */
  take(update: Update): void {
    this.cursor = update.cursor;
    this.heard.push(...update.msg);
    this.#news.push(update);
    this.#stir();
  }

  /** For the technique: the connection ended. */
  lost(how: string): void {
    if (this.options.returns && !this.#left) {
      setTimeout(() => this.connect().catch(() => this.lost(how)), soon);
      return;
    }
    this.#end ??= how;
    this.#tellEnd(this.#end);
    this.#stir();
  }
}

/** Joins; resolves when the technique is connected. The first news may be on their way yet. @throws {NotAdmitted} */
export function join(wire: Wire, port: number, options: JoinOptions = {}): Promise<Person> {
  return new Person(wire.connect, port, options).connect();
}

/** What an HTTP answer says about a draft. */
function outcome({ status, text: body }: Answer): Outcome {
  const said = JSON.parse(body);
  return status < 300 ? { status, message: said } : { status, ...said };
}

const jsonPost = (draft: unknown, headers = {}): Knock => ({
  method: "POST",
  path: "/msgs",
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify(draft),
});

/** `?since=…`, once for each of a list. */
function query(since: JoinOptions["since"]): string {
  const all = [since].flat().filter((one) => one !== undefined);
  return all.length === 0 ? "" : `?${new URLSearchParams(all.map((one) => ["since", one]))}`;
}

// Polling ------------------------------------------------------------------------------------------------------------------

const connectPolling: Connect = async (person, port) => {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 2 });
  const { headers = {} } = person.options;
  let gone = false;

  async function poll() {
    const asked = person.cursor;
    const { status, text: body } = await knockHttp(
      port,
      { method: "GET", path: `/msgs${query(asked)}`, headers },
      agent,
    );
    if (gone) return;
    if (status === 204) person.take({ msg: [], cursor: String(asked) });
    else if (status === 200) person.take(JSON.parse(body));
    else throw new NotAdmitted(status);
  }

  function leave(how: unknown) {
    gone = true;
    agent.destroy();
    person.lost(String((how as NodeJS.ErrnoException).code ?? how));
  }

  async function loop(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, soon));
    if (gone) return undefined;
    await poll();
    return loop();
  }

  await poll().catch((error: unknown) => {
    agent.destroy();
    throw error;
  });
  loop().catch(leave);
  return {
    post: async (draft) => outcome(await knockHttp(port, jsonPost(draft, headers), agent)),
    leave: () => leave("left"),
  };
};

// HTTP/2 push --------------------------------------------------------------------------------------------------------------

const connectPush: Connect = async (person, port) => {
  const session = connectHttp2(port);
  const { Host, ...others } = person.options.headers ?? {};
  const stream = session.request({
    ":path": `/msgs${query(person.cursor)}`,
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
    unread.push(chunk); // chunks end where the network pleases, events with an empty line
    if (!chunk.includes("\n")) return;
    const events = unread.join("").split("\n\n");
    unread = [events.pop()!];
    for (const event of events) {
      const fields = Object.fromEntries(event.split("\n").map((line) => line.split(/: (.*)/s, 2)));
      if (fields.event === "msg:get") person.take(JSON.parse(fields.data));
    }
  });
  stream.on("error", (error: NodeJS.ErrnoException) => (failed = error.code ?? error.message));
  stream.on("close", () => {
    hangUp(session);
    if (status === 200) person.lost(failed || (stream.rstCode ? `reset ${stream.rstCode}` : "end of stream"));
  });
  await once(stream, "response");
  if (status !== 200) {
    hangUp(session);
    throw new NotAdmitted(status);
  }
  return {
    post: async (draft) => outcome(await knockHttp2(session, jsonPost(draft, person.options.headers))),
    leave: () => hangUp(session),
    pause: () => void stream.pause(),
    resume: () => void stream.resume(),
  };
};

// Raw WebSockets -----------------------------------------------------------------------------------------------------------

export interface SocketOptions {
  headers?: Record<string, string>;
  /** Hears pings and does not answer them, like a frozen or unplugged machine. */
  frozen?: boolean;
  /** Hears each text frame. */
  hear?: (frame: string) => void;
}

/** Opens a WebSocket. @throws {NotAdmitted} */
export async function openSocket(port: number, path: string, options: SocketOptions = {}): Promise<WebSocket> {
  const { headers = {}, frozen = false, hear } = options;
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers, autoPong: !frozen });
  if (hear) socket.on("message", (frame: Buffer) => hear(frame.toString()));
  socket.on("unexpected-response", (_request, { statusCode = 0 }) => {
    socket.emit("error", new NotAdmitted(statusCode));
    socket.on("error", () => {}).terminate();
  });
  await once(socket, "open");
  socket.on("error", () => {}); // the close tells
  return socket;
}

/** The code with which the other end closes. */
export const closeCode = (socket: WebSocket) =>
  new Promise<number>((resolve) => {
    if (socket.readyState === WebSocket.CLOSED) resolve(1006);
    socket.on("close", resolve);
  });

const connectSocket: Connect = async (person, port) => {
  const { headers = {} } = person.options;
  const unanswered: ((outcome: Outcome) => void)[] = [];
  const hear = (frame: string) => {
    const { event, data } = JSON.parse(frame);
    if (event === "msg:get") person.take(data);
    if (event === "msg:ack") unanswered.shift()?.({ message: data });
    if (event === "msg:error") unanswered.shift()?.(data);
  };
  const socket = await openSocket(port, `/msgs${query(person.cursor)}`, { headers, hear });
  void closeCode(socket).then((code) => {
    for (const answer of unanswered) answer({ ended: String(code) });
    person.lost(String(code));
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
  const { headers = {}, returns = false } = person.options;
  const socket = io(`http://127.0.0.1:${port}`, {
    transports: ["websocket"],
    forceNew: true,
    extraHeaders: headers,
    auth: (send) => send({ since: person.cursor }), // asked anew for each connection
    reconnection: returns, // Socket.IO comes back by itself
    reconnectionDelay: soon,
    reconnectionDelayMax: soon,
  });
  socket.on("msg:get", (update: Update) => person.take(update));
  socket.on("disconnect", (reason) => {
    if (!returns || reason === "io client disconnect") person.lost(reason);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("connect_error", (error: Error & { description?: { message?: string } }) => {
      socket.disconnect();
      const [status] = /\b\d{3}\b/.exec(error.description?.message ?? "") ?? [0];
      reject(new NotAdmitted(Number(status)));
    });
  });
  // Its WebSocket, below the engine.
  const beneath = () => (socket.io.engine.transport as unknown as { ws: WebSocket }).ws;
  return {
    post: (draft) =>
      new Promise((resolve) => {
        socket.once("disconnect", (reason) => resolve({ ended: reason }));
        socket.emit("msg:post", draft, resolve);
      }),
    leave: () => socket.disconnect(),
    pause: () => beneath().pause(),
    resume: () => beneath().resume(),
  };
};

// The table ----------------------------------------------------------------------------------------------------------------

/** A knock that is refused: what for, with which status, and which headers say more. */
export interface Refused {
  for: string;
  knock: Knock;
  status: number;
  headers?: Record<string, string>;
}

export interface Wire {
  name: VariantName;
  scheme: "http" | "https";
  connect: Connect;
  /** Sends one request in the protocol of this variant. */
  knock(port: number, knock: Knock): Promise<Answer>;
  /** Every way in, and the status that a welcome guest gets. The Host and Origin rule holds at each. */
  doors: { knock: Knock; status: number }[];
  /** The status of what becomes of a draft, where the technique has one. */
  status: { accepted?: number; repeated?: number; refused?: number; conflict?: number };
  /** Whether a refusal names the draft: where answers travel apart from the questions. */
  namesDraft: boolean;
  /** What becomes of a draft larger than 32 KiB. */
  oversized: Outcome;
  /** Which of two cursors counts, when somebody sends `since` and the header Last-Event-ID. */
  continuesFrom: "since" | "Last-Event-ID";
  /** How the end looks when the server stops. */
  goodbye: RegExp;
  /** How the end looks to a slow reader that was cut; nothing where nobody waits to be told. */
  cut?: RegExp;
  /** Opens a connection that does not answer pings, where there are pings. */
  freeze?: (port: number) => Promise<WebSocket>;
  /** What is refused to anybody, with words. */
  refusals: Refused[];
}

const get = (path: string): Knock => ({ method: "GET", path });
const upgradeAt = (path: string): Knock => ({ method: "GET", path, upgrade: true });
const engine = (transport: string) => `/socket.io/?EIO=4&transport=${transport}`;
const hello = { user: "Ada", text: "hello" };
const large = { user: "Ada", text: "x".repeat(33 * 1024) };

const pageRefusals: Refused[] = [
  { for: "another path", knock: get("/nope"), status: 404 },
  { for: "a path that cannot be decoded", knock: get("/%E0%A4%A"), status: 404 },
  { for: "a post to the page", knock: { ...jsonPost(hello), path: "/" }, status: 405, headers: { allow: "GET, HEAD" } },
  {
    for: "another method",
    knock: { method: "DELETE", path: "/style.css" },
    status: 405,
    headers: { allow: "GET, HEAD" },
  },
];

const posted = (body: string | Buffer, headers = {}): Knock => ({ ...jsonPost({}, headers), body });
const methods = { allow: "GET, HEAD, POST" };
const httpRefusals: Refused[] = [
  ...pageRefusals,
  { for: "PUT", knock: { ...jsonPost(hello), method: "PUT" }, status: 405, headers: methods },
  { for: "OPTIONS", knock: { method: "OPTIONS", path: "/msgs" }, status: 405, headers: methods },
  { for: "no type", knock: { ...jsonPost(hello), headers: {} }, status: 415 },
  { for: "text/plain", knock: jsonPost(hello, { "content-type": "text/plain" }), status: 415 },
  { for: "a form", knock: jsonPost(hello, { "content-type": "application/x-www-form-urlencoded" }), status: 415 },
  { for: "a compressed body", knock: jsonPost(hello, { "content-encoding": "gzip" }), status: 415 },
  { for: "an empty body", knock: posted(""), status: 400 },
  { for: "no JSON", knock: posted("{"), status: 400 },
  { for: "no UTF-8", knock: posted(Buffer.from('{"user":"Ada","text":"\xff"}', "latin1")), status: 400 },
  { for: "a list", knock: posted("[1]"), status: 422 },
  { for: "null", knock: posted("null"), status: 422 },
  { for: "33 KiB", knock: jsonPost(large), status: 413 },
  { for: "33 KiB of unknown length", knock: { ...jsonPost(large), chunked: true }, status: 413 },
];

const httpStatus = { accepted: 201, repeated: 200, refused: 422, conflict: 409 };
const httpDoors = [
  { knock: get("/"), status: 200 },
  { knock: { method: "HEAD", path: "/msgs" }, status: 200 },
  { knock: jsonPost(hello), status: 201 },
];

export const wires: readonly Wire[] = [
  {
    name: "polling",
    scheme: "http",
    connect: connectPolling,
    knock: knockHttp,
    doors: [...httpDoors, { knock: get("/msgs"), status: 200 }],
    status: httpStatus,
    namesDraft: false,
    oversized: { status: 413 },
    continuesFrom: "since",
    goodbye: /^(ECONNREFUSED|ECONNRESET)$/,
    refusals: httpRefusals,
  },
  {
    name: "http2-push",
    scheme: "https",
    connect: connectPush,
    async knock(port, knock) {
      const session = connectHttp2(port);
      try {
        return await knockHttp2(session, knock);
      } finally {
        hangUp(session);
      }
    },
    doors: httpDoors,
    status: httpStatus,
    namesDraft: false,
    oversized: { status: 413 },
    continuesFrom: "Last-Event-ID",
    goodbye: /^end of stream$/,
    cut: /^(end of stream|reset \d+)$/,
    refusals: httpRefusals,
  },
  {
    name: "raw-websockets",
    scheme: "http",
    connect: connectSocket,
    knock: knockHttp,
    doors: [
      { knock: get("/"), status: 200 },
      { knock: upgradeAt("/msgs"), status: 101 },
    ],
    status: {},
    namesDraft: true,
    oversized: { ended: "1009" },
    continuesFrom: "since",
    goodbye: /^1012$/,
    cut: /^1013$/,
    freeze: (port) => openSocket(port, "/msgs", { frozen: true }),
    refusals: [
      ...pageRefusals,
      { for: "a plain request", knock: get("/msgs"), status: 426, headers: { upgrade: "websocket" } },
      { for: "a plain post", knock: jsonPost(hello), status: 426, headers: { upgrade: "websocket" } },
      { for: "a WebSocket at another path", knock: upgradeAt("/"), status: 404 },
    ],
  },
  {
    name: "socket-io",
    scheme: "http",
    connect: connectSocketIo,
    knock: knockHttp,
    doors: [
      { knock: get("/"), status: 200 },
      { knock: get(engine("polling")), status: 200 },
      { knock: upgradeAt(engine("websocket")), status: 101 },
    ],
    status: {},
    namesDraft: false,
    oversized: { ended: "transport close" },
    continuesFrom: "since",
    goodbye: /^transport close$/,
    cut: /^transport close$/,
    async freeze(port) {
      const socket = await openSocket(port, engine("websocket"));
      socket.send("40"); // connects to the chat; never a "3", which answers a ping
      return socket;
    },
    refusals: [...pageRefusals, { for: "/msgs, which has no meaning here", knock: get("/msgs"), status: 404 }],
  },
];
