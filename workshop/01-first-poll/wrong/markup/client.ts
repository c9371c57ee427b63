// The page draws with innerHTML: whoever writes a message writes into the page of everybody, scripts included.
// The check says: Bob wrote <b>bold</b>, and the page took it for markup. What people type must stay text: draw it with show.
import { type Message, onSend } from "#page";

// msg:get
async function poll() {
  const response = await fetch("/msgs");
  const { msg } = (await response.json()) as { msg: Message[] };
  const rows = msg.map(({ user, text }) => `<li class="message"><b>${user}</b> <p class="text">${text}</p></li>`);
  document.querySelector("#messages")!.innerHTML = rows.join("");
  setTimeout(poll, 3_000);
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
