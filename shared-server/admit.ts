// Who may talk to a server. On localhost neither cookies nor SameSite keep two ports apart, and any page in the browser may open
// a WebSocket to any of them. But a page cannot forge the Origin that the browser states, and a DNS name that was rebound to
// this machine cannot hide the Host that the browser asked for.
import { type IncomingMessage, ServerResponse, STATUS_CODES } from "node:http";
import { type Http2ServerRequest, Http2ServerResponse } from "node:http2";
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import { asRefusal, Refusal } from "../shared-chat/refusal.ts";

type Request = IncomingMessage | Http2ServerRequest;
type Response = ServerResponse | Http2ServerResponse;

/**
 * Middleware that checks Host and Origin. It admits a request whose Host is ours and whose Origin, if it has one, is ours too.
 * Any other request gets 403. Ours are localhost, 127.0.0.1 and [::1] with the port that the request arrived at, and the
 * public origin.
 */
export function admit(publicOrigin: string | undefined) {
  return (req: Request, res: Response, next: () => void): void => {
    const refusal = refusalFor(req, publicOrigin);
    if (!refusal) next();
    else if (res instanceof ServerResponse || res instanceof Http2ServerResponse) answer(res, refusal);
    else refuseUpgrade(req.socket, refusal); // at an upgrade, engine.io passes an object of its own instead of a response
  };
}

/**
 * The same check for an upgrade, which no web framework sees. A refused upgrade, or one for another path, is answered here.
 * @returns whether the upgrade is admitted.
 */
export function admitUpgrade(
  req: IncomingMessage,
  socket: Duplex,
  path: string,
  publicOrigin: string | undefined,
): boolean {
  const refusal = refusalFor(req, publicOrigin) ?? (req.url?.split("?")[0] === path ? undefined : notFound);
  if (refusal) refuseUpgrade(socket, refusal);
  return !refusal;
}

/** Answers with a refusal: its status, and `{ "error": words }`. */
export function answer(res: Response, { status, message }: Refusal): void {
  res.statusCode = status;
  res.setHeader("Content-Type", "application/json; charset=utf-8");
  res.end(JSON.stringify({ error: message }));
}

export const notFound = new Refusal(404, "Nothing was found at this address.");

function refusalFor(req: Request, publicOrigin: string | undefined): Refusal | undefined {
  if (req.socket.localPort === undefined) return new Refusal(403, "The connection is gone.");
  const scheme = (req.socket as TLSSocket).encrypted ? "https" : "http";
  const ours = originsOf(scheme, req.socket.localPort, publicOrigin);

  const host = req.headers[":authority"] ?? req.headers.host;
  if (!ours.some((url) => url.host === String(host).toLowerCase()))
    return new Refusal(403, "This server does not answer to that name (Host).");
  const { origin } = req.headers;
  if (origin === undefined || ours.some((url) => url.origin === origin)) return undefined;
  return new Refusal(403, "A page of another origin may not talk to this server (Origin).");
}

// Every request to a server needs the same few. Parsing the addresses each time would be a good part of what a poll costs.
const origins = new Map<string, { host: string; origin: string }[]>();

function originsOf(scheme: string, port: number, publicOrigin = ""): { host: string; origin: string }[] {
  const key = `${scheme} ${port} ${publicOrigin}`;
  const known = origins.get(key);
  if (known) return known;
  const names = ["localhost", "127.0.0.1", "[::1]"].map((name) => `${scheme}://${name}:${port}`);
  const ours = [...names, ...(publicOrigin ? [publicOrigin] : [])].map((address) => {
    const { host, origin } = new URL(address);
    return { host, origin };
  });
  origins.set(key, ours);
  return ours;
}

function refuseUpgrade(socket: Duplex, error: unknown) {
  const { status, message } = asRefusal(error);
  const body = JSON.stringify({ error: message });
  socket.on("error", () => {}); // the peer may be gone before it receives our answer
  socket.once("finish", () => socket.destroy()); // nobody reads this socket any more, so we would not see the peer hang up
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
