// The page hangs up, and the stream stays open. After each reconnect there is one more.
// The check says: The page has hung up, and a request for messages is still open. Close it when attempt.signal is aborted.
import { type Attempt, openChat } from "#shared-ui/page.ts";
import { post } from "#shared-ui/request.ts";

// msg:get
function connect(attempt: Attempt) {
  const source = new EventSource(`/msgs?${attempt.query()}`);
  source.addEventListener("msg:get", ({ data }) => attempt.received(JSON.parse(data)));
  source.addEventListener("error", () => attempt.reconnect()); // not EventSource's own pace: ours has backoff and jitter
}

// msg:post
openChat({ sentence: "Asks the server once, over HTTP/1.1, and reads an answer that never ends.", connect, post });
