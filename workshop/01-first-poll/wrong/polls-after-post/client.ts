// Each message begins another round of polls beside the one that runs: they never end.
// The check says: Ada has said something, and now two rounds of polls go on side by side: one more with each message. The timer alone calls poll.
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
  }).then(poll),
);
