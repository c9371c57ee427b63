// One connection, on which both sides send whenever they like. A WebSocket does not say what a frame means, whether the peer
// is still alive, or how to part: all of that is here.
import { createServer, type Server } from "node:http";
import { parse } from "node:querystring";
import express from "express";
import { type WebSocket, WebSocketServer } from "ws";
import { limits } from "../shared-chat/limits.ts";
import { parsePost } from "../shared-chat/message.ts";
import { asRefusal } from "../shared-chat/refusal.ts";
import { admitUpgrade } from "../shared-server/admit.ts";
import { Audience } from "../shared-server/audience.ts";
import { catchUp } from "../shared-server/catch-up.ts";
import type { Chat } from "../shared-server/chat-server.ts";
import { refuse, upgradeRequired } from "../shared-server/handlers.ts";
import { withPage } from "../shared-server/site.ts";

const frame = (event: string, data: unknown) => Buffer.from(JSON.stringify({ event, data }));

// All that is sent goes this way: updates, and answers to a client that posts without reading.
function send(socket: WebSocket, encoded: Buffer, sent?: (error?: Error) => void) {
  if (socket.bufferedAmount <= limits.backlog) return socket.send(encoded, { binary: false }, sent);
  // A slow consumer: the backlog would fill our memory. It may come back, and its cursor repairs the gap.
  socket.close(1013, "You read too slowly.");
}

export function serve(chat: Chat): Server {
  const { log, closing } = chat;
  const app = withPage(express(), "raw-websockets", chat).all("/msgs", upgradeRequired).use(refuse);
  const server = createServer(app);
  // One frame of each client per turn of the event loop, or a client that sends a thousand at once would keep the others waiting.
  const options = { maxPayload: limits.packet, allowSynchronousEvents: false };
  const sockets = new WebSocketServer({ noServer: true, ...options });

  const audience = new Audience<WebSocket>();

  server.on("upgrade", (req, duplex, head) => {
    if (!admitUpgrade(req, duplex, "/msgs", chat.publicOrigin)) return;
    const { since } = parse(req.url?.split("?")[1] ?? ""); // out here: a closure below that names `req` would keep it in memory
    const { remoteAddress } = req.socket;
    const reader = chat.reader(req);
    sockets.handleUpgrade(req, duplex, head, (socket) => {
      // msg:get
      const gone = catchUp(log, since, reader, {
        send: (update, sent) => send(socket, frame("msg:get", update), sent),
        listen: () => audience.join(reader.topics, socket),
        goodbye: () => socket.close(1012, "Please connect again."),
        hangUp: () => socket.terminate(),
      });
      socket.on("close", gone);

      // msg:post
      let refusals = 0; // in a row
      socket.on("message", async (data: Buffer, isBinary) => {
        if (socket.readyState !== socket.OPEN) return; // we have said goodbye, and this was still under way
        if (isBinary) return socket.close(1003, "Text frames only.");
        try {
          const { message } = await chat.add(parsePost(data.toString()), reader, remoteAddress);
          send(socket, frame("msg:ack", message));
          refusals = 0;
        } catch (error) {
          const { message, draftId, later } = asRefusal(error);
          if (++refusals > limits.refusals) socket.close(1008, "Too many refusals.");
          else send(socket, frame("msg:error", { error: message, draftId, later }));
        }
      });

      socket.on("error", () => {}); // a broken frame: ws closes the socket, with the code that says why
    });
  });

  log.listen((update, topics) => {
    const encoded = frame("msg:get", update); // encoded once, sent to all
    for (const socket of audience.at(topics)) send(socket, encoded);
  }, closing);

  // An unplugged peer says nothing, and TCP notices only minutes after we have sent into the silence. So we ping.
  const heartbeat = setInterval(() => {
    const silent = new Set(sockets.clients);
    for (const socket of silent) {
      socket.ping();
      socket.once("pong", () => silent.delete(socket));
    }
    setTimeout(() => silent.forEach((socket) => socket.terminate()), limits.pong);
  }, limits.ping);

  closing.addEventListener("abort", () => clearInterval(heartbeat));
  return server;
}
