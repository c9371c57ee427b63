// Socket.IO has events and acknowledgements of its own. RxJS makes streams of the events, and adds nothing to the rest.
import { fromEvent, merge, takeUntil } from "rxjs";
import { io, type Socket } from "socket.io-client";
import type { Draft, Update } from "../../shared-chat/message.ts";
import { Refusal } from "../../shared-chat/refusal.ts";
import { type Attempt, openChat } from "../../shared-ui/page.ts";
import { RetryLater } from "../../shared-ui/request.ts";
import { timing } from "../../shared-ui/timing.ts";

let socket: Socket;

// msg:get
function connect(attempt: Attempt) {
  const own = (socket = io({
    forceNew: true,
    transports: ["websocket", "polling"], // the other way round, each connection would begin with a few polls
    tryAllTransports: true,
    reconnectionDelay: timing.retry,
    reconnectionDelayMax: timing.retryMost,
    timeout: timing.request, // so that even a try without an answer fails, and is reported, before the watchdog starts over
    query: { as: attempt.parameters().as }, // in the address of the handshake, as the cookie is in its headers
    auth: (send) => send(attempt.parameters()), // called for each connection, so the cursor is fresh
  }));
  const hungUp = fromEvent(attempt.signal, "abort");
  hungUp.subscribe(() => own.disconnect());
  fromEvent<Update>(own, "msg:get")
    .pipe(takeUntil(hungUp))
    .subscribe((update) => attempt.received(update));
  merge(fromEvent(own, "disconnect"), fromEvent(own, "connect_error"))
    .pipe(takeUntil(hungUp))
    .subscribe(() => attempt.interrupted());
}

// msg:post
async function post(draft: Draft) {
  const { message, error, later } = await socket.timeout(timing.acknowledgement).emitWithAck("msg:post", draft);
  if (later) throw new RetryLater(error, later * 1000);
  if (error) throw new Refusal(422, error);
  return message;
}

openChat({
  sentence: "Opens one connection, with reconnecting and acknowledgements included (RxJS).",
  connect,
  post,
});
