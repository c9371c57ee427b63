// socket.to is for all in the rooms but the socket itself.
// The check says: Ada's other device shows what she has written, and the one on which she wrote it does not. socket.to leaves out the socket on which it is called; io.to does not.
import { createServer } from "node:http";
import express from "express";
import { Server } from "socket.io";
import { type Draft, type Message, page } from "#site";

type Private = { to?: string };
const names = new Map([
  ["7f3a", "Ada"],
  ["91cb", "Bob"],
  ["d04e", "Cyd"],
]); // by ticket: nobody else has it
const messages: (Message & Private)[] = [];
const app = express();
app.use(page); // the page, its style, and client.ts as JavaScript
const server = createServer(app);
const io = new Server(server, { serveClient: false });

// Before each connection. From now on, socket.data.name is who this is.
io.use((socket, next) => {
  socket.data.name = names.get(socket.handshake.auth.ticket);
  next(socket.data.name ? undefined : new Error("This ticket is not valid."));
});

io.on("connection", (socket) => {
  const name: string = socket.data.name;
  void socket.join(`@${name}`); // one room for all devices of a person

  // msg:get
  const mine = messages.filter(({ user, to }) => !to || to === name || user === name);
  socket.emit("msg:get", { msg: mine });

  // msg:post
  socket.on("msg:post", (draft: (Draft & Private) | null, ack) => {
    if (typeof draft?.text !== "string" || typeof ack !== "function") return; // not from our page
    const { text, to } = draft;
    if (to && ![...names.values()].includes(to)) {
      ack({ error: "There is nobody with this name." });
      return;
    }
    const message = { id: messages.length + 1, user: name, text, ...(to && { to }), time: Date.now() };
    messages.push(message);
    const audience = to ? socket.to([`@${name}`, `@${to}`]) : io;
    audience.emit("msg:get", { msg: [message] });
    ack({ message });
  });
});

const { PORT } = process.env; // the commands of the workshop choose it
server.listen(Number(PORT), "127.0.0.1", () => console.log(`The server listens at http://localhost:${PORT}/#7f3a`));
