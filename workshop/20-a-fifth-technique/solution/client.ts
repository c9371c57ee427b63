// The page asks once and reads an answer that never ends, with the browser's own client: EventSource.
import { type Attempt, openChat } from "#shared-ui/page.ts";
import { post } from "#shared-ui/request.ts";

// msg:get
function connect(attempt: Attempt) {
  const source = new EventSource(`/msgs?${attempt.query()}`);
  attempt.signal.addEventListener("abort", () => source.close());
  source.addEventListener("msg:get", ({ data }) => attempt.received(JSON.parse(data)));
  source.addEventListener("error", () => attempt.reconnect()); // not EventSource's own pace: ours has backoff and jitter
}

// msg:post
openChat({ sentence: "Asks the server once, over HTTP/1.1, and reads an answer that never ends.", connect, post });
