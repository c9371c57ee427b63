// Socket.IO brings what the other three do by hand: it reconnects, beats, acknowledges, and falls back to polling.
import { createServer, type Server as HttpServer } from "node:http";
import express from "express";
import { Server } from "socket.io";
import { numbers } from "../shared-chat/numbers.ts";
import { asRefusal } from "../shared-chat/refusal.ts";
import { admit } from "../shared-ui/server/admit.ts";
import type { Chat } from "../shared-ui/server/chat.ts";
import { refuse, withPage } from "../shared-ui/server/site.ts";

export function serve(chat: Chat): HttpServer {
  const { log, closing } = chat;
  const server = createServer(withPage(express(), "socket-io", chat).use(refuse));
  const io = new Server(server, {
    serveClient: false,
    maxHttpBufferSize: numbers.packet,
    pingInterval: numbers.ping,
    pingTimeout: numbers.pong,
  });
  io.engine.use(admit(chat.publicOrigin)); // before every handshake; `cors` does not stop a WebSocket

  // A client may say CONNECT again and again on one connection. Once is enough: below we listen to the connection itself.
  const connected = new WeakSet<object>();
  io.use(({ conn }, next) => {
    next(connected.has(conn) ? new Error("You are connected.") : undefined);
    connected.add(conn);
  });

  io.on("connection", (socket) => {
    // msg:get
    socket.emit("msg:get", log.since(socket.handshake.auth.since));
    void socket.join("listening"); // a room of our own: a socket is in the room of all before it has its first news
    let unsent = 0;
    socket.conn.on("packetCreate", ({ data }) => {
      unsent += data?.length ?? 0;
      if (unsent > numbers.unsent) socket.conn.close(); // it does not read; when it comes back, its cursor repairs
    });
    socket.conn.on("drain", () => (unsent = 0));

    // msg:post
    socket.on("msg:post", async (draft: unknown, ack: unknown) => {
      const answer = typeof ack === "function" ? ack : () => {}; // a client may not want one
      try {
        const { message } = await log.add(draft);
        answer({ message });
      } catch (error) {
        answer({ error: asRefusal(error).message });
      }
    });
  });

  log.listen((news) => io.to("listening").emit("msg:get", news), closing);

  closing.addEventListener("abort", () => io.engine.close()); // the transports, not the sockets: clients come back by themselves
  return server;
}
