// An answer without a body is not told. Whoever comes back while nobody speaks is never told that the page is connected.
// The check says: The page comes back, nobody has said anything, and it never says that it is connected. An answer without news goes to attempt.received, too, with the cursor of attempt.parameters().
import { type Attempt, openChat } from "#shared-ui/page.ts";
import { post } from "#shared-ui/request.ts";

// msg:get
async function connect(attempt: Attempt) {
  try {
    for (let wait = ""; !attempt.signal.aborted; wait = "&wait=true") {
      const response = await fetch(`/msgs?${attempt.query()}${wait}`, { signal: attempt.signal });
      if (!response.ok) throw new Error(response.statusText);
      const body = await response.text(); // empty on 204: nothing new
      if (body) attempt.received(JSON.parse(body));
    }
  } catch (error) {
    attempt.reconnect(error); // this loop is over, and a new one must begin
  }
}

// msg:post
openChat({ sentence: "Asks the server, which answers when there is something new.", connect, post });
