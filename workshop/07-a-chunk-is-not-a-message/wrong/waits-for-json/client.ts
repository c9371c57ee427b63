// It waits until what has arrived is JSON. Two events in one piece never are, and from then on nothing is.
// The check says: Two events arrive in one piece, and the page does not show both. The network delivers bytes, not events: find the lines in them.
import { type Message, onSend, say, show } from "#page";

const messages: Message[] = [];
let cursor = ""; // where to continue: the server has made it, and only the server looks into it
let failed = 0; // in a row

// msg:get
async function listen() {
  for (;;) {
    try {
      const response = await fetch(`/msgs?since=${encodeURIComponent(cursor)}`);
      if (!response.ok) throw new Error(response.statusText); // fetch rejects when no answer comes; a 502 is an answer
      say("connected");
      const reader = response.body!.getReader();
      const decoder = new TextDecoder(); // one for the whole stream: it keeps the bytes of a character that is not complete
      let begun = ""; // the line that is not complete
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        begun += decoder.decode(value, { stream: true });
        try {
          take(begun.slice("data: ".length));
          begun = "";
        } catch {} // not complete yet
      }
    } catch (error) {
      console.error(error); // the network has failed, or the line was not JSON
    }
    say("reconnecting");
    await rest(retryDelay(++failed));
  }
}

/** Takes what the server has sent as the data of an event. */
function take(data: string) {
  const update = JSON.parse(data);
  messages.push(...update.msg);
  show(messages);
  cursor = update.cursor;
  failed = 0;
}

/** How long to rest after so many failures in a row, in milliseconds: the upper bound doubles (backoff), and chance spreads the pages (jitter). */
function retryDelay(failures: number): number {
  return 500 + Math.random() * Math.min(20_000, 500 * 2 ** failures);
}

const rest = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

void listen();

// msg:post
onSend((draft) =>
  fetch("/msgs", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(draft),
  }),
);
