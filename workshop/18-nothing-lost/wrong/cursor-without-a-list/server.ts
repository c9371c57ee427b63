// The cursor is a number. After a restart it counts in another list.
// The check says: The server has started again with a new list, and a page continues with the cursor of the old one: it misses the beginning of the new one. A cursor must say of which list it is.
import { createServer } from "node:http";
import { Server } from "socket.io";
import { type Draft, type Message, page } from "#site";

const messages: Message[] = [];
const byDraftId = new Map<string, Message>(); // what was accepted
const server = createServer(page); // the page, its style, and client.ts as JavaScript
const io = new Server(server, {
  serveClient: false,
  maxHttpBufferSize: 32 * 1024,
  // A page of another site, as in exercise 9: the option `cors` does not stop a WebSocket.
  allowRequest: ({ headers: { host, origin } }, decide) =>
    decide(null, origin === undefined || origin === `http://${host}`),
});

/** Where to continue after all messages: in which list, and how many a page has seen. */
const cursor = () => String(messages.length);

io.on("connection", (socket) => {
  // msg:get
  const seen = Number(socket.handshake.auth.since) || 0;
  const reset = seen === 0;
  socket.emit("msg:get", { msg: messages.slice(seen), cursor: cursor(), reset });

  // msg:post
  socket.on("msg:post", (draft: Partial<Draft> | null, ack: unknown) => {
    const answer = typeof ack === "function" ? ack : () => {}; // a client need not ask for one
    const { user, text, draftId } = draft ?? {};
    if (typeof user !== "string" || typeof text !== "string" || typeof draftId !== "string")
      return answer({ error: "A draft has a user, a text and a draftId." });
    if (!text.trim()) return answer({ error: "The text is empty." });
    let message = byDraftId.get(draftId);
    if (!message) {
      message = { id: messages.length + 1, user, text, time: Date.now() };
      messages.push(message);
      byDraftId.set(draftId, message);
      io.emit("msg:get", { msg: [message], cursor: cursor() });
    }
    return answer({ message }); // also the second time: the first answer may be what was lost
  });
});

const { PORT } = process.env; // the commands of the workshop choose it
server.listen(Number(PORT), "127.0.0.1", () => console.log(`The server listens at http://localhost:${PORT}`));
