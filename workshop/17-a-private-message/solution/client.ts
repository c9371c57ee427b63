// The page shows its ticket when it connects. What begins with @Bob is for Bob alone.
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
  messages.push(...msg);
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
