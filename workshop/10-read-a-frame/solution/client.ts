// Both ways go over one connection: what the server sends, and what the page says. The browser makes the frames.
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
onSend(async (draft) => {
  if (socket.readyState !== WebSocket.OPEN) throw new Error("You are not connected."); // `send` would lose it in silence
  socket.send(JSON.stringify({ event: "msg:post", data: draft }));
});
