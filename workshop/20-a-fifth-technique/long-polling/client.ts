// The page asks, and the server answers when there is something new. Then the page asks again at once.
import { type Attempt, openChat } from "#shared-ui/page.ts";
import { post } from "#shared-ui/request.ts";

// msg:get
async function connect(attempt: Attempt) {
  try {
    for (let wait = ""; !attempt.signal.aborted; wait = "&wait=true") {
      const response = await fetch(`/msgs?${attempt.query()}${wait}`, { signal: attempt.signal });
      if (!response.ok) throw new Error(response.statusText);
      const body = await response.text(); // empty on 204: nothing new
      attempt.received(body ? JSON.parse(body) : { msg: [], cursor: attempt.parameters().since });
    }
  } catch (error) {
    attempt.reconnect(error); // this loop is over, and a new one must begin
  }
}

// msg:post
openChat({ sentence: "Asks the server, which answers when there is something new.", connect, post });
