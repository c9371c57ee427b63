// It repeats, and gives no time for an answer. Then Socket.IO expects an error before the answer.
// The check says: The server has answered, and the page takes the answer for an error: so it repeats the draft, or says that it has failed. With retries, Socket.IO needs ackTimeout, too.
import { io } from "socket.io-client";
import { type Message, onSend, say, show } from "#page";

const messages: Message[] = [];
let cursor = ""; // where to continue: the server has made it, and only the server looks into it
const socket = io({
  transports: ["websocket"],
  auth: (send) => send({ since: cursor }), // called for each connection, so the cursor is fresh
  retries: Infinity, // the same draft again, until its acknowledgement comes: after this time, and after each reconnect
});

// msg:get
socket.on("connect", () => say("connected"));
socket.on("disconnect", () => say("reconnecting"));
socket.on("msg:get", (update) => {
  if (update.reset) messages.length = 0;
  messages.push(...update.msg);
  show(messages);
  cursor = update.cursor;
});

// msg:post
onSend(async (draft) => {
  const { error } = await socket.emitWithAck("msg:post", draft);
  if (error) throw new Error(error);
});
