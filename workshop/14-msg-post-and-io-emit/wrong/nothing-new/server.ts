// After all messages nothing comes: the update is empty.
// The check says: Bob says something, and msg:get comes without it. update(seen) has what comes after so many messages: first add his, then it is the last one, after messages.length - 1.
import { createServer } from "node:http";
import { Server } from "socket.io";
import { type Draft, type Message, page } from "#site";

const messages: Message[] = [];
const server = createServer(page); // the page, its style, and client.ts as JavaScript
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

io.on("connection", (socket) => {
  // msg:get
  const { since } = socket.handshake.auth; // what the page says with each connection
  socket.emit("msg:get", update(Number(since) || 0));

  // msg:post
  socket.on("msg:post", ({ user, text }: Draft) => {
    messages.push({ id: messages.length + 1, user, text, time: Date.now() });
    io.emit("msg:get", update(messages.length)); // to all, the author too
  });
});

const { PORT } = process.env; // the commands of the workshop choose it
server.listen(Number(PORT), "127.0.0.1", () => console.log(`The server listens at http://localhost:${PORT}`));
