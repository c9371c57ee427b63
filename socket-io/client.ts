// Socket.IO comes back by itself, acknowledges by itself, and finds another way where WebSockets are blocked.
import { io, type Socket } from "socket.io-client";
import type { Draft } from "../shared-chat/message.ts";
import { Refusal } from "../shared-chat/refusal.ts";
import { numbers } from "../shared-ui/numbers.ts";
import { type Line, openChat } from "../shared-ui/page.ts";

let socket: Socket;

// msg:get
function connect(line: Line) {
  const mine = (socket = io({
    forceNew: true,
    transports: ["websocket", "polling"], // the other way round, each connection would begin with a few polls
    tryAllTransports: true,
    reconnectionDelay: numbers.retry,
    reconnectionDelayMax: numbers.retryMost,
    auth: (send) => send({ since: line.since }), // asked anew for each connection
  }));
  line.signal.addEventListener("abort", () => mine.disconnect());
  mine.on("msg:get", (news) => line.news(news));
  mine.on("disconnect", () => line.waiting());
  mine.on("connect_error", () => line.waiting());
}

// msg:post
async function post(draft: Draft) {
  const { message, error } = await socket.timeout(numbers.acknowledgement).emitWithAck("msg:post", draft);
  if (error) throw new Refusal(422, error);
  return message;
}

openChat({ sentence: "Opens one connection, with returning, heartbeat and acknowledgements included.", connect, post });
