// Whoever is not connected has no room, and counts as nobody.
// The check says: Ada writes to Cyd, who is not connected, and is refused: "There is nobody with this name." Cyd has a name, and reads it when she comes.
import { createServer } from "node:http";
import { Server } from "socket.io";
import { type Draft, type Message, page } from "#site";

type Private = { to?: string };
const names = new Map([
  ["7f3a", "Ada"],
  ["91cb", "Bob"],
  ["d04e", "Cyd"],
]); // by ticket: nobody else has it
const messages: (Message & Private)[] = [];
const server = createServer(page); // the page, its style, and client.ts as JavaScript
const io = new Server(server, {
  serveClient: false,
  maxHttpBufferSize: 32 * 1024,
  // A page of another site, as in exercise 9: the option `cors` does not stop a WebSocket.
  allowRequest: ({ headers: { host, origin } }, decide) =>
    decide(null, origin === undefined || origin === `http://${host}`),
});

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
  socket.on("msg:post", (draft: (Draft & Private) | null, ack: unknown) => {
    const answer = typeof ack === "function" ? ack : () => {}; // a client need not ask for one
    if (typeof draft?.text !== "string") return answer({ error: "A draft has a text." });
    if (!draft.text.trim()) return answer({ error: "The text is empty." });
    const { text, to } = draft;
    if (to && !io.sockets.adapter.rooms.has(`@${to}`)) return answer({ error: "There is nobody with this name." });
    const message = { id: messages.length + 1, user: name, text, ...(to && { to }), time: Date.now() };
    messages.push(message);
    const audience = to ? io.to([`@${name}`, `@${to}`]) : io;
    audience.emit("msg:get", { msg: [message] });
    return answer({ message });
  });
});

const { PORT } = process.env; // the commands of the workshop choose it
server.listen(Number(PORT), "127.0.0.1", () => console.log(`The server listens at http://localhost:${PORT}/#7f3a`));
