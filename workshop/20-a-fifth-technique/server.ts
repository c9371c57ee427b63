// How messages come down is open: Server-Sent Events, long polling, or what you like.
import { createServer, type Server } from "node:http";
import express from "express";
import { limits } from "#shared-chat/limits.ts";
import { json } from "#shared-server/body.ts";
import type { Chat } from "#shared-server/chat-server.ts";
import { allow, refuse } from "#shared-server/handlers.ts";
import { withPage } from "#shared-server/site.ts";

const { FIFTH = "playground/20" } = process.env; // the folder of this file: the commands of the workshop choose it

export function serve(chat: Chat): Server {
  const app = withPage(express(), FIFTH, chat);

  app
    .route("/msgs")

    // msg:get
    .get((_req, res) => {
      // TODO: send what this reader has missed, and then each message as soon as it is said.
      res.status(501).json({ error: "Nobody has written this yet." });
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
