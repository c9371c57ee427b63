// When nothing is new, the server holds the request, and answers it as soon as somebody says something (long polling).
import { createServer, type Server } from "node:http";
import express from "express";
import { limits } from "#shared-chat/limits.ts";
import type { Update } from "#shared-chat/message.ts";
import { Audience } from "#shared-server/audience.ts";
import { json } from "#shared-server/body.ts";
import { waitsFor } from "#shared-server/catch-up.ts";
import type { Chat } from "#shared-server/chat-server.ts";
import { allow, refuse } from "#shared-server/handlers.ts";
import { withPage } from "#shared-server/site.ts";

const { FIFTH = "playground/20" } = process.env; // the folder of this file: the commands of the workshop choose it

export function serve(chat: Chat): Server {
  const { log, closing } = chat;
  const app = withPage(express(), FIFTH, chat);
  const audience = new Audience<() => void>(); // whose requests are held, and how to answer them

  app
    .route("/msgs")

    // msg:get
    .get((req, res) => {
      const reader = chat.reader(req);
      const answer = (update: Update) => {
        if (!update.msg.length && !update.rooms) return res.status(204).end(); // nothing new: an answer without a body
        const left = waitsFor(update, () => res.destroy());
        return res.on("close", left).json(update);
      };
      const update = log.since(req.query.since, reader);
      // The first request of a page is answered at once: so it knows that it is connected. The others have `wait`.
      if (update.msg.length || update.rooms || !req.query.wait) return answer(update);

      const now = () => {
        forget();
        if (closing.aborted) res.set("Connection", "close");
        answer(log.since(req.query.since, reader));
      };
      const leave = audience.join(reader.topics, now);
      const forget = () => {
        leave();
        reader.until.removeEventListener("abort", now);
      };
      reader.until.addEventListener("abort", now); // signed out, banned, in other rooms, or the server stops
      return res.on("close", forget); // the page has left: nobody waits for this answer any more
    })

    // msg:post
    .post(json, (req, res, next) => {
      const added = chat.add(req.body, chat.reader(req), req.socket.remoteAddress);
      added.then(({ message, repeated }) => res.status(repeated ? 200 : 201).json(message), next);
    })
    .all(allow("GET", "HEAD", "POST"));

  log.listen((_update, topics) => {
    for (const answer of Array.from(audience.at(topics))) answer(); // a heartbeat, too: nobody waits for longer
  }, closing);

  app.use(refuse);
  return createServer({ keepAliveTimeout: limits.idle }, app);
}
