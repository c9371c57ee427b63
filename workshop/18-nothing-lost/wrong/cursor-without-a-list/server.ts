// The cursor is a number. After a restart it counts in another list.
// The check says: The server has started again with a new list, and a page continues with the cursor of the old one: it misses the beginning of the new one. A cursor must say of which list it is.
import { createServer } from "node:http";
import express from "express";
import { Server } from "socket.io";
import { type Draft, type Message, page } from "#site";

const messages: Message[] = [];
const byDraftId = new Map<string, Message>(); // what was accepted
const app = express();
app.use(page); // the page, its style, and client.ts as JavaScript
const server = createServer(app);
const io = new Server(server, { serveClient: false });

/** Where to continue after all messages: in which list, and how many a page has seen. */
const cursor = () => String(messages.length);

io.on("connection", (socket) => {
  // msg:get
  const seen = Number(socket.handshake.auth.since) || 0;
  const reset = seen === 0;
  socket.emit("msg:get", { msg: messages.slice(seen), cursor: cursor(), reset });

  // msg:post
  socket.on("msg:post", (draft: Draft | null, ack) => {
    if (typeof draft?.text !== "string" || typeof ack !== "function") return; // not from our page
    const { user, text, draftId } = draft;
    let message = byDraftId.get(draftId);
    if (!message) {
      message = { id: messages.length + 1, user, text, time: Date.now() };
      messages.push(message);
      byDraftId.set(draftId, message);
      io.emit("msg:get", { msg: [message], cursor: cursor() });
    }
    ack({ message }); // also the second time: the first answer may be what was lost
  });
});

const { PORT } = process.env; // the commands of the workshop choose it
server.listen(Number(PORT), "127.0.0.1", () => console.log(`The server listens at http://localhost:${PORT}`));
