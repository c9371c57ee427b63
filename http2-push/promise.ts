// What "server push" meant when HTTP/2 was new: the page is asked for, and the server sends along what the page will ask for
// next. No browser takes it any more: each says so when it connects (SETTINGS_ENABLE_PUSH = 0), and nothing happens here.
import type { IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";

const next = ["/style.css", "/client.js"];

/** Listens to the "stream" event of an HTTP/2 server. Whoever asks for the page, and allows it, is promised the rest. */
export function promise(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
  // An answer that is under way already is a refusal: the page is read first, and so comes later.
  if (headers[":method"] !== "GET" || headers[":path"] !== "/" || !stream.pushAllowed || stream.headersSent) return;
  for (const path of next)
    // PUSH_PROMISE carries a request that the client never made (RFC 9113, section 8.4).
    stream.pushStream({ ":path": path, ":authority": headers[":authority"] }, (error, promised, request) => {
      if (error) return; // the client is gone, or takes no more streams: then it asks by itself
      // Answered like any request, so with the same bytes. The request's own listener survives a client that resets it.
      stream.session?.emit("stream", promised, request, 0, []);
    });
}
