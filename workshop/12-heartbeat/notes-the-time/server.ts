// The server pings each socket every 15 s, and notes when it has asked and when the answer came.
import { createServer } from "node:http";
import express from "express";
import { type WebSocket, WebSocketServer } from "ws";
import { type Draft, type Message, page } from "#site";

const messages: Message[] = [];
const app = express();
app.use(page); // the page, its style, and client.ts as JavaScript
app.get("/msgs", (_req, res) => res.status(426).set("Upgrade", "websocket").end()); // it asked for no upgrade
const server = createServer(app);
const sockets = new WebSocketServer({ noServer: true, maxPayload: 32 * 1024 });
const heard = new Map<WebSocket, { ping: number; pong: number }>(); // when each was asked, and when it has answered

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
    console.log(`${sockets.clients.size} connected`);
    socket.on("close", () => console.log(`${sockets.clients.size} connected`));
    const times = { ping: Date.now(), pong: Date.now() };
    heard.set(socket, times);
    socket.on("pong", () => (times.pong = Date.now()));
    socket.on("close", () => heard.delete(socket));

    // msg:get
    socket.send(update(Number(searchParams.get("since")) || 0));

    // msg:post
    socket.on("message", (frame: Buffer) => {
      try {
        const { user, text } = JSON.parse(frame.toString()).data as Draft;
        if (typeof user !== "string" || typeof text !== "string") throw new TypeError("Who says what?");
        messages.push({ id: messages.length + 1, user, text, time: Date.now() });
        for (const each of sockets.clients) each.send(update(messages.length - 1));
      } catch {
        console.error("This is not a message:", JSON.stringify(frame.toString()));
      }
    });
  });
});

// Who was asked 10 s ago and has not answered since is gone. Who was asked 15 s ago is asked again.
setInterval(() => {
  const now = Date.now();
  for (const [socket, times] of heard)
    if (times.pong < times.ping && now - times.ping >= 10_000) socket.terminate();
    else if (now - times.ping >= 15_000) {
      times.ping = now;
      socket.ping();
    }
}, 1_000);

const { PORT } = process.env; // the commands of the workshop choose it
server.listen(Number(PORT), "127.0.0.1", () => console.log(`The server listens at http://localhost:${PORT}`));
