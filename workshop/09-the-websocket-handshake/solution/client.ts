// The page opens a WebSocket. The browser does the handshake and reads the frames; we get the text of each.
import { type Message, onSend, say, show } from "#page";

const messages: Message[] = [];

// msg:get
const socket = new WebSocket("/msgs");
socket.addEventListener("open", () => say("connected"));
socket.addEventListener("close", () => say("disconnected")); // for good: a WebSocket does not come back by itself
socket.addEventListener("message", ({ data: frame }) => {
  const { data: update } = JSON.parse(frame);
  messages.push(...update.msg);
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
