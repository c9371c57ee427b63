// Both ways go over one connection. The handshake is that of exercise 9, and frame.ts reads and writes the frames.
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { Duplex } from "node:stream";
import express from "express";
import { type Draft, type Message, page } from "#site";
import { frameReader, textFrame } from "./frame.ts";

const messages: Message[] = [];
const sockets = new Set<Duplex>(); // one for each page that is open
const app = express();
app.use(page); // the page, its style, and client.ts as JavaScript
const server = createServer(app);
const guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; // the same in every server: RFC 6455, section 1.3

const update = (msg: Message[]) => textFrame(JSON.stringify({ event: "msg:get", data: { msg } }));

// msg:get
app.get("/msgs", (_req, res) => res.status(426).set("Upgrade", "websocket").end()); // it asked for no upgrade
server.on("upgrade", (req, socket) => {
  socket.on("error", () => {}); // the page is gone without a goodbye; "close" follows
  socket.on("end", () => socket.end()); // the page has hung up, and so do we: after an upgrade, Node does not do it for us
  socket.on("data", frameReader(receive));
  const { host, origin, "sec-websocket-key": key } = req.headers;
  // The browser lets a page of any site connect, and does not ask. It only says which site it is.
  if (origin !== undefined && origin !== `http://${host}`) {
    socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
    return;
  }
  const accept = createHash("sha1").update(`${key}${guid}`).digest("base64");
  const head = ["Upgrade: websocket", "Connection: Upgrade", `Sec-WebSocket-Accept: ${accept}`];
  socket.write(`HTTP/1.1 101 Switching Protocols\r\n${head.join("\r\n")}\r\n\r\n`);

  socket.write(update(messages)); // what was said before
  sockets.add(socket);
  socket.on("close", () => sockets.delete(socket));
});

// msg:post
function receive(frame: string) {
  try {
    const { user, text } = JSON.parse(frame).data as Draft;
    const message = { id: messages.length + 1, user, text, time: Date.now() };
    messages.push(message);
    for (const socket of sockets) socket.write(update([message]));
  } catch {
    console.error("This is not a message:", JSON.stringify(frame));
  }
}

const { PORT } = process.env; // the commands of the workshop choose it
server.listen(Number(PORT), "127.0.0.1", () => console.log(`The server listens at http://localhost:${PORT}`));
