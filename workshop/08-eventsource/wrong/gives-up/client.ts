// The page trusts EventSource to come back always. After a 502 or a 204 it does not.
// The check says: A proxy answers 502 for a moment, and the page never comes back. After any answer but 200 EventSource gives up: readyState is CLOSED, and the page must make a new one, after a pause.
import { type Message, onSend, say, show } from "#page";

const messages: Message[] = [];
let cursor = ""; // where to continue: the server has made it, and only the server looks into it
let failed = 0; // in a row

// msg:get
function listen() {
  const events = new EventSource(`/msgs?since=${encodeURIComponent(cursor)}`);
  events.addEventListener("open", () => say("connected"));
  events.addEventListener("message", ({ data, lastEventId }) => {
    const { msg } = JSON.parse(data);
    messages.push(...msg);
    show(messages);
    cursor = lastEventId;
    failed = 0;
  });
  events.addEventListener("error", () => {
    say("reconnecting");
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
