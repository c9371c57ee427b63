// The page asks, waits three seconds, and asks again. The server never speaks first.
import type { Draft } from "../shared-chat/message.ts";
import { type Attempt, openChat } from "../shared-ui/page.ts";
import * as http from "../shared-ui/request.ts";
import { timing } from "../shared-ui/timing.ts";

let wake = () => {}; // ends the rest
let urgent = false; // skips even the rest that has not begun: somebody posted while a poll was under way

// msg:get
async function connect(attempt: Attempt) {
  try {
    while (!attempt.signal.aborted) {
      if (document.hidden) await rest(); // nobody looks at the page: not a single request until somebody does
      urgent = false;
      const response = await http.request(`/msgs?${attempt.query()}`, { signal: attempt.signal });
      const body = await response.text(); // empty on 204: nothing new
      const update = body ? JSON.parse(body) : { msg: [], cursor: attempt.parameters().since };
      attempt.received(update);
      if (!urgent && !update.more) await rest(timing.poll); // counted from the answer: never two polls at a time
    }
  } catch (error) {
    attempt.reconnect(error); // `fetch` does not try again by itself: the loop is over, and a new one must begin
  }
}

/** Resolves when there is a reason to ask: this time has passed, or somebody called `askNow`. */
function rest(milliseconds?: number): Promise<void> {
  return new Promise((resolve) => {
    wake = resolve;
    if (milliseconds) setTimeout(resolve, milliseconds);
  });
}

function askNow() {
  urgent = true;
  wake();
}
document.addEventListener("visibilitychange", () => document.hidden || askNow());

// msg:post
async function post(draft: Draft) {
  const message = await http.post(draft);
  askNow(); // the author need not wait for the next round
  return message;
}

openChat({ sentence: "Asks the server every three seconds whether there is anything new.", connect, post });
