// `?.` asks whether something is there, and not whether it is a function.
// The check says: One client sends a number where the acknowledgement belongs, and the server ends for all. `?.` is not enough: ask whether typeof ack is "function".
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

/**
 * The message that becomes of a draft, added to the others.
 * @throws {Error} in words for whoever has written it.
 */
function accept(draft: unknown): Message {
  const { user, text } = draft as Draft; // null throws here: what the type says, nobody has checked
  if (typeof user !== "string" || typeof text !== "string") throw new Error("A draft has a user and a text.");
  if (!text.trim()) throw new Error("The text is empty.");
  const message = { id: messages.length + 1, user, text, time: Date.now() };
  messages.push(message);
  return message;
}

io.on("connection", (socket) => {
  // msg:get
  const { since } = socket.handshake.auth; // what the page says with each connection
  socket.emit("msg:get", update(Number(since) || 0));

  // msg:post
  socket.on("msg:post", (draft: unknown, ack: unknown) => {
    const answer = (value: object) => (ack as ((value: object) => void) | undefined)?.(value);
    try {
      const message = accept(draft);
      io.emit("msg:get", update(messages.length - 1)); // to all, the author too
      answer({ message });
    } catch (error) {
      answer({ error: (error as Error).message });
    }
  });
});

const { PORT } = process.env; // the commands of the workshop choose it
server.listen(Number(PORT), "127.0.0.1", () => console.log(`The server listens at http://localhost:${PORT}`));
