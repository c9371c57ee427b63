// Each answer brings all messages, and only the last one is drawn.
// The check says: Bob says something, and what was said before is gone from the page. show draws what it gets and nothing else: give it all messages.
import { onSend, show } from "#page";

// msg:get
async function poll() {
  const response = await fetch("/msgs");
  const { msg } = await response.json();
  show(msg.slice(-1));
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
