// The page takes each piece that arrives for one event. It is right as long as nobody says much.
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
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        // TODO: A piece may be half a line, several lines, or end in the middle of a character. Put it together, and take the lines.
        const piece = new TextDecoder().decode(value);
        take(piece.slice("data: ".length));
      }
    } catch (error) {
      console.error(error); // the network has failed, or the piece was not an event
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
