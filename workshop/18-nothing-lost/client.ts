// The page forgets everything with each connection, and gives up a draft after five seconds.
import { io } from "socket.io-client";
import { type Message, onSend, say, show } from "#page";

const messages: Message[] = [];
// TODO: Keep the messages and the cursor, and send the cursor with each connection. Repeat a draft until its acknowledgement comes.
const socket = io({ transports: ["websocket"] });

// msg:get
socket.on("connect", () => {
  messages.length = 0; // the server sends everything once more
  say("connected");
});
socket.on("disconnect", () => say("reconnecting"));
socket.on("msg:get", (update) => {
  messages.push(...update.msg);
  show(messages);
});

// msg:post
onSend(async (draft) => {
  const { error } = await socket.timeout(5_000).emitWithAck("msg:post", draft);
  if (error) throw new Error(error);
});
