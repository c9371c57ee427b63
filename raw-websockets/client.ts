// One connection, and both sides send whenever they like. A WebSocket does not reconnect and does not know answers: both are ours.
import type { Draft, Message } from "../shared-chat/message.ts";
import { Refusal } from "../shared-chat/refusal.ts";
import { type Attempt, openChat } from "../shared-ui/page.ts";
import { RetryLater } from "../shared-ui/request.ts";

let socket: WebSocket;
const unanswered = new Map<string | undefined, PromiseWithResolvers<Message>>(); // by draft id; the outbox has the time-out

// msg:get
function connect(attempt: Attempt) {
  const own = (socket = new WebSocket(`/msgs?${attempt.query()}`));
  attempt.signal.addEventListener("abort", () => own.close());
  own.addEventListener("message", ({ data: frame }) => {
    const { event, data } = JSON.parse(frame);
    if (event === "msg:get") return attempt.received(data);
    // An acknowledgement is a frame like any other: only the draft id tells which post it answers.
    const answer = unanswered.get(data.draftId);
    unanswered.delete(data.draftId);
    if (event === "msg:ack") answer?.resolve(data);
    if (event === "msg:error" && data.later) answer?.reject(new RetryLater(data.error, data.later * 1000));
    else if (event === "msg:error") answer?.reject(new Refusal(422, data.error));
  });
  own.addEventListener("close", () => attempt.reconnect()); // without this line, nobody comes back
}

// msg:post
function post(draft: Draft) {
  const answer = Promise.withResolvers<Message>();
  unanswered.set(draft.draftId, answer);
  socket.send(JSON.stringify({ event: "msg:post", data: draft }));
  return answer.promise;
}

openChat({ sentence: "Opens one connection on which both sides send whenever they like.", connect, post });
