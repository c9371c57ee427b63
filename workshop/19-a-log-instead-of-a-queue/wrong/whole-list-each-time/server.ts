// Each message brings the whole list, and each page shows everything again.
// The check says: Ada says something, and who is connected gets what they have once more. Send the new message alone: what was missed is sent to those who connect.
import { createServer } from "node:http";
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
let said = 0; // how many there were in all
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

/** Where to continue after all messages. It counts all that were ever said: positions in the list move. */
const cursor = () => `${epoch} ${said}`;

io.on("connection", (socket) => {
  // msg:get
  const [list, seen] = String(socket.handshake.auth.since).split(" ");
  const missed = list === epoch ? said - Number(seen) : Infinity;
  const reset = missed > messages.length; // another list, or more than we keep: the page begins anew
  const msg = reset ? messages : messages.slice(messages.length - missed);
  socket.emit("msg:get", { msg, cursor: cursor(), reset });

  // msg:post
  socket.on("msg:post", (draft: Draft | null, ack: unknown) => {
    const answer = typeof ack === "function" ? ack : () => {}; // a client need not ask for one
    if (typeof draft?.text !== "string") return answer({ error: "A draft has a text." });
    if (!draft.text.trim()) return answer({ error: "The text is empty." });
    const message = { id: ++said, user: socket.data.name, text: draft.text, time: Date.now() };
    messages.push(message);
    if (messages.length > kept) messages.shift();
    io.emit("msg:get", { msg: messages, cursor: cursor() });
    return answer({ message });
  });
});

const { PORT } = process.env; // the commands of the workshop choose it
server.listen(Number(PORT), "127.0.0.1", () => console.log(`The server listens at http://localhost:${PORT}/#7f3a`));
