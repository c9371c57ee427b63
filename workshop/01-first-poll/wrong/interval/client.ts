// An interval counts from request to request: on a slow network polls pile up, and a late answer replaces a newer one.
// The check says: On a slow network a second poll begins while the first one still waits for its answer. Count the three seconds from the answer.
import { onSend, show } from "#page";

// msg:get
async function poll() {
  const response = await fetch("/msgs");
  const { msg } = await response.json();
  show(msg);
}
void poll();
setInterval(poll, 3_000);

// msg:post
onSend((draft) =>
  fetch("/msgs", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(draft),
  }),
);
