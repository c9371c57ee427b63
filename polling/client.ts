// We ask, rest for three seconds, and ask again. The server never speaks first.
import type { Draft } from "../shared-chat/message.ts";
import { numbers } from "../shared-ui/numbers.ts";
import { type Line, openChat } from "../shared-ui/page.ts";
import * as http from "../shared-ui/request.ts";

let wake = () => {}; // ends the rest
let urgent = false; // ends even the rest that has not begun: somebody posted while a poll was under way

// msg:get
async function connect(line: Line) {
  try {
    while (!line.signal.aborted) {
      if (document.hidden) await rest(); // nobody looks: not a single request until somebody does
      urgent = false;
      const response = await http.request(`/msgs?since=${line.since}`, { signal: line.signal });
      const body = await response.text(); // empty on 204: nothing new
      line.news(body ? JSON.parse(body) : { msg: [], cursor: line.since });
      if (!urgent) await rest(numbers.poll); // counted from the answer: never two polls at a time
    }
  } catch (error) {
    void connect(await line.lost(error)); // `fetch` does not come back by itself: this loop does
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
