// Only fetch is in the try. When a proxy answers 502 with a page of its own, response.json() throws, and the loop is over.
// The check says: A proxy answers 502 with a page of HTML, and the page never asks again. Reading the answer can fail, too.
import { onSend, say, show } from "#page";

let failed = 0; // in a row

// msg:get
async function poll() {
  for (;;) {
    if (document.hidden) await rest(); // nobody looks at the page: not a single request until somebody does
    let response: Response;
    try {
      response = await fetch("/msgs");
      failed = 0;
    } catch {
      say("reconnecting");
      await rest(retryDelay(++failed));
      continue;
    }
    const { msg } = await response.json();
    show(msg);
    say("connected");
    await rest(3_000);
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
