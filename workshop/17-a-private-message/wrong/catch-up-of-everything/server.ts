// The rule holds for what is said now. What was said before goes to everybody who connects.
// The check says: Cyd loads the page again, and gets what Ada has written to Bob alone. What was said before needs the same rule as what is said now.
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
  socket.emit("msg:get", { msg: messages });

  // msg:post
  socket.on("msg:post", (draft: (Draft & Private) | null, ack: unknown) => {
    const answer = typeof ack === "function" ? ack : () => {}; // a client need not ask for one
    if (typeof draft?.text !== "string") return answer({ error: "A draft has a text." });
    if (!draft.text.trim()) return answer({ error: "The text is empty." });
    const { text, to } = draft;
    if (to && ![...names.values()].includes(to)) return answer({ error: "There is nobody with this name." });
    const message = { id: messages.length + 1, user: name, text, ...(to && { to }), time: Date.now() };
    messages.push(message);
    const audience = to ? io.to([`@${name}`, `@${to}`]) : io;
    audience.emit("msg:get", { msg: [message] });
    return answer({ message });
  });
});

const { PORT } = process.env; // the commands of the workshop choose it
server.listen(Number(PORT), "127.0.0.1", () => console.log(`The server listens at http://localhost:${PORT}/#7f3a`));
