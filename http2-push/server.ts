// A client asks once, and the answer never ends: we write down the stream whatever is said from now on.
import { createSecureServer, type ServerHttp2Session } from "node:http2";
import type { Server } from "node:net";
import type { Writable } from "node:stream";
import express from "express";
import bridge from "http2-express-bridge";
import type { News } from "../shared-chat/message.ts";
import { numbers } from "../shared-chat/numbers.ts";
import { json } from "../shared-ui/server/body.ts";
import type { Chat } from "../shared-ui/server/chat.ts";
import { allow, refuse, withPage } from "../shared-ui/server/site.ts";
import { certificate } from "./certificate.ts";
import { front } from "./front.ts";
import { promise } from "./promise.ts";

const eventStream = {
  "Content-Type": "text/event-stream",
  "Cache-Control": "no-store, no-transform",
  "X-Accel-Buffering": "no",
};

// The browser keeps the id, and sends it as Last-Event-ID when it comes back (HTML standard, section 9.2).
const event = (news: News) => `event: msg:get\nid: ${news.cursor}\ndata: ${JSON.stringify(news)}\n\n`;

export async function serve(chat: Chat): Promise<Server> {
  const { log, closing } = chat;
  const app = withPage(bridge(express), "http2-push", chat);

  const listening = new Map<Writable, number>(); // and how much may wait unsent for each

  app
    .route("/msgs")

    // msg:get
    .get((req, res) => {
      res.writeHead(200, eventStream);
      if (req.method === "HEAD") return res.end();
      // EventSource comes back after this pause, always the same: give everybody another, or they all come at once.
      res.write(`retry: ${Math.round(500 + 2_000 * Math.random())}\n\n`);
      res.write(event(log.since(req.get("Last-Event-ID") || req.query.since)));
      const stream = (res as { stream?: Writable }).stream ?? res; // in HTTP/1.1 the answer itself is the stream
      listening.set(stream, stream.writableLength + numbers.unsent);
      return res.on("close", () => listening.delete(stream));
    })

    // msg:post
    .post(json, (req, res, next) => {
      log.add(req.body).then(({ message, repeated }) => res.status(repeated ? 200 : 201).json(message), next);
    })
    .all(allow("GET", "HEAD", "POST"));

  log.listen((news) => {
    const written = Buffer.from(event(news)); // made once, for everybody
    for (const [stream, limit] of listening)
      if (stream.writableLength > limit) stream.destroy(); // it does not read; when it comes back, its cursor repairs
      else stream.write(written);
  }, closing);

  app.use(refuse);
  const options = { ...(await certificate()), allowHTTP1: true, settings: { maxConcurrentStreams: 100 } };
  const server = createSecureServer(options, (req, res) => {
    // "GET / HTTP/2.0" in the words of HTTP/1 would end the process inside the bridge.
    if (req.httpVersionMajor === 2 && !req.stream) res.writeHead(505).end();
    else app(req as never, res as never); // Express knows no HTTP/2; the bridge gives these two what it misses
  });
  server.on("stream", promise); // history: no browser allows it any more
  server.setTimeout(numbers.idle); // for a session without a stream; on one with a stream the heartbeat moves

  const sessions = new Set<ServerHttp2Session>();
  server.on("session", (session) => {
    sessions.add(session);
    session.on("close", () => sessions.delete(session));
  });
  closing.addEventListener("abort", () => {
    for (const stream of listening.keys()) stream.end();
    for (const session of sessions) session.close(); // GOAWAY: what is under way ends, nothing new begins
  });
  return front(server, chat.publicOrigin);
}
