// The empty line after the 403 is missing. Whoever asked hears a connection that breaks off, and not why.
// The check says: The head of the answer 403 never ends, so a browser does not take it for one. After the last line comes an empty line: \r\n\r\n
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { Duplex } from "node:stream";
import express from "express";
import { type Draft, type Message, page } from "#site";

const messages: Message[] = [];
const sockets = new Set<Duplex>(); // one for each page that is open
const app = express();
app.use(page); // the page, its style, and client.ts as JavaScript
const server = createServer(app);
const guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; // the same in every server: RFC 6455, section 1.3

// msg:get
app.get("/msgs", (_req, res) => res.status(426).set("Upgrade", "websocket").end()); // it asked for no upgrade
server.on("upgrade", (req, socket) => {
  socket.on("error", () => {}); // the page is gone without a goodbye; "close" follows
  socket.on("end", () => socket.end()); // the page has hung up, and so do we: after an upgrade, Node does not do it for us
  socket.resume(); // what the page sends is thrown away: exercise 10 reads it
  const { host, origin, "sec-websocket-key": key } = req.headers;
  // The browser lets a page of any site connect, and does not ask. It only says which site it is.
  if (origin !== undefined && origin !== `http://${host}`) {
    socket.end("HTTP/1.1 403 Forbidden\r\n");
    return;
  }
  const accept = createHash("sha1").update(`${key}${guid}`).digest("base64");
  const head = ["Upgrade: websocket", "Connection: Upgrade", `Sec-WebSocket-Accept: ${accept}`];
  socket.write(`HTTP/1.1 101 Switching Protocols\r\n${head.join("\r\n")}\r\n\r\n`);

  for (const message of messages) socket.write(update(message)); // what was said before
  sockets.add(socket);
  socket.on("close", () => sockets.delete(socket));
});

// msg:post
app.post("/msgs", express.json(), (req, res) => {
  const { user, text } = req.body as Draft;
  const message = { id: messages.length + 1, user, text, time: Date.now() };
  messages.push(message);
  for (const socket of sockets) socket.write(update(message));
  res.status(201).json(message);
});

/** A message in a frame: one byte for "text, all of it", then the length, then the text. Here it may have 65,535 bytes at most. */
function update(message: Message): Buffer {
  const text = Buffer.from(JSON.stringify({ event: "msg:get", data: { msg: [message] } }));
  const length = text.length < 126 ? [text.length] : [126, text.length >> 8, text.length & 255];
  return Buffer.concat([Buffer.from([0x81, ...length]), text]);
}

const { PORT } = process.env; // the commands of the workshop choose it
server.listen(Number(PORT), "127.0.0.1", () => console.log(`The server listens at http://localhost:${PORT}`));
