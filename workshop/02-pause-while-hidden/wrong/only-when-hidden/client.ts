// The listener is there only while the loop waits in a hidden page. A rest between two polls goes on to its end.
// The check says: Ada looks at another tab for a moment, and comes back while the page rests between two polls: it asks only in the next round. wake must end this rest, too.
import { onSend, show } from "#page";

// msg:get
async function poll() {
  for (;;) {
    if (document.hidden) {
      document.addEventListener("visibilitychange", () => wake(), { once: true });
      await rest();
    }
    const response = await fetch("/msgs");
    const { msg } = await response.json();
    show(msg);
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
