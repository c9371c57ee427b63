// A simple first version with `ws`: the same string is sent to each socket, and each socket frames it again.
import { createServer } from "node:http";
import { WebSocketServer } from "ws";
import { add, firstUpdate } from "./unchecked-log.ts";

const json = (update: string) => `{"event":"msg:get","data":${update}}`;

export function serve() {
  const server = createServer();
  const sockets = new WebSocketServer({ server }).on("connection", (socket) => {
    socket.send(json(firstUpdate()));
    socket.on("error", () => {});
    socket.on("message", (frame: Buffer) => {
      const written = json(add(JSON.stringify(JSON.parse(frame.toString()).data)));
      for (const each of sockets.clients) each.send(written);
    });
  });
  return server;
}
