// Two drafts with the same text are taken for one that came twice.
// The check says: Bob says yes twice, to two questions, and one of them is lost. Two drafts with the same text are two drafts: only draftId says which is which.
import { createServer } from "node:http";
import { Server } from "socket.io";
import { type Draft, type Message, page } from "#site";

const epoch = crypto.randomUUID(); // the name of this list: after a restart, there is another one
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
const cursor = () => `${epoch} ${messages.length}`;

io.on("connection", (socket) => {
  // msg:get
  const [list, seen] = String(socket.handshake.auth.since).split(" ");
  const reset = list !== epoch; // the cursor of another list, or none: the page begins anew
  socket.emit("msg:get", { msg: messages.slice(reset ? 0 : Number(seen)), cursor: cursor(), reset });

  // msg:post
  socket.on("msg:post", (draft: Partial<Draft> | null, ack: unknown) => {
    const answer = typeof ack === "function" ? ack : () => {}; // a client need not ask for one
    const { user, text, draftId } = draft ?? {};
    if (typeof user !== "string" || typeof text !== "string" || typeof draftId !== "string")
      return answer({ error: "A draft has a user, a text and a draftId." });
    if (!text.trim()) return answer({ error: "The text is empty." });
    let message = messages.find((each) => each.user === user && each.text === text);
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
