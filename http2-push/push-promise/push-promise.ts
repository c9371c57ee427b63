// HTTP/2 server push, as it was meant when HTTP/2 was new: the client asks for the page, and the server sends along the files that
// the page will ask for next. Browsers removed it: each of them says so when it connects (SETTINGS_ENABLE_PUSH = 0).
import type { IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";

const files = ["/style.css", "/client.js"];

/** Listens to the "stream" event of an HTTP/2 server. A client that asks for the page, and allows push, gets the files, too. */
export function pushPromise(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
  // An answer that has begun by now is a refusal: the page itself is read from disk, and begins later.
  if (headers[":method"] !== "GET" || headers[":path"] !== "/" || !stream.pushAllowed || stream.headersSent) return;
  for (const path of files)
    // PUSH_PROMISE carries a request that the client never made (RFC 9113, section 8.4).
    stream.pushStream({ ":path": path, ":authority": headers[":authority"] }, (error, pushed, request) => {
      if (error) return; // the client is gone, or takes no more streams: then it asks by itself
      // Answered like any request, so with the same bytes. The listener for requests also survives a client that resets it.
      stream.session?.emit("stream", pushed, request, 0, []);
    });
}
