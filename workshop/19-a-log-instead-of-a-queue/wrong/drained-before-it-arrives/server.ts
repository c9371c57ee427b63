// The server notes for each name what it has sent, and takes it for read.
// The check says: Cyd connects, and the connection breaks before she has read anything. She comes back, and what was sent is gone: the server takes it for delivered. Only Cyd knows what has arrived, so she must say it.
import { createServer } from "node:http";
import express from "express";
import { Server } from "socket.io";
import { type Draft, type Message, page } from "#site";

const names = new Map([
  ["7f3a", "Ada"],
  ["91cb", "Bob"],
  ["d04e", "Cyd"],
]); // by ticket: nobody else has it
const kept = 200; // messages at most, however long somebody is away
const epoch = crypto.randomUUID(); // the name of this list: after a restart, there is another one
const messages: Message[] = []; // the newest
const sent = new Map<string, number>(); // by name
let said = 0; // how many there were in all
const app = express();
app.use(page); // the page, its style, and client.ts as JavaScript
const server = createServer(app);
const io = new Server(server, { serveClient: false });

// Before each connection. From now on, socket.data.name is who this is.
io.use((socket, next) => {
  socket.data.name = names.get(socket.handshake.auth.ticket);
  next(socket.data.name ? undefined : new Error("This ticket is not valid."));
});

/** Where to continue after all messages. It counts all that were ever said: positions in the list move. */
const cursor = () => `${epoch} ${said}`;

io.on("connection", (socket) => {
  // msg:get
  const { name } = socket.data;
  const missed = said - (sent.get(name) ?? 0);
  const reset = missed > messages.length; // more than we keep: the page begins anew
  const msg = reset ? messages : messages.slice(messages.length - missed);
  sent.set(name, said);
  socket.emit("msg:get", { msg, cursor: cursor(), reset });

  // msg:post
  socket.on("msg:post", (draft: Draft | null, ack) => {
    if (typeof draft?.text !== "string" || typeof ack !== "function") return; // not from our page
    const message = { id: ++said, user: socket.data.name, text: draft.text, time: Date.now() };
    messages.push(message);
    if (messages.length > kept) messages.shift();
    io.emit("msg:get", { msg: [message], cursor: cursor() });
    ack({ message });
  });
});

const { PORT } = process.env; // the commands of the workshop choose it
server.listen(Number(PORT), "127.0.0.1", () => console.log(`The server listens at http://localhost:${PORT}/#7f3a`));
