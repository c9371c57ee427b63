// The name of the room is in the address, after the #. The page enters it with each connection, and when the address changes.
import { io } from "socket.io-client";
import { type Message, onSend, say, show } from "#page";

let messages: Message[] = [];
let shown = ""; // the room that they are from, as far as the page can know
let cursor = ""; // where to continue: the server has made it, and only the server looks into it

const socket = io({ transports: ["websocket"] }); // otherwise each connection begins with a few polls
socket.on("connect", enter); // each connection begins in no room
socket.on("disconnect", () => say("reconnecting"));
addEventListener("hashchange", enter);

// room:enter. Until the answer comes, the page is in the room before: one connection keeps the order.
function enter() {
  if (!socket.connected) return; // "connect" comes
  const room = location.hash.slice(1) || "lobby";
  const since = room === shown ? cursor : ""; // another room, from its beginning
  shown = "";
  say(`entering the ${room}`);
  socket.emit("room:enter", room, since, (update: Update) => {
    if (since === "") messages = [];
    received(update);
    shown = room;
    say(`in the ${room}`);
  });
}

// msg:get
socket.on("msg:get", received);

interface Update {
  msg: Message[];
  cursor: string;
}

function received(update: Update) {
  messages.push(...update.msg);
  show(messages);
  cursor = update.cursor;
}

// msg:post
onSend(async (draft) => {
  if (!socket.connected) throw new Error("You are not connected."); // `emit` would keep it, and send it when nobody expects it
  const { error } = await socket.timeout(5_000).emitWithAck("msg:post", draft); // rejects when no answer comes
  if (error) throw new Error(error); // the page shows it, and the text stays
});
