// Each "connect" adds another listener to the same socket. After a reconnect there are two, then three.
// The check says: The page has come back, and shows what is new twice: it has two listeners. "connect" comes with each connection, and the socket stays the same: listen to msg:get once, outside of it.
import { io } from "socket.io-client";
import { type Message, onSend, say, show } from "#page";

const messages: Message[] = [];
let cursor = ""; // where to continue: the server has made it, and only the server looks into it

const socket = io({
  transports: ["websocket"], // otherwise each connection begins with a few polls
  auth: (send) => send({ since: cursor }), // called for each connection, so the cursor is the newest
});
socket.on("connect", () => {
  say("connected");
  // msg:get
  socket.on("msg:get", (update) => {
    messages.push(...update.msg);
    show(messages);
    cursor = update.cursor;
  });
});
socket.on("disconnect", () => say("reconnecting"));

// msg:post
onSend((draft) =>
  fetch("/msgs", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(draft),
  }),
);
