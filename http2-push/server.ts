// A client asks once, and the answer never ends: we write every message down the same stream (Server-Sent Events).
import { createSecureServer, type ServerHttp2Session } from "node:http2";
import type { Server } from "node:net";
import type { Writable } from "node:stream";
import express from "express";
import bridge from "http2-express-bridge";
import { limits } from "../shared-chat/limits.ts";
import type { Update } from "../shared-chat/message.ts";
import { json } from "../shared-server/body.ts";
import { allow, type Chat, refuse, withPage } from "../shared-server/site.ts";
import { certificate } from "./certificate.ts";

const eventStream = {
  "Content-Type": "text/event-stream",
  "Cache-Control": "no-store, no-transform",
  "X-Accel-Buffering": "no",
};

// The browser keeps the id, and sends it as Last-Event-ID when it reconnects (HTML standard, section 9.2).
const event = (update: Update) => `event: msg:get\nid: ${update.cursor}\ndata: ${JSON.stringify(update)}\n\n`;

export async function serve(chat: Chat): Promise<Server> {
  const { log, closing } = chat;
  const app = withPage(bridge(express), "http2-push", chat);

  const listeners = new Map<Writable, number>(); // and how much may wait unsent for each

  app
    .route("/msgs")

    // msg:get
    .get((req, res) => {
      res.writeHead(200, eventStream);
      if (req.method === "HEAD") return res.end();
      // EventSource always waits this long before it reconnects. With jitter, or all clients come back at the same moment.
      res.write(`retry: ${Math.round(500 + 2_000 * Math.random())}\n\n`);
      res.write(event(log.since(req.get("Last-Event-ID") || req.query.since)));
      const stream = (res as { stream?: Writable }).stream ?? res; // in HTTP/1.1 the response itself is the stream
      listeners.set(stream, stream.writableLength + limits.backlog);
      return res.on("close", () => listeners.delete(stream));
    })

    // msg:post
    .post(json, (req, res, next) => {
      log.add(req.body).then(({ message, repeated }) => res.status(repeated ? 200 : 201).json(message), next);
    })
    .all(allow("GET", "HEAD", "POST"));

  log.listen((update) => {
    const encoded = Buffer.from(event(update)); // encoded once, written to all
    for (const [stream, limit] of listeners)
      if (stream.writableLength <= limit) stream.write(encoded);
      // A slow consumer: the backlog would fill our memory. It may come back, and its cursor repairs the gap.
      else stream.destroy();
  }, closing);

  app.use(refuse);
  const options = { ...(await certificate()), allowHTTP1: true, settings: { maxConcurrentStreams: 100 } };
  const server = createSecureServer({ ...options, handshakeTimeout: limits.idle }, (req, res) => {
    // "GET / HTTP/2.0" sent as HTTP/1 text would end the process inside the bridge.
    if (req.httpVersionMajor === 2 && !req.stream) res.writeHead(505).end();
    else app(req as never, res as never); // Express does not know HTTP/2; the bridge adds what it misses on these two
  });
  server.setTimeout(limits.idle); // for a session without a stream; on a session with one the heartbeat moves

  const sessions = new Set<ServerHttp2Session>();
  server.on("session", (session) => {
    sessions.add(session);
    session.on("close", () => sessions.delete(session));
  });
  closing.addEventListener("abort", () => {
    for (const stream of listeners.keys()) stream.end();
    for (const session of sessions) session.close(); // GOAWAY: what is under way may end, nothing new begins
  });
  return server;
}
