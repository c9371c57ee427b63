// Socket.IO brings what the other three do by hand: it reconnects, sends heartbeats, acknowledges, and falls back to polling.
import { createServer, type Server as HttpServer } from "node:http";
import express from "express";
import { Server } from "socket.io";
import { type ServerOptions, WebSocketServer } from "ws";
import { limits } from "../shared-chat/limits.ts";
import { asRefusal } from "../shared-chat/refusal.ts";
import { admitEngine } from "../shared-server/admit.ts";
import { catchUp } from "../shared-server/catch-up.ts";
import type { Chat } from "../shared-server/chat-server.ts";
import { refuse } from "../shared-server/handlers.ts";
import { withPage } from "../shared-server/site.ts";

// One frame of each client per turn of the event loop, or a client that sends a thousand at once would keep the others waiting.
class FairServer extends WebSocketServer {
  constructor(options?: ServerOptions) {
    super({ ...options, allowSynchronousEvents: false });
  }
}

export function serve(chat: Chat): HttpServer {
  const { log, closing } = chat;
  const server = createServer(withPage(express(), "socket-io", chat).use(refuse));
  const io = new Server(server, {
    serveClient: false,
    wsEngine: FairServer,
    maxHttpBufferSize: limits.packet,
    pingInterval: limits.ping,
    pingTimeout: limits.pong,
  });
  io.engine.use(admitEngine(io.engine, chat)); // before every request and handshake; `cors` does not stop a WebSocket

  // A client may send CONNECT again and again on one connection. Once is enough, because below we listen to the connection itself.
  const connected = new WeakSet<object>();
  io.use(({ conn }, next) => {
    next(connected.has(conn) ? new Error("You are already connected.") : undefined);
    connected.add(conn);
  });

  io.on("connection", (socket) => {
    // Whatever is sent to this client counts: updates, and answers to a client that posts without reading.
    let backlog = 0; // in bytes
    socket.conn.on("packetCreate", ({ data = "" }) => {
      backlog += Buffer.byteLength(data);
      // A slow consumer: the backlog would fill our memory. It may come back, and its cursor repairs the gap.
      if (backlog > limits.begin + limits.backlog) socket.conn.close(true);
    });
    socket.conn.on("drain", () => (backlog = 0));

    // The library puts each socket into a room of its own, named by its id. A room of the chat may have the same name.
    void socket.leave(socket.id);

    // msg:get
    const reader = chat.reader(socket.request);
    const gone = catchUp(log, socket.handshake.auth.since, reader, {
      send(update, sent) {
        socket.conn.once("drain", () => sent());
        socket.emit("msg:get", update);
      },
      listen: () => void socket.join([...reader.topics]),
      goodbye: () => socket.conn.close(), // the transport, not the socket: so the client reconnects by itself
      hangUp: () => socket.conn.close(true),
    });
    socket.on("disconnect", gone);

    // msg:post
    let refusals = 0; // in a row
    socket.on("msg:post", async (draft: unknown, ...more: unknown[]) => {
      const ack = [draft, ...more].at(-1); // the library puts it last, even where there is no draft
      const answer = typeof ack === "function" ? ack : () => {}; // a client need not ask for one
      try {
        const { message } = await chat.add(draft, reader, socket.handshake.address);
        answer({ message });
        refusals = 0;
      } catch (error) {
        const { message, later } = asRefusal(error);
        if (++refusals > limits.refusals) socket.conn.close(true);
        else answer({ error: message, later });
      }
    });
  });

  log.listen((update, topics) => io.to([...topics]).emit("msg:get", update), closing);

  closing.addEventListener("abort", () => io.engine.close()); // also those that have not sent CONNECT yet
  return server;
}
