// raw-websockets with one thing changed: an update is framed once for all sockets, and the same bytes are written to each TCP
// socket, behind the library's back. The difference to the variant is what such a prepared frame saves.
import type { Socket } from "node:net";
import * as ws from "ws";
import { serve as serveVariant } from "../../raw-websockets/server.ts";
import { Log } from "../../shared-chat/log.ts";
import { chatOf } from "../../shared-server/chat-server.ts";

// `Sender.frame` is how ws frames a message; it is public, but neither documented nor in the types. `_socket` is private.
const { Sender, WebSocket } = ws as unknown as {
  Sender: { frame(content: Buffer, options: object): Buffer[] };
  WebSocket: {
    prototype: Record<"send", (content: unknown, options?: object, sent?: () => void) => void> &
      Record<"_socket", Socket>;
  };
};
const text = { fin: true, rsv1: false, opcode: 1, mask: false, readOnly: false };

export function serve() {
  const plain = Object.getOwnPropertyDescriptor(WebSocket.prototype, "send")!.value as typeof WebSocket.prototype.send;
  let last: { content: Buffer; frame: Buffer } | undefined; // a broadcast sends the same Buffer to one socket after the other
  WebSocket.prototype.send = function send(content, options, sent) {
    if (!Buffer.isBuffer(content) || sent) return plain.call(this, content, options, sent); // not a broadcast
    if (last?.content !== content) last = { content, frame: Buffer.concat(Sender.frame(content, text)) };
    this["_socket"].write(last.frame);
  };
  return serveVariant(chatOf({ log: new Log(), closing: new AbortController().signal }));
}
