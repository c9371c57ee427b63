// A client asks once, and the answer never ends: we write every message down the same stream (Server-Sent Events).
import { createSecureServer, type ServerHttp2Session } from "node:http2";
import type { Server, Socket } from "node:net";
import type { Writable } from "node:stream";
import express from "express";
import bridge from "http2-express-bridge";
import { limits } from "../shared-chat/limits.ts";
import type { Update } from "../shared-chat/message.ts";
import { Refusal } from "../shared-chat/refusal.ts";
import { answer } from "../shared-server/admit.ts";
import { Audience } from "../shared-server/audience.ts";
import { json } from "../shared-server/body.ts";
import { catchUp } from "../shared-server/catch-up.ts";
import type { Chat } from "../shared-server/chat-server.ts";
import { heads } from "../shared-server/heads.ts";
import { allow, refuse } from "../shared-server/handlers.ts";
import { withPage } from "../shared-server/site.ts";
import { certificate } from "./certificate.ts";

const eventStream = {
  "Content-Type": "text/event-stream",
  "Cache-Control": "no-store, no-transform",
  "X-Accel-Buffering": "no",
};

// The browser keeps the id, and sends it as Last-Event-ID when it reconnects (HTML standard, section 9.2).
// Bytes, not text: only of bytes does a stream know how much waits.
const event = (update: Update, before = "") =>
  Buffer.from(`${before}event: msg:get\nid: ${update.cursor}\ndata: ${JSON.stringify(update)}\n\n`);

export async function serve(chat: Chat): Promise<Server> {
  const { log, closing } = chat;
  const app = withPage(bridge(express), "http2-push", chat);

  const audience = new Audience<Writable>();

  app
    .route("/msgs")

    // msg:get
    .get((req, res) => {
      res.writeHead(200, eventStream);
      if (req.method === "HEAD") return res.end();
      // EventSource always waits this long before it reconnects. With jitter, or all clients come back at the same moment.
      const retry = `retry: ${Math.round(500 + 2_000 * Math.random())}\n\n`;
      const stream = (res as { stream?: Writable }).stream ?? res; // in HTTP/1.1 the response itself is the stream
      // One write, and no other before it is done. If a client hangs up while a write is under way, node:http2 may wait for its end for
      // ever, and never close the socket (see nodejs/node#42710). With several writes at the start of a stream that is frequent.
      const reader = chat.reader(req);
      const gone = catchUp(log, req.get("Last-Event-ID") || req.query.since, reader, {
        send: (update, sent) => res.write(event(update, retry), sent),
        listen: () => audience.join(reader.topics, stream),
        goodbye: () => stream.end(),
        hangUp: () => stream.destroy(),
      });
      return res.on("close", gone);
    })

    // msg:post
    .post(json, (req, res, next) => {
      const added = chat.add(req.body, chat.reader(req), req.socket.remoteAddress);
      added.then(({ message, repeated }) => res.status(repeated ? 200 : 201).json(message), next);
    })
    .all(allow("GET", "HEAD", "POST"));

  log.listen((update, topics) => {
    const encoded = event(update); // encoded once, written to all
    for (const stream of audience.at(topics))
      if (stream.writableLength <= limits.backlog) stream.write(encoded);
      // A slow consumer: the backlog would fill our memory. It may come back, and its cursor repairs the gap.
      else stream.destroy();
  }, closing);

  app.use(refuse);
  const options = { ...(await certificate()), allowHTTP1: true, handshakeTimeout: limits.idle };
  // The list may be twice as long as a head: what exceeds these numbers is reset by Node, and our answer in words comes before.
  const settings = { maxConcurrentStreams: 100, maxHeaderListSize: 2 * heads.size };
  const server = createSecureServer({ ...options, settings, maxHeaderListPairs: heads.fields }, (req, res) => {
    // "GET / HTTP/2.0" sent as HTTP/1 text would end the process inside the bridge.
    if (req.httpVersionMajor === 2 && !req.stream) answer(res, new Refusal(505, "This is not how HTTP/2 begins."));
    else app(req as never, res as never); // Express does not know HTTP/2; the bridge adds what it misses on these two
  });
  server.setTimeout(limits.idle); // for a session without a stream; on a session with one the heartbeat moves

  const sessions = new Map<ServerHttp2Session, Socket>();
  server.on("session", (session) => {
    // The same wait keeps `session.destroy()` from closing the socket, which is what Node does when nothing has moved for long.
    session.on("connect", (_session, socket) => {
      sessions.set(
        session,
        socket.on("close", () => sessions.delete(session)),
      );
      session.on("timeout", () => socket.destroy());
    });
  });

  // An unplugged peer says nothing, and TCP notices only minutes after we have sent into the silence. So we ping.
  const heartbeat = setInterval(() => {
    for (const [session, socket] of sessions) {
      const silent = setTimeout(() => socket.destroy(), limits.pong);
      if (!session.destroyed) session.ping(() => clearTimeout(silent)); // its socket may still be open
    }
  }, limits.ping);

  closing.addEventListener("abort", () => {
    clearInterval(heartbeat);
    for (const session of sessions.keys()) session.close(); // GOAWAY: what is under way may end, nothing new begins
  });
  return server;
}
