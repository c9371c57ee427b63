// The page shows each message once, and all of them are sent again with each connection.
// The check says: The page has come back, and the server has sent everything again: the page removes what it knows, and does not say its cursor. Say { since: cursor } in `auth`.
import { io } from "socket.io-client";
import { type Message, onSend, say, show } from "#page";

const messages: Message[] = [];

const socket = io({
  transports: ["websocket"], // otherwise each connection begins with a few polls
});
socket.on("connect", () => say("connected"));
socket.on("disconnect", () => say("reconnecting"));

// msg:get. Once for all connections: the socket stays the same, and "connect" comes again and again.
socket.on("msg:get", (update) => {
  for (const message of update.msg) if (!messages.some(({ id }) => id === message.id)) messages.push(message);
  show(messages);
});

// msg:post
onSend((draft) =>
  fetch("/msgs", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(draft),
  }),
);
