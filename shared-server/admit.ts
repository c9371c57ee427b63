// Who may talk to a server. On localhost neither cookies nor SameSite keep two ports apart, and any page in the browser may open
// a WebSocket to any of them. But a page cannot forge the Origin that the browser states, and a DNS name that was rebound to
// this machine cannot hide the Host that the browser asked for.
import { type IncomingMessage, ServerResponse, STATUS_CODES } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import { isIPv6 } from "node:net";
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import { Refusal } from "../shared-chat/refusal.ts";
import type { Chat } from "./chat-server.ts";

type Request = IncomingMessage | Http2ServerRequest;
type Response = ServerResponse | Http2ServerResponse;

/** The origin at which people reach a server through a proxy, or several. */
export type PublicOrigin = string | string[] | undefined;

/** What every answer says unless its handler says otherwise: no cache keeps it, and the browser believes its Content-Type. */
const always = { "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff" };

/**
 * Middleware that checks Host and Origin. It admits a request whose Host is ours and whose Origin, if it has one, is ours too.
 * Any other request gets 403. Ours are localhost, 127.0.0.1, [::1] and the address that the request arrived at, with the port
 * that it arrived at, and the public origin.
 */
export function admit(publicOrigin: PublicOrigin) {
  return (req: Request, res: Response, next: () => void): void => {
    const refusal = refusalFor(req, publicOrigin);
    setHeaders(res, always);
    if (refusal) answer(res, refusal);
    else next();
  };
}

/**
 * Middleware for the paths with what people say: only our own pages, and whoever is no browser. A page at another port of localhost may send a
 * GET with our cookie and without an Origin. It cannot read the answer, but it would hold a connection in the name of whoever is signed in.
 */
export function ownPagesOnly(req: Request, _res: unknown, next: (error?: Refusal) => void): void {
  next(refusalForData(req));
}

/** A connection of Engine.IO: an id and the request that opened it. */
interface Connection {
  id: string;
  request: IncomingMessage;
  on(event: "close", listener: () => void): unknown;
}
type Engine = { on(event: "connection", listener: (connection: Connection) => void): unknown };

/**
 * The same for Engine.IO, before each of its requests, upgrades included. Two more rules are for its long polling. The id of a connection (sid)
 * is worth nothing without the cookie that came with its handshake. And JSONP (`?j=`) is a script, which a page of any site may run and read.
 */
export function admitEngine(engine: Engine, { publicOrigin, sessions }: Chat) {
  const tokens = new Map<string, string | undefined>(); // by sid
  engine.on("connection", (connection) => {
    tokens.set(connection.id, sessions.token(connection.request));
    connection.on("close", () => tokens.delete(connection.id));
  });
  return (req: IncomingMessage, res: object, next: () => void): void => {
    const { searchParams } = new URL(req.url ?? "", "http://localhost");
    // All of them: which one the library takes of several is its own affair.
    const stolen = searchParams.getAll("sid").some((sid) => tokens.has(sid) && tokens.get(sid) !== sessions.token(req));
    const refusal =
      refusalFor(req, publicOrigin) ??
      refusalForData(req) ??
      (stolen ? new Refusal(403, "This connection (sid) belongs to another session.") : undefined) ??
      (searchParams.has("j") ? new Refusal(403, "This server does not answer JSONP (j).") : undefined);
    if (res instanceof ServerResponse) setHeaders(res, always);
    if (!refusal) next();
    else if (res instanceof ServerResponse) answer(res, refusal);
    else refuseUpgrade(req.socket, refusal); // at an upgrade, engine.io passes an object of its own instead of a response
  };
}

/**
 * The same check for an upgrade, which no web framework sees. A refused upgrade, or one for another path, is answered here.
 * @returns whether the upgrade is admitted.
 */
export function admitUpgrade(req: IncomingMessage, socket: Duplex, path: string, publicOrigin: PublicOrigin): boolean {
  const refusal =
    refusalFor(req, publicOrigin) ?? refusalForData(req) ?? (req.url?.split("?")[0] === path ? undefined : notFound);
  if (refusal) refuseUpgrade(socket, refusal);
  return !refusal;
}

/** Answers with a refusal: its status, and `{ "error": words }`. */
export function answer(res: Response, { status, message, later }: Refusal): void {
  res.statusCode = status;
  if (later !== undefined) res.setHeader("Retry-After", String(later));
  setHeaders(res, { ...always, "Content-Type": "application/json; charset=utf-8" });
  res.end(JSON.stringify({ error: message }));
}

/** Answers with a refusal on a connection without a response object, and ends our side of it. */
export function answerBare(socket: Duplex, { status, message }: Refusal): void {
  const body = JSON.stringify({ error: message });
  const headers = {
    ...always,
    Connection: "close",
    "Content-Type": "application/json; charset=utf-8",
    "Content-Length": Buffer.byteLength(body),
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.on("error", () => {}); // the peer may be gone before it receives our answer
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join("")}\r\n${body}`);
}

function setHeaders(res: Response, headers: Record<string, string>) {
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
}

export const notFound = new Refusal(404, "Nothing was found at this address.");

/** The host and port that a request asks for: `:authority` in HTTP/2, else the header Host. */
export const hostOf = ({ headers }: Request): string => String(headers[":authority"] ?? headers.host).toLowerCase();

function refusalFor(req: Request, publicOrigin: PublicOrigin): Refusal | undefined {
  const { localAddress, localPort } = req.socket;
  if (localAddress === undefined || localPort === undefined) return new Refusal(403, "The connection is gone.");
  const scheme = (req.socket as TLSSocket).encrypted ? "https" : "http";
  const ours = originsOf(scheme, localAddress, localPort, publicOrigin);

  const host = hostOf(req);
  if (!ours.some(({ hosts }) => hosts.includes(host)))
    return new Refusal(403, "This server does not answer to that name (Host).");
  const { origin } = req.headers;
  if (origin === undefined || ours.some((url) => url.origin === origin)) return undefined;
  return new Refusal(403, "A page of another origin may not talk to this server (Origin).");
}

function refusalForData({ headers }: Request): Refusal | undefined {
  const site = headers["sec-fetch-site"]; // a browser states it, and no page can forge it (Fetch Metadata, section 2.3)
  if (site === undefined || site === "same-origin" || site === "none") return undefined;
  return new Refusal(403, "A page of another site may not read or send messages here (Sec-Fetch-Site).");
}

// Every request to a server needs the same few. Parsing the addresses each time would be a good part of what a poll costs.
const origins = new Map<string, { hosts: string[]; origin: string }[]>();

function originsOf(scheme: string, address: string, port: number, publicOrigin: PublicOrigin) {
  const key = [scheme, address, port, publicOrigin].join(" ");
  const known = origins.get(key);
  if (known) return known;
  // An address is not a name: nobody can rebind it to this machine.
  const names = ["localhost", "127.0.0.1", "[::1]", isIPv6(address) ? `[${address}]` : address];
  const addresses = [...names.map((name) => `${scheme}://${name}:${port}`), publicOrigin ?? []].flat();
  const ours = addresses
    .filter((url) => URL.canParse(url))
    .map((url) => {
      const { host, hostname, origin, port: stated, protocol } = new URL(url); // `host` is without a default port
      return { hosts: [host, `${hostname}:${stated || (protocol === "https:" ? 443 : 80)}`], origin };
    });
  origins.set(key, ours);
  return ours;
}

function refuseUpgrade(socket: Duplex, refusal: Refusal) {
  socket.once("finish", () => socket.destroy()); // nobody reads this socket any more, so we would not see the peer hang up
  answerBare(socket, refusal);
}
