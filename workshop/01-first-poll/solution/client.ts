// The page asks, waits three seconds, and asks again. The server never speaks first.
import { onSend, show } from "#page";

// msg:get
async function poll() {
  const response = await fetch("/msgs");
  const { msg } = await response.json();
  show(msg);
  setTimeout(poll, 3_000); // counted from the answer: never two polls at a time
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
