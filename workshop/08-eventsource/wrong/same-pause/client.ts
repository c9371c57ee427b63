// After each 502 it rests three seconds. A thousand pages then come every three seconds, all at the same moment, however long the server is in trouble.
// The check says: A proxy answers 502 again and again, and the pauses of the page do not grow. A server in trouble needs longer ones: retryDelay(++failed).
import { type Message, onSend, say, show } from "#page";

const messages: Message[] = [];
let cursor = ""; // where to continue: the server has made it, and only the server looks into it

// msg:get
function listen() {
  const events = new EventSource(`/msgs?since=${encodeURIComponent(cursor)}`);
  events.addEventListener("open", () => say("connected"));
  events.addEventListener("message", ({ data, lastEventId }) => {
    const { msg } = JSON.parse(data);
    messages.push(...msg);
    show(messages);
    cursor = lastEventId;
  });
  events.addEventListener("error", () => {
    say("reconnecting");
    // When the network fails, EventSource tries again by itself. After any answer but 200 it never does: then we do.
    if (events.readyState === EventSource.CLOSED) setTimeout(listen, 3_000);
  });
}

listen();

// msg:post
onSend((draft) =>
  fetch("/msgs", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(draft),
  }),
);
