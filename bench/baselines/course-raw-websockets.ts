// The original course's protocol on WebSockets: each new message makes the server encode and send the last 50 for each client.
import { createServer } from "node:http";
import { WebSocketServer } from "ws";
import { add, last50 } from "./unchecked-log.ts";

const json = () => JSON.stringify({ event: "msg:get", data: last50() });

export function serve() {
  const server = createServer();
  const sockets = new WebSocketServer({ server }).on("connection", (socket) => {
    socket.send(json());
    socket.on("error", () => {});
    socket.on("message", (frame: Buffer) => {
      add(JSON.stringify(JSON.parse(frame.toString()).data));
      for (const each of sockets.clients) each.send(json());
    });
  });
  return server;
}
