// The page asks once and reads an answer that never ends: Server-Sent Events. EventSource is the browser's own client for them.
// It splits the stream into events, connects again when the stream breaks, and tells the server where it stopped.
import { type Attempt, openChat } from "#shared-ui/page.ts";
import { post } from "#shared-ui/request.ts";

// msg:get
function connect(attempt: Attempt) {
  const source = new EventSource(`/msgs?${attempt.query()}`);
  let tries = 0; // how many are left to the browser: none while the stream has never opened
  attempt.signal.addEventListener("abort", () => source.close());
  source.addEventListener("open", () => (tries = 3));
  source.addEventListener("msg:get", ({ data }) => attempt.received(JSON.parse(data)));
  source.addEventListener("error", () => {
    // After any answer but 200 it stays away for good, and after anything else it tries at the same pace for ever (HTML standard,
    // section 9.2.3). Then it is up to us: we come back after backoff.
    if (source.readyState === EventSource.CLOSED || tries-- === 0) attempt.reconnect();
    else attempt.interrupted();
  });
}

// msg:post
openChat({ sentence: "Asks the server once and reads every message from an answer that never ends.", connect, post });
