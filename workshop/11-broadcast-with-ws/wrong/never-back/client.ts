// The page says that it comes back, and does not.
// The check says: The connection is cut, and the page does not try to come back, or tries only once. After each close it must open another socket, and listen to that one, too.
import { type Message, onSend, say, show } from "#page";

const messages: Message[] = [];
let cursor = ""; // where to continue: the server has made it, and only the server looks into it
let failed = 0; // in a row
let socket: WebSocket;

// msg:get
function connect() {
  socket = new WebSocket(`/msgs?since=${encodeURIComponent(cursor)}`);
  socket.addEventListener("message", ({ data: frame }) => {
    const { data: update } = JSON.parse(frame);
    messages.push(...update.msg);
    show(messages);
    cursor = update.cursor;
    say("connected");
    failed = 0;
  });
  // It also comes after each "error", and when the server never answered: this is the one place to try again.
  socket.addEventListener("close", () => {
    say("reconnecting");
  });
}

connect();

/** How long to rest after so many failures in a row, in milliseconds: as in exercise 3. */
function retryDelay(failures: number): number {
  return 500 + Math.random() * Math.min(20_000, 500 * 2 ** failures);
}

// msg:post
onSend(async (draft) => {
  if (socket.readyState !== WebSocket.OPEN) throw new Error("You are not connected."); // `send` would lose it in silence
  socket.send(JSON.stringify({ event: "msg:post", data: draft }));
});
