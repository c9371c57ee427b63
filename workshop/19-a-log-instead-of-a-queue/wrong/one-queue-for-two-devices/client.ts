// The page answers when it has shown an update.
import { io } from "socket.io-client";
import { type Message, onSend, say, show } from "#page";

const ticket = location.hash.slice(1); // what comes after # is never sent with the address
const messages: Message[] = [];
let cursor = ""; // where to continue: the server has made it, and only the server looks into it
const socket = io({ transports: ["websocket"], auth: (send) => send({ ticket, since: cursor }) });

// msg:get
socket.on("connect", () => say("connected"));
socket.on("disconnect", () => say("reconnecting"));
socket.on("connect_error", ({ message }) => say(message));
socket.on("msg:get", (update, ack) => {
  if (update.reset) messages.length = 0;
  messages.push(...update.msg);
  show(messages);
  cursor = update.cursor;
  ack?.();
});
addEventListener("hashchange", () => location.reload());

// msg:post
onSend(async (draft) => {
  if (!socket.connected) throw new Error("You are not connected."); // `emit` would keep it, and send it when nobody expects it
  const { error } = await socket.timeout(5_000).emitWithAck("msg:post", draft);
  if (error) throw new Error(error);
});
