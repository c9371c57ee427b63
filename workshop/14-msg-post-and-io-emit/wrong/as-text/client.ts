// The draft is made to text first, as a raw WebSocket needs it. The server gets a string, which has no user and no text.
// The check says: What Ada says arrives without its text. Socket.IO takes the object as it is, without JSON.stringify: socket.emit("msg:post", draft).
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
  socket.emit("msg:post", JSON.stringify(draft));
});
