// The loop ends while the page is hidden, and nothing begins it again.
// The check says: When the page is visible again, it never asks again. What was said meanwhile stays unread. A listener for "visibilitychange" must call wake(), as () => wake(): each rest puts another function into wake.
import { onSend, show } from "#page";

// msg:get
async function poll() {
  for (;;) {
    if (document.hidden) return;
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
