// A WebSocket without a library (RFC 6455): enough to read text frames, answer pings and send short frames.
import type { Socket } from "node:net";
import { retryDelay } from "../../shared-ui/timing.ts";
import {
  type Address,
  cookieOf,
  type Crowd,
  dial,
  joined,
  kept,
  type Listener,
  Meter,
  type Pause,
  senders,
} from "./crowd.ts";

const [text, close, ping] = [1, 8, 9];
const pong = Buffer.from([0x8a, 0x80, 0, 0, 0, 0]);

/** How a client opens its connection: what happens to it, who counts its bytes, and the token of its session if it has one. */
type Open = (listener: Listener, meter: Meter, token?: string) => Socket;

/** Opens a WebSocket, and calls `receive` with the content of each text frame. */
export function openWebSocket(
  address: Address,
  meter: Meter,
  path: string,
  receive: (text: Buffer) => void,
  token?: string,
): Socket {
  let rest: Buffer | undefined;
  let open = false;
  const socket = dial(address, meter, (bytes) => {
    let unread = joined(rest, bytes);
    if (!open) {
      const end = unread.indexOf("\r\n\r\n");
      if (end < 0) {
        rest = kept(unread);
        return;
      }
      open = true;
      unread = unread.subarray(end + 4);
    }
    for (let next; (next = first(unread)); unread = unread.subarray(next.end)) {
      if (next.opcode === text) receive(unread.subarray(next.start, next.end));
      if (next.opcode === ping) socket.write(pong);
      if (next.opcode === close) socket.end();
    }
    rest = kept(unread);
  });
  const cookie = token === undefined ? "" : `Cookie: ${cookieOf(token, address)}\r\n`;
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: ${address.authority}\r\n${cookie}Connection: Upgrade\r\nUpgrade: websocket\r\n` +
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
  );
  return socket;
}

/** The first frame, if all of it is there. Servers do not mask. */
function first(bytes: Buffer) {
  if (bytes.length < 2) return undefined;
  const short = bytes[1]! & 127;
  const start = short < 126 ? 2 : short === 126 ? 4 : 10;
  if (bytes.length < start) return undefined;
  const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : bytes.readUInt32BE(6);
  return bytes.length < start + length ? undefined : { opcode: bytes[0]! & 15, start, end: start + length };
}

/** A text frame of a client, up to 64 KiB. It must be masked; a mask of zeros does not change the content. */
export function frame(content: string): Buffer {
  const body = Buffer.from(content);
  const length = body.length < 126 ? [0x80 | body.length] : [0xfe, body.length >> 8, body.length & 255];
  return Buffer.concat([Buffer.from([0x81, ...length, 0, 0, 0, 0]), body]);
}

/** Each client has a socket, and the first ones post. */
export function crowd(address: Address): Crowd {
  return socketCrowd(
    retryDelay,
    (listener, meter, token) => openWebSocket(address, meter, "/msgs", (message) => listener.update(message), token),
    (draft) => `{"event":"msg:post","data":${draft}}`,
  );
}

/** A crowd on WebSockets: the pause before a client reconnects, how a socket is opened, and the frame of a post with its number. */
export function socketCrowd(pause: Pause, open: Open, content: (draft: string, number: number) => string): Crowd {
  const meter = new Meter();
  const posters: Socket[] = []; // the first ones, in turn, unless a post says whose it is
  const byToken = new Map<string, Socket>();
  let posts = 0;
  return {
    connect(listener: Listener, token?: string) {
      const socket = open(listener, meter, token);
      if (token !== undefined) byToken.set(token, socket);
      socket.on("close", () => listener.lost(pause));
      if (posters.length < senders) posters.push(socket);
    },
    post(draft, token) {
      const number = posts++;
      const socket = token === undefined ? posters[number % posters.length] : byToken.get(token);
      socket!.write(frame(content(draft, number)));
    },
    bytes: () => meter.bytes(),
    disconnect: () => meter.cut(),
  };
}
