// Whoever connects gets everything. A draft that comes twice is said twice.
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

// TODO: Continue after the cursor in socket.handshake.auth.since, which also names the list. Accept each draftId once, and answer each time.
io.on("connection", (socket) => {
  // msg:get
  socket.emit("msg:get", { msg: messages });

  // msg:post
  socket.on("msg:post", (draft: Partial<Draft> | null, ack: unknown) => {
    const answer = typeof ack === "function" ? ack : () => {}; // a client need not ask for one
    const { user, text, draftId } = draft ?? {};
    if (typeof user !== "string" || typeof text !== "string" || typeof draftId !== "string")
      return answer({ error: "A draft has a user, a text and a draftId." });
    if (!text.trim()) return answer({ error: "The text is empty." });
    const message = { id: messages.length + 1, user, text, time: Date.now() };
    messages.push(message);
    io.emit("msg:get", { msg: [message] });
    return answer({ message });
  });
});

const { PORT } = process.env; // the commands of the workshop choose it
server.listen(Number(PORT), "127.0.0.1", () => console.log(`The server listens at http://localhost:${PORT}`));
