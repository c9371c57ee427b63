// Without a limit the page waits as long as the connection lasts. Nobody is told, and the text is gone.
// The check says: The network is frozen, Ada says something, and after half a minute her page has not said that no answer came. Give it a limit, socket.timeout(…), and do not catch what that throws: onSend shows it.
import { io } from "socket.io-client";
import { type Message, onSend, say, show } from "#page";

const messages: Message[] = [];
let cursor = ""; // where to continue: the server has made it, and only the server looks into it

const socket = io({
  transports: ["websocket"], // otherwise each connection begins with a few polls
  auth: (send) => send({ since: cursor }), // called for each connection, so the cursor is the newest
});
socket.on("connect", () => say("connected"));
socket.on("disconnect", () => say("reconnecting"));

// msg:get. Once for all connections: the socket stays the same, and "connect" comes again and again.
socket.on("msg:get", (update) => {
  messages.push(...update.msg);
  show(messages);
  cursor = update.cursor;
});

// msg:post
onSend(async (draft) => {
  if (!socket.connected) throw new Error("You are not connected."); // `emit` would keep it, and send it when nobody expects it
  const { error } = await socket.emitWithAck("msg:post", draft);
  if (error) throw new Error(error); // the page shows it, and the text stays
});
