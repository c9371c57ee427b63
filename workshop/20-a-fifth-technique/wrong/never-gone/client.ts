// EventSource comes back by itself, and nobody tells the page that it was away.
// The check says: The server has ended, and the page still says that it is connected. Tell the attempt: attempt.reconnect().
import { type Attempt, openChat } from "#shared-ui/page.ts";
import { post } from "#shared-ui/request.ts";

// msg:get
function connect(attempt: Attempt) {
  const source = new EventSource(`/msgs?${attempt.query()}`);
  attempt.signal.addEventListener("abort", () => source.close());
  source.addEventListener("msg:get", ({ data }) => attempt.received(JSON.parse(data)));
}

// msg:post
openChat({ sentence: "Asks the server once, over HTTP/1.1, and reads an answer that never ends.", connect, post });
