// The least that a server can do with `ws`: each message is framed once, and the same bytes are written to each TCP socket. That
// happens behind the library's back.
import { createServer } from "node:http";
import type { Socket } from "node:net";
import * as ws from "ws";
import { add, firstUpdate } from "./unchecked-log.ts";

const json = (update: string) => `{"event":"msg:get","data":${update}}`;

// `Sender.frame` is how ws frames a message; it is public, but neither documented nor in the types.
const { Sender } = ws as unknown as { Sender: { frame(content: Buffer, options: object): Buffer[] } };
const text = { fin: true, rsv1: false, opcode: 1, mask: false, readOnly: false };

export function serve() {
  const server = createServer();
  const listeners = new Set<Socket>();
  new ws.WebSocketServer({ server }).on("connection", (socket, req) => {
    socket.send(json(firstUpdate()));
    listeners.add(req.socket);
    socket.on("close", () => listeners.delete(req.socket));
    socket.on("error", () => {});
    socket.on("message", (frame: Buffer) => {
      const update = add(JSON.stringify(JSON.parse(frame.toString()).data));
      const written = Buffer.concat(Sender.frame(Buffer.from(json(update)), text));
      for (const each of listeners) each.write(written);
    });
  });
  return server;
}
