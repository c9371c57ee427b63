// The queue is drained when the page has answered. One answer drains it for all devices of a person.
// The check says: Cyd has read it on her phone, and her tablet gets nothing. Two devices of one person are two readers: what one has read must still be there for the other.
import { createServer } from "node:http";
import { Server } from "socket.io";
import { type Draft, type Message, page } from "#site";

const names = new Map([
  ["7f3a", "Ada"],
  ["91cb", "Bob"],
  ["d04e", "Cyd"],
]); // by ticket: nobody else has it
const queues = new Map<string, Message[]>(); // by name
for (const name of names.values()) queues.set(name, []);
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

io.on("connection", (socket) => {
  const own: string = socket.data.name;
  void socket.join(own);

  // msg:get
  const waiting = queues.get(own)!;
  const msg = waiting.slice();
  socket.emit("msg:get", { msg }, () => waiting.splice(0, msg.length));

  // msg:post
  socket.on("msg:post", (draft: Draft | null, ack: unknown) => {
    const answer = typeof ack === "function" ? ack : () => {}; // a client need not ask for one
    if (typeof draft?.text !== "string") return answer({ error: "A draft has a text." });
    if (!draft.text.trim()) return answer({ error: "The text is empty." });
    const message = { id: ++said, user: own, text: draft.text, time: Date.now() };
    for (const [name, queue] of queues)
      if (io.sockets.adapter.rooms.has(name)) io.to(name).emit("msg:get", { msg: [message] });
      else queue.push(message);
    return answer({ message });
  });
});

const { PORT } = process.env; // the commands of the workshop choose it
server.listen(Number(PORT), "127.0.0.1", () => console.log(`The server listens at http://localhost:${PORT}/#7f3a`));
