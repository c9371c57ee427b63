// The page keeps what it has, continues with its cursor, and repeats a draft until the server has answered.
import { io } from "socket.io-client";
import { type Message, onSend, say, show } from "#page";

const messages: Message[] = [];
let cursor = ""; // where to continue: the server has made it, and only the server looks into it
const socket = io({
  transports: ["websocket"],
  auth: (send) => send({ since: cursor }), // called for each connection, so the cursor is fresh
  retries: Infinity, // the same draft again, until its acknowledgement comes: after this time, and after each reconnect
  ackTimeout: 5_000,
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
