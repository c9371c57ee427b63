// Frames (RFC 6455, section 5.2). Each chunk that comes is taken for a text, as if nothing stood before it.

/** A text as one frame. The server does not mask. */
export function textFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  const { length } = payload;
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  head[0] = 0x81; // FIN, the last fragment; and opcode 1, text
  head[1] = length < 126 ? length : length < 65_536 ? 126 : 127;
  if (head[1] === 126) head.writeUInt16BE(length, 2);
  if (head[1] === 127) head.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([head, payload]);
}

/** Reads what one page sends: give it each chunk. It calls `received` with the text of each whole message. */
export function frameReader(received: (text: string) => void): (chunk: Buffer) => void {
  return (chunk) => {
    // TODO: Find the frames in what has come so far, unmask them, and join the fragments of a message.
    received(chunk.toString());
  };
}
