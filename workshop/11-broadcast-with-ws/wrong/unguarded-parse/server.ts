// What JSON.parse throws in a listener, nobody catches.
// The check says: One client sends a text that is not a message, and the server ends for all. JSON.parse throws, and so does a look into null, or into data that is not there: catch it.
import { createServer } from "node:http";
import express from "express";
import { WebSocketServer } from "ws";
import { type Draft, type Message, page } from "#site";

const messages: Message[] = [];
const app = express();
app.use(page); // the page, its style, and client.ts as JavaScript
app.get("/msgs", (_req, res) => res.status(426).set("Upgrade", "websocket").end()); // it asked for no upgrade
const server = createServer(app);
const sockets = new WebSocketServer({ noServer: true, maxPayload: 32 * 1024 });

/** All that was said after so many messages, and the cursor to continue from. */
function update(seen: number): string {
  return JSON.stringify({ event: "msg:get", data: { msg: messages.slice(seen), cursor: String(messages.length) } });
}

server.on("upgrade", (req, duplex, head) => {
  const { host, origin } = req.headers;
  if (origin !== undefined && origin !== `http://${host}`) {
    duplex.destroy(); // a page of another site
    return;
  }
  const { searchParams } = new URL(req.url ?? "", "http://localhost");
  sockets.handleUpgrade(req, duplex, head, (socket) => {
    socket.on("error", () => {}); // a broken frame: ws closes this socket, and without this line the whole server ends

    // msg:get
    socket.send(update(Number(searchParams.get("since")) || 0));

    // msg:post
    socket.on("message", (frame: Buffer) => {
      const { user, text } = JSON.parse(frame.toString()).data as Draft;
      if (typeof user !== "string" || typeof text !== "string") throw new TypeError("Who says what?");
      messages.push({ id: messages.length + 1, user, text, time: Date.now() });
      for (const each of sockets.clients) each.send(update(messages.length - 1));
    });
  });
});

const { PORT } = process.env; // the commands of the workshop choose it
server.listen(Number(PORT), "127.0.0.1", () => console.log(`The server listens at http://localhost:${PORT}`));
