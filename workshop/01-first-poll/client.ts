// The page asks for the messages once, when it is loaded.
import { onSend, show } from "#page";

// msg:get
async function poll() {
  const response = await fetch("/msgs");
  const { msg } = await response.json();
  show(msg);
  // TODO: Ask again, three seconds after this answer.
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
