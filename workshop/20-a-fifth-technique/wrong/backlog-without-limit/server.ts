// Whatever a client does not read waits in the memory of the server.
// The check says: The server does not keep this promise: "a slow consumer: is cut when its backlog is full, while others are not, and its cursor repairs the gap". expected 'He was not cut.' to match /^(the end|cut)$/.
import { createServer, type Server } from "node:http";
import express, { type Response } from "express";
import { limits } from "#shared-chat/limits.ts";
import type { Update } from "#shared-chat/message.ts";
import { Audience } from "#shared-server/audience.ts";
import { json } from "#shared-server/body.ts";
import { catchUp } from "#shared-server/catch-up.ts";
import type { Chat } from "#shared-server/chat-server.ts";
import { allow, refuse } from "#shared-server/handlers.ts";
import { withPage } from "#shared-server/site.ts";

const { FIFTH = "playground/20" } = process.env; // the folder of this file: the commands of the workshop choose it

const event = (update: Update) =>
  Buffer.from(`event: msg:get\nid: ${update.cursor}\ndata: ${JSON.stringify(update)}\n\n`);

export function serve(chat: Chat): Server {
  const { log, closing } = chat;
  const app = withPage(express(), FIFTH, chat);
  const audience = new Audience<Response>(); // who hears what

  app
    .route("/msgs")

    // msg:get
    .get((req, res) => {
      res.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
      if (req.method === "HEAD") return res.end();
      const reader = chat.reader(req);
      const gone = catchUp(log, req.get("Last-Event-ID") || req.query.since, reader, {
        send: (update, sent) => res.write(event(update), sent),
        listen: () => audience.join(reader.topics, res),
        goodbye: () => res.end(), // signed out, banned, in other rooms, or the server stops
        hangUp: () => res.destroy(),
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
    for (const res of audience.at(topics)) res.write(encoded);
  }, closing);

  app.use(refuse);
  return createServer({ keepAliveTimeout: limits.idle }, app);
}
