// Somebody types http:// where TLS is spoken. All a browser would show is "the connection was reset".
import { createServer, type Server } from "node:net";
import { numbers } from "../shared-chat/numbers.ts";

/** The first byte of every TLS connection: a handshake record (RFC 8446, section 5.1). */
const handshake = 22;

/** A server in front of a secure one: hands TLS connections on as they are, and leads plain HTTP to https://. */
export function front(secure: Server, publicOrigin?: string): Server {
  return createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.setTimeout(numbers.idle, () => socket.destroy()); // for whoever connects and says nothing
    socket.once("data", (first) => {
      socket.pause();
      socket.setTimeout(0);
      if (first[0] === handshake) {
        socket.unshift(first);
        secure.emit("connection", socket);
        return;
      }
      socket.once("finish", () => socket.destroy()); // nobody reads on, so nobody would see the other end hang up
      const there = `${publicOrigin ?? `https://localhost:${socket.localPort}`}/`;
      socket.end(
        `HTTP/1.1 307 Temporary Redirect\r\nLocation: ${there}\r\nConnection: close\r\nContent-Type: text/plain\r\n\r\n` +
          `This port speaks HTTPS: open ${there}\n`,
      );
    });
  });
}
