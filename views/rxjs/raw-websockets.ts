// RxJS has a WebSocket of its own, a Subject: what is sent goes in, and what arrives comes out. What it does not know is when
// to connect, and that a connection is over for good.
import { filter, firstValueFrom, fromEvent, map, Subject, takeUntil } from "rxjs";
import { webSocket, type WebSocketSubject } from "rxjs/webSocket";
import type { Draft, Message } from "../../shared-chat/message.ts";
import { Refusal } from "../../shared-chat/refusal.ts";
import { type Attempt, openChat } from "../../shared-ui/page.ts";
import { RetryLater } from "../../shared-ui/request.ts";

interface Frame {
  event: string;
  data: any; // as with JSON.parse
}

let socket: WebSocketSubject<Frame>; // one for each attempt: it keeps what it cannot send, and would send it when it connects again
let frames: Subject<Frame>; // what arrives. Who subscribes to `socket` connects, and keeps it connected; this Subject does neither

// msg:get
function connect(attempt: Attempt) {
  socket = webSocket({ url: `/msgs?${attempt.query()}`, deserializer });
  frames = new Subject();
  frames.pipe(filter(({ event }) => event === "msg:get")).subscribe({
    next: ({ data }) => attempt.received(data),
    error: () => attempt.reconnect(),
    complete: () => attempt.reconnect(), // a clean close is not an error, so `retry` would stay away
  });
  socket.pipe(takeUntil(fromEvent(attempt.signal, "abort"))).subscribe(frames);
}

/** A frame. If it is broken, one that nobody waits for: an error would end the stream. */
function deserializer({ data }: MessageEvent<string>): Frame {
  const nothing = { event: "", data: {} };
  try {
    return { ...nothing, ...JSON.parse(data) };
  } catch (error) {
    console.error(error);
    return nothing;
  }
}

// msg:post
function post(draft: Draft): Promise<Message> {
  const answers = frames.pipe(filter(({ event, data }) => event !== "msg:get" && data.draftId === draft.draftId));
  const message = firstValueFrom(answers.pipe(map(accepted))); // first listen, then send
  socket.next({ event: "msg:post", data: draft });
  return message;
}

function accepted({ event, data }: Frame): Message {
  if (event === "msg:ack") return data;
  throw data.later ? new RetryLater(data.error, data.later * 1000) : new Refusal(422, data.error);
}

openChat({ sentence: "Opens one connection on which both sides send whenever they like (RxJS).", connect, post });
