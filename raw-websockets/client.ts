// One connection, and both sides speak whenever they like. It does not come back, and it knows no answers: both are ours.
import type { Draft, Message } from "../shared-chat/message.ts";
import { Refusal } from "../shared-chat/refusal.ts";
import { type Line, openChat } from "../shared-ui/page.ts";

let socket: WebSocket;
const unanswered = new Map<string | undefined, PromiseWithResolvers<Message>>(); // by draft id; the page gives up waiting by itself

// msg:get
function connect(line: Line) {
  const mine = (socket = new WebSocket(`/msgs?since=${line.since}`));
  line.signal.addEventListener("abort", () => mine.close());
  mine.addEventListener("message", ({ data: frame }) => {
    const { event, data } = JSON.parse(frame);
    if (event === "msg:get") return line.news(data);
    // An acknowledgement is a frame like any other: only the draft id tells which post it answers.
    const answer = unanswered.get(data.draft);
    unanswered.delete(data.draft);
    if (event === "msg:ack") answer?.resolve(data);
    if (event === "msg:error") answer?.reject(new Refusal(422, data.error));
  });
  mine.addEventListener("close", async () => connect(await line.lost())); // the loop: nobody else comes back for us
}

// msg:post
function post(draft: Draft) {
  const answer = Promise.withResolvers<Message>();
  unanswered.set(draft.draft, answer);
  socket.send(JSON.stringify({ event: "msg:post", data: draft }));
  return answer.promise;
}

openChat({ sentence: "Opens one connection, on which both sides speak whenever they like.", connect, post });
