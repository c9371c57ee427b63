// After five seconds without an answer the page gives up.
// The check says: Ada says something while the network is away for twelve seconds. It is there again, and what she said is never sent.
import { io } from "socket.io-client";
import { type Message, onSend, say, show } from "#page";

const messages: Message[] = [];
let cursor = ""; // where to continue: the server has made it, and only the server looks into it
const socket = io({
  transports: ["websocket"],
  auth: (send) => send({ since: cursor }), // called for each connection, so the cursor is fresh
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
  const { error } = await socket.timeout(5_000).emitWithAck("msg:post", draft);
  if (error) throw new Error(error);
});
