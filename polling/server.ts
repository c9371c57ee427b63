// A client asks every three seconds, and we answer with what it has not seen yet.
import { createServer, type Server } from "node:http";
import express from "express";
import { limits } from "../shared-chat/limits.ts";
import { json } from "../shared-server/body.ts";
import { waitsFor } from "../shared-server/catch-up.ts";
import { allow, type Chat, refuse, withPage } from "../shared-server/site.ts";

export function serve(chat: Chat): Server {
  const { log } = chat;
  const app = withPage(express(), "polling", chat);

  // There is no list of listeners: between two polls the server does not know that anybody is there.
  app
    .route("/msgs")

    // msg:get
    .get((req, res) => {
      const update = log.since(req.query.since);
      if (update.cursor === req.query.since) return res.status(204).end(); // nothing new: an answer without a body
      res.on(
        "close",
        waitsFor(() => res.destroy()),
      );
      return res.json(update);
    })

    // msg:post
    .post(json, (req, res, next) => {
      log.add(req.body).then(({ message, repeated }) => res.status(repeated ? 200 : 201).json(message), next);
    })
    .all(allow("GET", "HEAD", "POST"));

  app.use(refuse);
  return createServer({ keepAliveTimeout: limits.idle }, app);
}
