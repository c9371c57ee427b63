// Whoever connects gets everything. A draft that comes twice is said twice.
import { createServer } from "node:http";
import express from "express";
import { Server } from "socket.io";
import { type Draft, type Message, page } from "#site";

const messages: Message[] = [];
const app = express();
app.use(page); // the page, its style, and client.ts as JavaScript
const server = createServer(app);
const io = new Server(server, { serveClient: false });

// TODO: Continue after the cursor in socket.handshake.auth.since, which also names the list. Accept each draftId once, and answer each time.
io.on("connection", (socket) => {
  // msg:get
  socket.emit("msg:get", { msg: messages });

  // msg:post
  socket.on("msg:post", (draft: Draft | null, ack) => {
    if (typeof draft?.text !== "string" || typeof ack !== "function") return; // not from our page
    const { user, text } = draft;
    const message = { id: messages.length + 1, user, text, time: Date.now() };
    messages.push(message);
    io.emit("msg:get", { msg: [message] });
    ack({ message });
  });
});

const { PORT } = process.env; // the commands of the workshop choose it
server.listen(Number(PORT), "127.0.0.1", () => console.log(`The server listens at http://localhost:${PORT}`));
