// The page asks once and reads an answer that never ends: Server-Sent Events. EventSource is the browser's own client for them.
// It splits the stream into events, connects again when the stream breaks, and tells the server where it stopped.
import { type Attempt, openChat } from "../shared-ui/page.ts";
import { post } from "../shared-ui/request.ts";

// msg:get
function connect(attempt: Attempt) {
  const source = new EventSource(`/msgs?${attempt.query()}`);
  attempt.signal.addEventListener("abort", () => source.close());
  source.addEventListener("msg:get", ({ data }) => attempt.received(JSON.parse(data)));
  source.addEventListener("error", () => {
    // After any answer but 200 it stays away for good (HTML standard, section 9.2.3). Then it is up to us.
    if (source.readyState === EventSource.CLOSED) attempt.reconnect();
    else attempt.interrupted();
  });
}

// msg:post
openChat({ sentence: "Asks the server once and reads every message from an answer that never ends.", connect, post });
