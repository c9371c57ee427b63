// Socket.IO comes back by itself, with a growing pause and jitter. The page listens to nothing.
import { io } from "socket.io-client";
import { onSend, say } from "#page";

const socket = io({
  transports: ["websocket"], // otherwise each connection begins with a few polls
});
socket.on("connect", () => say("connected"));
socket.on("disconnect", () => say("reconnecting"));

// msg:get
// TODO: Show what msg:get brings, and say with each connection where to continue: `auth`, beside `transports`.

// msg:post
onSend((draft) =>
  fetch("/msgs", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(draft),
  }),
);
