// We ask once, and read an answer that never ends. EventSource is the browser's own client for that: it takes the
// stream apart, comes back when it breaks, and tells the server where it stopped.
import { type Line, openChat } from "../shared-ui/page.ts";
import { post } from "../shared-ui/request.ts";

// msg:get
function connect(line: Line) {
  const source = new EventSource(`/msgs?since=${line.since}`);
  line.signal.addEventListener("abort", () => source.close());
  source.addEventListener("msg:get", ({ data }) => line.news(JSON.parse(data)));
  source.addEventListener("error", async () => {
    line.waiting();
    // After any answer but 200 it stays away for good (HTML standard, section 9.2.3). Then it is up to us.
    if (source.readyState === EventSource.CLOSED) connect(await line.lost());
  });
}

// msg:post
openChat({ sentence: "Asks the server once, and reads the news from an answer that never ends.", connect, post });
