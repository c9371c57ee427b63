// It asks again at once: the server answers the same page hundreds of times a second.
// The check says: The page asks again before three seconds have passed. With a thousand readers, the server would do nothing else. setTimeout takes the function, not its result, and it does not make `await` wait.
import { onSend, show } from "#page";

// msg:get
async function poll() {
  const response = await fetch("/msgs");
  const { msg } = await response.json();
  show(msg);
  void poll();
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
