// The page listens to the new socket, and sends on the old one.
// The check says: The page has come back, and what Ada says now does not arrive. It must go over the new socket, not over the one that is closed.
import { type Message, onSend, say, show } from "#page";

const messages: Message[] = [];
let cursor = ""; // where to continue: the server has made it, and only the server looks into it
let failed = 0; // in a row
let first: WebSocket | undefined;

// msg:get
function connect() {
  const socket = new WebSocket(`/msgs?since=${encodeURIComponent(cursor)}`);
  first ??= socket;
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
  const socket = first!;
  if (socket.readyState !== WebSocket.OPEN) throw new Error("You are not connected."); // `send` would lose it in silence
  socket.send(JSON.stringify({ event: "msg:post", data: draft }));
});
