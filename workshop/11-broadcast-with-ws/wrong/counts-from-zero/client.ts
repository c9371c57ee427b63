// It begins to count with each attempt, so each pause is the first one.
// The check says: Nobody answers, and the pauses of the page do not grow. A server in trouble needs longer ones: retryDelay(++failed), and failed is 0 again only when an update has come.
import { type Message, onSend, say, show } from "#page";

const messages: Message[] = [];
let cursor = ""; // where to continue: the server has made it, and only the server looks into it
let failed = 0; // in a row
let socket: WebSocket;

// msg:get
function connect() {
  failed = 0;
  socket = new WebSocket(`/msgs?since=${encodeURIComponent(cursor)}`);
  socket.addEventListener("message", ({ data: frame }) => {
    const { data: update } = JSON.parse(frame);
    messages.push(...update.msg);
    show(messages);
    cursor = update.cursor;
    say("connected");
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
