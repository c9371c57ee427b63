// The whole second byte is taken for the length: 128 too many, because its highest bit says that there is a mask.
// The check says: Ada says something, and nobody hears it before 128 bytes more have come: the highest bit of the second byte was taken for a part of the length. It says that there is a mask. The length is in the other seven: & 0x7f.

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
  let bytes: Buffer = Buffer.alloc(0); // the beginning of a frame whose end has not come yet
  let fragments: Buffer[] = []; // the beginning of a message
  return (chunk) => {
    bytes = Buffer.concat([bytes, chunk]);
    for (let frame; (frame = firstFrame(bytes));) {
      bytes = bytes.subarray(frame.size);
      if (frame.opcode >= 8) continue; // close, ping or pong: they may come between two fragments, and are none
      fragments.push(frame.payload);
      if (!frame.isLast) continue;
      received(Buffer.concat(fragments).toString()); // not earlier: a fragment may end within a character
      fragments = [];
    }
  };
}

/** The frame at the beginning of these bytes, and how many of them it takes. Undefined while some are missing. */
function firstFrame(bytes: Buffer) {
  if (bytes.length < 2) return undefined;
  const short = bytes[1]!;
  const maskAt = short === 127 ? 10 : short === 126 ? 4 : 2;
  const payloadAt = maskAt + 4;
  if (bytes.length < payloadAt) return undefined;
  let length = short;
  if (short === 126) length = bytes.readUInt16BE(2);
  if (short === 127) length = Number(bytes.readBigUInt64BE(2));
  const size = payloadAt + length;
  if (bytes.length < size) return undefined;
  const payload = Buffer.from(bytes.subarray(payloadAt, size));
  payload.forEach((byte, i) => (payload[i] = byte ^ bytes[maskAt + (i % 4)]!));
  return { isLast: (bytes[0]! & 0x80) !== 0, opcode: bytes[0]! & 0x0f, payload, size };
}
