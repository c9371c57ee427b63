// The rounds go on, each without a request. Whoever comes back waits for the next round, and browsers slow down the timers of hidden pages to one a minute.
// The check says: When the page is visible again, it asks only in the next round. Whoever comes back wants to read now.
import { onSend, show } from "#page";

// msg:get
async function poll() {
  for (;;) {
    if (!document.hidden) {
      const response = await fetch("/msgs");
      const { msg } = await response.json();
      show(msg);
    }
    await rest(3_000); // counted from the answer: never two polls at a time
  }
}

let wake = () => {}; // ends the rest

/** Resolves when this time has passed, or when somebody calls `wake`. Without a time, only `wake` ends it. */
function rest(milliseconds?: number): Promise<void> {
  return new Promise((resolve) => {
    wake = resolve;
    if (milliseconds !== undefined) setTimeout(resolve, milliseconds);
  });
}

void poll();

// msg:post
onSend((draft) =>
  fetch("/msgs", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(draft),
  }),
);
