// `auth` is an object, made once. Each connection sends the cursor that the page had at first: none.
// The check says: The page has come back, and shows everything twice: it says the cursor that it had at first, or none. `auth` must be a function, which is called for each connection and sends { since: cursor }.
import { io } from "socket.io-client";
import { type Message, onSend, say, show } from "#page";

const messages: Message[] = [];
let cursor = ""; // where to continue: the server has made it, and only the server looks into it

const socket = io({
  transports: ["websocket"], // otherwise each connection begins with a few polls
  auth: { since: cursor },
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
onSend((draft) =>
  fetch("/msgs", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(draft),
  }),
);
