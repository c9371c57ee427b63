// The list is filtered first, and then cut by a number that counts the messages of all rooms.
// The check says: Cyd says something in the lobby, and those who are there get an update without it. slice(seen) counts the messages of all rooms, so it comes before the filter.
import { createServer } from "node:http";
import { Server } from "socket.io";
import { type Draft, type Message, page } from "#site";

const rooms = ["lobby", "garden"];
const messages: (Message & { room: string })[] = [];
const server = createServer(page); // the page, its style, and client.ts as JavaScript
const io = new Server(server, {
  serveClient: false,
  maxHttpBufferSize: 32 * 1024,
  // A page of another site, as in exercise 9: the option `cors` does not stop a WebSocket.
  allowRequest: ({ headers: { host, origin } }, decide) =>
    decide(null, origin === undefined || origin === `http://${host}`),
});

/** All that was said in this room after so many messages, and the cursor to continue from. */
function update(place: string, seen: number) {
  return { msg: messages.filter(({ room }) => room === place).slice(seen), cursor: String(messages.length) };
}

/**
 * The message that becomes of a draft, added to the others.
 * @throws {Error} in words for whoever has written it.
 */
function accept(draft: unknown, room: string): Message {
  const { user, text } = draft as Draft; // null throws here: what the type says, nobody has checked
  if (typeof user !== "string" || typeof text !== "string") throw new Error("A draft has a user and a text.");
  if (!text.trim()) throw new Error("The text is empty.");
  if (!room) throw new Error("Enter a room first.");
  const message = { id: messages.length + 1, user, text, time: Date.now(), room };
  messages.push(message);
  return message;
}

io.on("connection", (socket) => {
  let room = ""; // where this page is: each connection begins in no room

  // room:enter
  socket.on("room:enter", (name: unknown, since: unknown, ack: unknown) => {
    const entered = rooms.find((each) => each === name); // these and no others: the id of a socket is a room, too
    if (typeof ack !== "function" || !entered) return;
    void socket.leave(room);
    void socket.join(entered);
    room = entered;
    ack(update(room, Number(since) || 0));
  });

  // msg:post
  socket.on("msg:post", (draft: unknown, ack: unknown) => {
    const answer = typeof ack === "function" ? ack : () => {}; // a client need not ask for one
    try {
      const message = accept(draft, room);
      io.to(room).emit("msg:get", update(room, messages.length - 1)); // to all who are there, the author too
      answer({ message });
    } catch (error) {
      answer({ error: (error as Error).message });
    }
  });
});

const { PORT } = process.env; // the commands of the workshop choose it
server.listen(Number(PORT), "127.0.0.1", () => console.log(`The server listens at http://localhost:${PORT}`));
