// A client asks every three seconds, and we answer with what it has not seen yet.
import { createServer, type Server } from "node:http";
import express from "express";
import { limits } from "../shared-chat/limits.ts";
import { json } from "../shared-server/body.ts";
import { waitsFor } from "../shared-server/catch-up.ts";
import type { Chat } from "../shared-server/chat-server.ts";
import { allow, refuse } from "../shared-server/handlers.ts";
import { withPage } from "../shared-server/site.ts";

export function serve(chat: Chat): Server {
  const app = withPage(express(), "polling", chat);

  // There is no list of listeners: between two polls the server does not know that anybody is there.
  app
    .route("/msgs")

    // msg:get
    .get((req, res) => {
      const update = chat.log.since(req.query.since, chat.reader(req));
      if (!update.msg.length && !update.rooms) return res.status(204).end(); // nothing new: an answer without a body
      const left = waitsFor(update, () => res.destroy());
      return res.on("close", left).json(update);
    })

    // msg:post
    .post(json, (req, res, next) => {
      const added = chat.add(req.body, chat.reader(req), req.socket.remoteAddress);
      added.then(({ message, repeated }) => res.status(repeated ? 200 : 201).json(message), next);
    })
    .all(allow("GET", "HEAD", "POST"));

  app.use(refuse);
  return createServer({ keepAliveTimeout: limits.idle }, app);
}
