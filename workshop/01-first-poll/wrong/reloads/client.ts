// The timer loads the whole page again. What somebody types meanwhile is lost.
// The check says: The page reloads itself, or loads another one. It must stay, and ask with fetch.
import { onSend, show } from "#page";

// msg:get
async function poll() {
  const response = await fetch("/msgs");
  const { msg } = await response.json();
  show(msg);
  setTimeout(() => location.reload(), 3_000);
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
