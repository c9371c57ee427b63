// Each try has an id of its own, so the server takes each for another draft.
// The check says: The acknowledgement is lost, the page sends the draft again, and everybody reads it twice: each try has another draftId. It must be the same for all tries.
import { io } from "socket.io-client";
import { type Message, onSend, say, show } from "#page";

const messages: Message[] = [];
let cursor = ""; // where to continue: the server has made it, and only the server looks into it
const socket = io({
  transports: ["websocket"],
  auth: (send) => send({ since: cursor }), // called for each connection, so the cursor is fresh
});

// msg:get
socket.on("connect", () => say("connected"));
socket.on("disconnect", () => say("reconnecting"));
socket.on("msg:get", (update) => {
  if (update.reset) messages.length = 0;
  messages.push(...update.msg);
  show(messages);
  cursor = update.cursor;
});

// msg:post
onSend(async (draft) => {
  for (;;) {
    try {
      const { error } = await socket.timeout(5_000).emitWithAck("msg:post", { ...draft, draftId: crypto.randomUUID() });
      return error;
    } catch {} // no answer: once more
  }
});
