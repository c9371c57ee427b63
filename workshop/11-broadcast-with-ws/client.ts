// The page opens a WebSocket. When it closes, the page says that it comes back, and does not.
import { type Message, onSend, say, show } from "#page";

const messages: Message[] = [];
let failed = 0; // in a row

// msg:get
const socket = new WebSocket("/msgs");
socket.addEventListener("message", ({ data: frame }) => {
  const { data: update } = JSON.parse(frame);
  messages.push(...update.msg);
  show(messages);
  say("connected");
});
socket.addEventListener("close", () => {
  say("reconnecting");
  // TODO: Open another socket after retryDelay(++failed), and ask for /msgs?since=CURSOR. After an answer, failed is 0 again.
});

/** How long to rest after so many failures in a row, in milliseconds: as in exercise 3. */
function retryDelay(failures: number): number {
  return 500 + Math.random() * Math.min(20_000, 500 * 2 ** failures);
}

// msg:post
onSend(async (draft) => {
  if (socket.readyState !== WebSocket.OPEN) throw new Error("You are not connected."); // `send` would lose it in silence
  socket.send(JSON.stringify({ event: "msg:post", data: draft }));
});
