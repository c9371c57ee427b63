// `socket.send` makes a frame for each receiver. But what a server says is not masked (RFC 6455, section 5.1): the frame is
// the same bytes for everybody. Made once and written straight to each connection, it is the cheapest that ws can do. That is
// safe as long as nothing is compressed: then ws, too, writes each frame whole and at once, and none gets between another's.
import * as ws from "ws";

interface Framing {
  fin: boolean;
  rsv1: boolean;
  opcode: number;
  mask: boolean;
  readOnly: boolean;
}
// Public in ws, and missing in its types.
const { Sender } = ws as unknown as { Sender: { frame(text: string, framing: Framing): Buffer[] } };

const textFrame = { fin: true, rsv1: false, opcode: 1, mask: false, readOnly: true };

/** A whole text frame of a server, ready to be written to the connection of any number of clients. */
export function frame(text: string): Buffer {
  return Buffer.concat(Sender.frame(text, textFrame));
}
