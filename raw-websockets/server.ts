// One connection, on which both sides speak whenever they like. What a frame means, whether anybody is still there and
// how it ends: a WebSocket brings none of it, so here it is.
import { createServer, type Server } from "node:http";
import { parse } from "node:querystring";
import type { Duplex } from "node:stream";
import express from "express";
import { type WebSocket, WebSocketServer } from "ws";
import { parsePost } from "../shared-chat/message.ts";
import { numbers } from "../shared-chat/numbers.ts";
import { asRefusal } from "../shared-chat/refusal.ts";
import { admitUpgrade } from "../shared-ui/server/admit.ts";
import type { Chat } from "../shared-ui/server/chat.ts";
import { refuse, upgradeRequired, withPage } from "../shared-ui/server/site.ts";
import { frame } from "./frame.ts";

const text = (event: string, data: unknown) => JSON.stringify({ event, data });

export function serve(chat: Chat): Server {
  const { log, closing } = chat;
  const app = withPage(express(), "raw-websockets", chat).all("/msgs", upgradeRequired).use(refuse);
  const server = createServer(app);
  const sockets = new WebSocketServer({ noServer: true, maxPayload: numbers.packet });

  const listening = new Map<WebSocket, { duplex: Duplex; limit: number }>(); // and how much may wait unsent for each

  server.on("upgrade", (req, duplex, head) => {
    if (!admitUpgrade(req, duplex, "/msgs", chat.publicOrigin)) return;
    const { since } = parse(req.url?.split("?")[1] ?? ""); // here, not below: what a listener names, it keeps for life
    sockets.handleUpgrade(req, duplex, head, (socket) => {
      // msg:get
      socket.send(text("msg:get", log.since(since)));
      listening.set(socket, { duplex, limit: duplex.writableLength + numbers.unsent });
      socket.on("close", () => listening.delete(socket));

      // msg:post
      socket.on("message", async (data: Buffer, isBinary) => {
        if (isBinary) return socket.close(1003, "Text frames only.");
        try {
          const { message } = await log.add(parsePost(data.toString()));
          socket.send(text("msg:ack", message));
        } catch (error) {
          const { message, draft } = asRefusal(error);
          socket.send(text("msg:error", { error: message, draft }));
        }
      });

      socket.on("error", () => {}); // a broken frame: ws itself closes the socket, with the code that says why
    });
  });

  log.listen((news) => {
    const written = frame(text("msg:get", news)); // made once, for everybody
    for (const [socket, { duplex, limit }] of listening)
      if (duplex.writableLength > limit) socket.terminate(); // it does not read; when it comes back, its cursor repairs
      else if (socket.readyState === socket.OPEN) duplex.write(written);
  }, closing);

  // A peer that was unplugged says nothing, and TCP notices only minutes after we send into the silence. So we ask.
  const asking = setInterval(() => {
    const silent = new Set(sockets.clients);
    for (const socket of silent) {
      socket.ping();
      socket.once("pong", () => silent.delete(socket));
    }
    setTimeout(() => silent.forEach((socket) => socket.terminate()), numbers.pong);
  }, numbers.ping);

  closing.addEventListener("abort", () => {
    clearInterval(asking);
    for (const socket of sockets.clients) socket.close(1012, "The server restarts.");
  });
  return server;
}
