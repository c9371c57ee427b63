// The page shows what came last. After a reconnect that is what was missed, and nothing else.
// The check says: The page has come back, and what it showed before is gone. msg:get brings what is new since the cursor: add it to what is there.
import { io } from "socket.io-client";
import { type Message, onSend, say, show } from "#page";

let messages: Message[] = [];
let cursor = ""; // where to continue: the server has made it, and only the server looks into it

const socket = io({
  transports: ["websocket"], // otherwise each connection begins with a few polls
  auth: (send) => send({ since: cursor }), // called for each connection, so the cursor is the newest
});
socket.on("connect", () => say("connected"));
socket.on("disconnect", () => say("reconnecting"));

// msg:get. Once for all connections: the socket stays the same, and "connect" comes again and again.
socket.on("msg:get", (update) => {
  messages = update.msg;
  show(messages);
  cursor = update.cursor;
});

// msg:post
onSend((draft) =>
  fetch("/msgs", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(draft),
  }),
);
