// A name is taken for one socket: the last one that has connected.
// The check says: Bob is connected twice, with a laptop and a tablet, and only one of them gets what Ada writes to him. A name is not one socket: let all sockets of a person join one room.
import { createServer } from "node:http";
import { Server } from "socket.io";
import { type Draft, type Message, page } from "#site";

type Private = { to?: string };
const names = new Map([
  ["7f3a", "Ada"],
  ["91cb", "Bob"],
  ["d04e", "Cyd"],
]); // by ticket: nobody else has it
const online = new Map<string, string>(); // from the name to the id of the socket
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
  online.set(name, socket.id);

  // msg:get
  const mine = messages.filter(({ user, to }) => !to || to === name || user === name);
  socket.emit("msg:get", { msg: mine });

  // msg:post
  socket.on("msg:post", (draft: (Draft & Private) | null, ack: unknown) => {
    const answer = typeof ack === "function" ? ack : () => {}; // a client need not ask for one
    if (typeof draft?.text !== "string") return answer({ error: "A draft has a text." });
    if (!draft.text.trim()) return answer({ error: "The text is empty." });
    const { text, to } = draft;
    if (to && ![...names.values()].includes(to)) return answer({ error: "There is nobody with this name." });
    const message = { id: messages.length + 1, user: name, text, ...(to && { to }), time: Date.now() };
    messages.push(message);
    const audience = to ? io.to([socket.id, online.get(to) ?? ""]) : io;
    audience.emit("msg:get", { msg: [message] });
    return answer({ message });
  });
});

const { PORT } = process.env; // the commands of the workshop choose it
server.listen(Number(PORT), "127.0.0.1", () => console.log(`The server listens at http://localhost:${PORT}/#7f3a`));
