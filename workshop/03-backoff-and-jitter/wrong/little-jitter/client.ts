// The pause doubles, and chance adds half a second at most, however long it is.
// The check says: The pauses grow, and the random part does not: after the third failure it is between 0 s and 4 s. Pages that failed at the same moment come back almost at the same moment.
import { onSend, say, show } from "#page";

let failed = 0; // in a row

// msg:get
async function poll() {
  for (;;) {
    if (document.hidden) await rest(); // nobody looks at the page: not a single request until somebody does
    let pause = 3_000; // counted from the answer: never two polls at a time
    try {
      const response = await fetch("/msgs");
      if (!response.ok) throw new Error(response.statusText); // fetch rejects when no answer comes; a 502 is an answer
      const { msg } = await response.json();
      show(msg);
      say("connected");
      failed = 0;
    } catch {
      say("reconnecting");
      pause = retryDelay(++failed);
    }
    await rest(pause);
  }
}

/** How long to rest after so many failures in a row, in milliseconds: the upper bound doubles (backoff), and chance spreads the pages (jitter). */
function retryDelay(failures: number): number {
  return Math.min(20_000, 500 * 2 ** failures) + Math.random() * 500;
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
