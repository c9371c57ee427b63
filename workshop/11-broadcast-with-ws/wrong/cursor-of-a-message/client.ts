// The cursor is the id of the last message in the update. Whoever has missed nothing gets an update without messages, and that line throws.
// The check says: The page comes back, has missed nothing, and does not say "connected". Then the update has no messages: its cursor is in update.cursor.
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
    cursor = update.msg.at(-1).id;
    say("connected");
    failed = 0;
  });
  // It also comes after each "error", and when the server never answered: this is the one place to try again.
  socket.addEventListener("close", () => {
    say("reconnecting");
    setTimeout(connect, retryDelay(++failed));
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
