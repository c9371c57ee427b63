// The head of a request: its first line and its headers. No app sees a request before its head is complete, so what is wrong
// with a head is answered here.
import { type IncomingMessage, type Server as HttpServer, ServerResponse } from "node:http";
import type { Http2ServerRequest } from "node:http2";
import type { Server, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { limits } from "../shared-chat/limits.ts";
import { Refusal } from "../shared-chat/refusal.ts";
import { answerBare } from "./admit.ts";

/** The limits of a head. Tests shorten them. */
export const heads = {
  /** How many bytes it may have. Cookies do not separate ports: those of every project on localhost arrive here, and 16 KiB, Node's default, are soon full. */
  size: 64 * 1024,
  /** How many headers it may have over HTTP/2, where each cookie is one (RFC 9113, section 8.2.3). Browsers keep 180 cookies for a host; Node's default is 128. */
  fields: 256,
  /** How many milliseconds it may take. */
  time: 60_000,
};

const tooLarge = () =>
  new Refusal(
    431,
    `The headers of this request have more than ${heads.size / 1024} KiB. If these are cookies, delete those of localhost: every project there sets some.`,
  );

const refusals: Record<string, () => Refusal> = {
  HPE_HEADER_OVERFLOW: tooLarge,
  ERR_HTTP_REQUEST_TIMEOUT: () => new Refusal(408, "The request took too long to arrive."),
};

/** Gives a server these limits, before it listens. What breaks them is answered in words. */
export function limitHeads(server: Server): void {
  // Node reads these properties for each connection. The constructor of a secure server takes no such options for HTTP/1.
  const { size: maxHeaderSize, time: headersTimeout } = heads;
  Object.assign(server, { maxHeaderSize, headersTimeout, connectionsCheckingInterval: headersTimeout / 2 });

  const answers = new WeakMap<Duplex, ServerResponse>(); // the latest on each connection
  server.on("request", (req: IncomingMessage, res: unknown) => {
    if (res instanceof ServerResponse) answers.set(req.socket, res);
  });
  server.on("clientError", ({ code = "" }: NodeJS.ErrnoException, socket: Socket) => {
    const answer = answers.get(socket);
    const refusal = refusals[code]?.() ?? new Refusal(400, "This is not an HTTP request.");
    // Words after a failed TLS handshake would not be read, and in the middle of an answer they would be taken for a part of it.
    const answering = answer?.headersSent && !answer.writableFinished;
    if (answering || !/^(HPE|ERR_HTTP)_/.test(code)) socket.destroy();
    else if (socket.writable) {
      answerBare(socket, refusal);
      // Not at once: a connection that is closed while it still receives is reset, and the peer may lose our words.
      setTimeout(() => socket.destroy(), limits.grace).unref();
    }
  });
}

/** Middleware that does over HTTP/2 what Node does over HTTP/1: there it can only reset a stream, without words. */
export function headFits(
  req: IncomingMessage | Http2ServerRequest,
  _res: unknown,
  next: (error?: Refusal) => void,
): void {
  const size = req.httpVersionMajor === 2 ? Buffer.byteLength(req.rawHeaders.join("")) : 0;
  next(size > heads.size ? tooLarge() : undefined);
}

const isWebSocket = ({ headers }: IncomingMessage) => headers.upgrade?.toLowerCase() === "websocket";

/**
 * Lets only upgrades to a WebSocket reach the listeners for upgrades. A server that does not want another protocol, such as
 * h2c, answers as if the client had not offered it (RFC 9110, section 7.8). An older Node hands every offer to the listeners.
 */
export function ignoreOtherUpgrades(server: HttpServer): void {
  const listeners = server.listeners("upgrade");
  if (listeners.length === 0) return; // then Node itself ignores every offer
  if ("shouldUpgradeCallback" in server) {
    server.shouldUpgradeCallback = isWebSocket; // a newer Node asks
    return;
  }
  server.removeAllListeners("upgrade");
  server.on("upgrade", (req: IncomingMessage, socket: Duplex, rest: Buffer) => {
    if (isWebSocket(req)) {
      for (const listener of listeners) listener.call(server, req, socket, rest);
      return;
    }
    // Node has stopped parsing. The same request without the offer goes back onto the connection, in front of what follows.
    const head = [`${req.method} ${req.url} HTTP/${req.httpVersion}\r\n`];
    for (let n = 0; n < req.rawHeaders.length; n += 2)
      if (req.rawHeaders[n]?.toLowerCase() !== "upgrade")
        head.push(`${req.rawHeaders[n]}: ${req.rawHeaders[n + 1]}\r\n`);
    socket.unshift(Buffer.concat([Buffer.from(`${head.join("")}\r\n`, "latin1"), rest]));
    server.emit("connection", socket);
  });
}
