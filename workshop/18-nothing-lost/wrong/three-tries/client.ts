// It tries four times, and then gives up, while the connection is dead and nobody knows it.
// The check says: Ada says something over a connection that is dead, and nobody notices for half a minute. Then she is back, and it is never sent again. That it was sent says nothing: only the acknowledgement says that it has arrived, so try until it comes.
import { io } from "socket.io-client";
import { type Message, onSend, say, show } from "#page";

const messages: Message[] = [];
let cursor = ""; // where to continue: the server has made it, and only the server looks into it
const socket = io({
  transports: ["websocket"],
  auth: (send) => send({ since: cursor }), // called for each connection, so the cursor is fresh
  retries: 3,
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
