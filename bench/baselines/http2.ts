// The least that node:http2 can do, over TLS as browsers require it: each message is encoded once, and written to each stream.
import { createSecureServer, type ServerHttp2Stream } from "node:http2";
import { text } from "node:stream/consumers";
import { certificate } from "../../http2-push/certificate.ts";
import { add, firstUpdate } from "./unchecked-log.ts";

// The events are those of the variant, with a name and an id, so the comparison is only about the way to write them.
const event = (update: string) => `event: msg:get\nid: ${JSON.parse(update).cursor}\ndata: ${update}\n\n`;

export async function serve() {
  const listeners = new Set<ServerHttp2Stream>();
  const server = createSecureServer(await certificate());
  server.on("stream", async (stream, headers) => {
    stream.on("error", () => {});
    if (headers[":method"] === "POST") {
      const written = Buffer.from(event(add(await text(stream))));
      stream.respond({ ":status": 201 }, { endStream: true });
      for (const each of listeners) each.write(written);
      return;
    }
    stream.respond({ "content-type": "text/event-stream" });
    stream.write(event(firstUpdate()));
    listeners.add(stream);
    stream.on("close", () => listeners.delete(stream));
  });
  return server;
}
