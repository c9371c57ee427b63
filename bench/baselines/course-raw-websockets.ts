// The original course's protocol on WebSockets: the last 50 messages, encoded for each client, whenever there is a new one.
import { createServer } from "node:http";
import { WebSocketServer } from "ws";
import { add, last50 } from "./said.ts";

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
