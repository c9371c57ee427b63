// The original course's protocol on Socket.IO: each new message makes the server emit the last 50 to each client.
import { createServer } from "node:http";
import { Server } from "socket.io";
import { add, last50 } from "./unchecked-log.ts";

export function serve() {
  const server = createServer();
  const io = new Server(server, { serveClient: false });
  io.on("connection", (socket) => {
    socket.emit("msg:get", last50());
    socket.on("msg:post", (draft) => {
      add(JSON.stringify(draft));
      for (const each of io.sockets.sockets.values()) each.emit("msg:get", last50());
    });
  });
  return server;
}
