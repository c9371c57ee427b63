// Each round adds a listener, and none is ever removed.
// The check says: With each round of the loop, one more listener for "visibilitychange" is there. Add one, outside of the loop: it stays.
import { onSend, show } from "#page";

// msg:get
async function poll() {
  for (;;) {
    document.addEventListener("visibilitychange", () => document.hidden || wake());
    if (document.hidden) await rest(); // nobody looks at the page: not a single request until somebody does
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
