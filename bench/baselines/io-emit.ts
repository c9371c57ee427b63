// The least that Socket.IO can do: `io.emit`, which encodes each message once for all clients.
import { createServer } from "node:http";
import { Server } from "socket.io";
import { add, firstUpdate } from "./unchecked-log.ts";

export function serve() {
  const server = createServer();
  const io = new Server(server, { serveClient: false });
  io.on("connection", (socket) => {
    socket.emit("msg:get", JSON.parse(firstUpdate()));
    socket.on("msg:post", (draft) => io.emit("msg:get", JSON.parse(add(JSON.stringify(draft)))));
  });
  return server;
}
