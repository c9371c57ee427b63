// The least that `ws` can do: each message becomes a frame once, and the same bytes go to every socket.
import { createServer } from "node:http";
import type { Socket } from "node:net";
import * as ws from "ws";
import { add, greeting } from "./said.ts";

const json = (update: string) => `{"event":"msg:get","data":${update}}`;

// `Sender.frame` is how ws frames what it sends; it is public, but not documented, and the types do not know it.
const { Sender } = ws as unknown as { Sender: { frame(content: Buffer, options: object): Buffer[] } };
const text = { fin: true, rsv1: false, opcode: 1, mask: false, readOnly: false };

export function serve() {
  const server = createServer();
  const listening = new Set<Socket>();
  new ws.WebSocketServer({ server }).on("connection", (socket, req) => {
    socket.send(json(greeting()));
    listening.add(req.socket);
    socket.on("close", () => listening.delete(req.socket));
    socket.on("error", () => {});
    socket.on("message", (frame: Buffer) => {
      const update = add(JSON.stringify(JSON.parse(frame.toString()).data));
      const written = Buffer.concat(Sender.frame(Buffer.from(json(update)), text));
      for (const each of listening) each.write(written);
    });
  });
  return server;
}
