// Whoever comes back gets everything once more, and shows it twice.
// The check says: A page that comes back with its cursor gets everything again. The cursor is in socket.handshake.auth.since.
import { createServer } from "node:http";
import express from "express";
import { Server } from "socket.io";
import { type Draft, type Message, page } from "#site";

const messages: Message[] = [];
const app = express();
app.use(page); // the page, its style, and client.ts as JavaScript
const server = createServer(app);
const io = new Server(server, {
  serveClient: false,
  maxHttpBufferSize: 32 * 1024,
  // A page of another site, as in exercise 9: the option `cors` does not stop a WebSocket.
  allowRequest: ({ headers: { host, origin } }, decide) =>
    decide(null, origin === undefined || origin === `http://${host}`),
});

/** All that was said after so many messages, and the cursor to continue from. */
function update(seen: number) {
  return { msg: messages.slice(seen), cursor: String(messages.length) };
}

// msg:get
io.on("connection", (socket) => {
  socket.emit("msg:get", update(0));
});

// msg:post, still over HTTP: exercise 14 sends it over the socket, and tells the others.
app.post("/msgs", express.json(), (req, res) => {
  const { user, text } = req.body as Draft;
  const message = { id: messages.length + 1, user, text, time: Date.now() };
  messages.push(message);
  res.status(201).json(message);
});

const { PORT } = process.env; // the commands of the workshop choose it
server.listen(Number(PORT), "127.0.0.1", () => console.log(`The server listens at http://localhost:${PORT}`));
