// The draft is sent, and the line that said that nobody sends it still stands there.
// The check says: Ada says something, Bob reads it, and her page says that it was not sent: something throws after the emit.
import { io } from "socket.io-client";
import { type Message, onSend, say, show } from "#page";

const messages: Message[] = [];
let cursor = ""; // where to continue: the server has made it, and only the server looks into it

const socket = io({
  transports: ["websocket"], // otherwise each connection begins with a few polls
  auth: (send) => send({ since: cursor }), // called for each connection, so the cursor is the newest
});
socket.on("connect", () => say("connected"));
socket.on("disconnect", () => say("reconnecting"));

// msg:get. Once for all connections: the socket stays the same, and "connect" comes again and again.
socket.on("msg:get", (update) => {
  messages.push(...update.msg);
  show(messages);
  cursor = update.cursor;
});

// msg:post
onSend(async (draft) => {
  if (!socket.connected) throw new Error("You are not connected."); // `emit` would keep it, and send it when nobody expects it
  socket.emit("msg:post", draft);
  throw new Error(`Nobody has sent this yet: ${draft.text}`);
});
