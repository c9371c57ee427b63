// The original course's protocol on node:http2: each new message makes the server encode and write the last 50 for each client.
import { createSecureServer, type ServerHttp2Stream } from "node:http2";
import { text } from "node:stream/consumers";
import { certificate } from "../../http2-push/certificate.ts";
import { add, last50 } from "./unchecked-log.ts";

export async function serve() {
  const listeners = new Set<ServerHttp2Stream>();
  const server = createSecureServer(await certificate());
  server.on("stream", async (stream, headers) => {
    stream.on("error", () => {});
    if (headers[":method"] === "POST") {
      add(await text(stream));
      stream.respond({ ":status": 201 }, { endStream: true });
      // The course writes only JSON; the blank line marks the end for the load generator.
      for (const each of listeners) each.write(`${JSON.stringify(last50())}\n\n`);
      return;
    }
    stream.respond({ "content-type": "text/plain; charset=utf-8" });
    stream.write(`${JSON.stringify(last50())}\n\n`);
    listeners.add(stream);
    stream.on("close", () => listeners.delete(stream));
  });
  return server;
}
