// Socket.IO brings what the other three do by hand: it reconnects, sends heartbeats, acknowledges, and falls back to polling.
import { createServer, type Server as HttpServer } from "node:http";
import express from "express";
import { Server } from "socket.io";
import { limits } from "../shared-chat/limits.ts";
import { asRefusal } from "../shared-chat/refusal.ts";
import { admit } from "../shared-server/admit.ts";
import { type Chat, refuse, withPage } from "../shared-server/site.ts";

export function serve(chat: Chat): HttpServer {
  const { log, closing } = chat;
  const server = createServer(withPage(express(), "socket-io", chat).use(refuse));
  const io = new Server(server, {
    serveClient: false,
    maxHttpBufferSize: limits.packet,
    pingInterval: limits.ping,
    pingTimeout: limits.pong,
  });
  io.engine.use(admit(chat.publicOrigin)); // before every handshake; `cors` does not stop a WebSocket

  // A client may send CONNECT again and again on one connection. Once is enough, because below we listen to the connection itself.
  const connected = new WeakSet<object>();
  io.use(({ conn }, next) => {
    next(connected.has(conn) ? new Error("You are already connected.") : undefined);
    connected.add(conn);
  });

  io.on("connection", (socket) => {
    // msg:get
    socket.emit("msg:get", log.since(socket.handshake.auth.since));
    void socket.join("listeners"); // a room of our own: a socket can hear `io.emit` before it has its first update
    let backlog = 0;
    socket.conn.on("packetCreate", ({ data }) => {
      backlog += data?.length ?? 0;
      // A slow consumer: the backlog would fill our memory. It may come back, and its cursor repairs the gap.
      if (backlog > limits.backlog) socket.conn.close();
    });
    socket.conn.on("drain", () => (backlog = 0));

    // msg:post
    socket.on("msg:post", async (draft: unknown, ack: unknown) => {
      const answer = typeof ack === "function" ? ack : () => {}; // a client need not ask for one
      try {
        const { message } = await log.add(draft);
        answer({ message });
      } catch (error) {
        answer({ error: asRefusal(error).message });
      }
    });
  });

  log.listen((update) => io.to("listeners").emit("msg:get", update), closing);

  closing.addEventListener("abort", () => io.engine.close()); // the transports, not the sockets: so clients reconnect by themselves
  return server;
}
