// The page says "connected" when it makes an EventSource. When that one comes back by itself, nobody says so.
// The check says: EventSource has come back by itself, and the page still says "reconnecting". "open" comes each time that it is connected: say("connected") there.
import { type Message, onSend, say, show } from "#page";

const messages: Message[] = [];
let cursor = ""; // where to continue: the server has made it, and only the server looks into it
let failed = 0; // in a row

// msg:get
function listen() {
  const events = new EventSource(`/msgs?since=${encodeURIComponent(cursor)}`);
  say("connected");
  events.addEventListener("message", ({ data, lastEventId }) => {
    const { msg } = JSON.parse(data);
    messages.push(...msg);
    show(messages);
    cursor = lastEventId;
    failed = 0;
  });
  events.addEventListener("error", () => {
    say("reconnecting");
    // When the network fails, EventSource tries again by itself. After any answer but 200 it never does: then we do.
    if (events.readyState === EventSource.CLOSED) setTimeout(listen, retryDelay(++failed));
  });
}

/** How long to rest after so many failures in a row, in milliseconds: the upper bound doubles (backoff), and chance spreads the pages (jitter). */
function retryDelay(failures: number): number {
  return 500 + Math.random() * Math.min(20_000, 500 * 2 ** failures);
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
