// Who has left stays in the audience. Each message is still written to all who ever came, and their memory is never free.
// The check says: Ada has closed her page, Bob says something, and the server still writes to her: it forgets nobody who leaves. What catchUp or audience.join returns must be called on "close".
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
      return catchUp(log, req.get("Last-Event-ID") || req.query.since, reader, {
        send: (update, sent) => res.write(event(update), sent),
        listen: () => audience.join(reader.topics, res),
        goodbye: () => res.end(), // signed out, banned, in other rooms, or the server stops
        hangUp: () => res.destroy(),
      });
    })

    // msg:post
    .post(json, (req, res, next) => {
      const added = chat.add(req.body, chat.reader(req), req.socket.remoteAddress);
      added.then(({ message, repeated }) => res.status(repeated ? 200 : 201).json(message), next);
    })
    .all(allow("GET", "HEAD", "POST"));

  log.listen((update, topics) => {
    const encoded = event(update); // encoded once, written to all
    for (const res of audience.at(topics))
      if (res.writableLength <= limits.backlog) res.write(encoded);
      else res.destroy(); // it reads too slowly, and what waits would fill our memory. Its cursor repairs the gap
  }, closing);

  app.use(refuse);
  return createServer({ keepAliveTimeout: limits.idle }, app);
}
