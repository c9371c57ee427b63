// The page asks, rests three seconds, and asks again, whether anybody looks at it or not.
import { onSend, show } from "#page";

// msg:get
async function poll() {
  for (;;) {
    // TODO: While document.hidden, rest until somebody looks: a listener for "visibilitychange" calls `wake`.
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
