// A client asks every three seconds; we answer with what it has not seen yet.
import { createServer, type Server } from "node:http";
import express from "express";
import { numbers } from "../shared-chat/numbers.ts";
import { json } from "../shared-ui/server/body.ts";
import type { Chat } from "../shared-ui/server/chat.ts";
import { allow, refuse, withPage } from "../shared-ui/server/site.ts";

export function serve(chat: Chat): Server {
  const { log } = chat;
  const app = withPage(express(), "polling", chat);

  // Nobody is listening: between two polls the server does not know that anybody is there.
  app
    .route("/msgs")

    // msg:get
    .get((req, res) => {
      const news = log.since(req.query.since);
      if (news.cursor === req.query.since) return res.status(204).end(); // nothing new: an answer without a body
      return res.set("Cache-Control", "no-store").json(news);
    })

    // msg:post
    .post(json, (req, res, next) => {
      log.add(req.body).then(({ message, repeated }) => res.status(repeated ? 200 : 201).json(message), next);
    })
    .all(allow("GET", "HEAD", "POST"));

  app.use(refuse);
  return createServer({ keepAliveTimeout: numbers.idle }, app);
}
