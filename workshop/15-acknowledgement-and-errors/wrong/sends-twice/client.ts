// The line that was there is still there, and the new one below it sends the draft once more.
// The check says: Ada says something once, and her page sends it twice: emitWithAck sends, too. Leave out the `emit` before it.
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
  const { error } = await socket.timeout(5_000).emitWithAck("msg:post", draft); // rejects when no answer comes
  if (error) throw new Error(error); // the page shows it, and the text stays
});
