// What is thrown is a text. It has no message, so the page shows nothing.
// The check says: Ada's draft is refused, and what her page throws has no words. onSend shows its `message`: throw new Error(error).
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
  const { error } = await socket.timeout(5_000).emitWithAck("msg:post", draft); // rejects when no answer comes
  if (error) throw error;
});
