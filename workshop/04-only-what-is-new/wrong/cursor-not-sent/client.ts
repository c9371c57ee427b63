// The cursor stays in the page, so the server cannot know what the page has.
// The check says: The page does not send the cursor of the last update: its second poll asks for /msgs, and the cursor was "3".
import { type Message, onSend, say, show } from "#page";

const messages: Message[] = [];
let cursor = ""; // where to continue: the server has made it, and only the server looks into it
let failed = 0; // in a row

// msg:get
async function poll() {
  for (;;) {
    if (document.hidden) await rest(); // nobody looks at the page: not a single request until somebody does
    let pause = 3_000; // counted from the answer: never two polls at a time
    try {
      const response = await fetch("/msgs");
      if (!response.ok) throw new Error(response.statusText); // fetch rejects when no answer comes; a 502 is an answer
      if (response.status !== 204) {
        const update = await response.json();
        messages.push(...update.msg);
        show(messages);
        cursor = update.cursor;
      }
      say("connected");
      failed = 0;
    } catch (error) {
      console.error(error); // the network has failed, or the code above
      say("reconnecting");
      pause = retryDelay(++failed);
    }
    await rest(pause);
  }
}

/** How long to rest after so many failures in a row, in milliseconds: the upper bound doubles (backoff), and chance spreads the pages (jitter). */
function retryDelay(failures: number): number {
  return 500 + Math.random() * Math.min(20_000, 500 * 2 ** failures);
}

let wake = () => {}; // ends the rest

/** Resolves when this time has passed, or when somebody calls `wake`. Without a time, only `wake` ends it. */
function rest(milliseconds?: number): Promise<void> {
  return new Promise((resolve) => {
    wake = resolve;
    if (milliseconds !== undefined) setTimeout(resolve, milliseconds);
  });
}

document.addEventListener("visibilitychange", () => document.hidden || wake());

void poll();

// msg:post
onSend((draft) =>
  fetch("/msgs", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(draft),
  }),
);
