// The page comes back like a newcomer, and everything is sent again.
// The check says: The page comes back, and does not say where it stopped. attempt.query() has the cursor, and whom the page takes itself for.
import { type Attempt, openChat } from "#shared-ui/page.ts";
import { post } from "#shared-ui/request.ts";

// msg:get
function connect(attempt: Attempt) {
  const source = new EventSource("/msgs");
  attempt.signal.addEventListener("abort", () => source.close());
  source.addEventListener("msg:get", ({ data }) => attempt.received(JSON.parse(data)));
  source.addEventListener("error", () => attempt.reconnect()); // not EventSource's own pace: ours has backoff and jitter
}

// msg:post
openChat({ sentence: "Asks the server once, over HTTP/1.1, and reads an answer that never ends.", connect, post });
