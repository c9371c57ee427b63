// The page hides what is not for it. Whoever opens the developer tools of the browser reads it all the same.
// The check says: Ada writes to Bob alone, and the server sends it to Cyd, too. What must not be read must not be sent.
import { io } from "socket.io-client";
import { type Draft, type Message, onSend, say, show } from "#page";

const ticket = location.hash.slice(1); // what comes after # is never sent with the address
const messages: (Message & { to?: string })[] = [];
const socket = io({ transports: ["websocket"], auth: { ticket } });

// msg:get
socket.on("connect", () => {
  messages.length = 0; // the server sends everything once more
  say("connected");
});
socket.on("disconnect", () => say("reconnecting"));
socket.on("connect_error", ({ message }) => say(message));
socket.on("msg:get", ({ msg }) => {
  const names: Record<string, string> = { "7f3a": "Ada", "91cb": "Bob", d04e: "Cyd" };
  const own = names[ticket];
  messages.push(...msg.filter(({ user, to }: { user: string; to?: string }) => !to || to === own || user === own));
  show(messages.map((each) => (each.to ? { ...each, user: `${each.user} to ${each.to} alone` } : each)));
});
addEventListener("hashchange", () => location.reload());

// msg:post
onSend(async (draft) => {
  if (!socket.connected) throw new Error("You are not connected."); // `emit` would keep it, and send it when nobody expects it
  const { error } = await socket.timeout(5_000).emitWithAck("msg:post", addressed(draft));
  if (error) throw new Error(error);
});

/** "@Bob Hello" is "Hello" to Bob. */
function addressed(draft: Draft) {
  const [, to, text] = /^@(\S+)\s+(.+)/.exec(draft.text) ?? [];
  return text ? { ...draft, text, to } : draft;
}
