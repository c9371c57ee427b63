// The original course's protocol on node:http2: the last 50 messages, encoded for each client, whenever there is a new one.
import { createSecureServer, type ServerHttp2Stream } from "node:http2";
import { text } from "node:stream/consumers";
import { certificate } from "../../http2-push/certificate.ts";
import { add, last50 } from "./said.ts";

export async function serve() {
  const listening = new Set<ServerHttp2Stream>();
  const server = createSecureServer(await certificate());
  server.on("stream", async (stream, headers) => {
    stream.on("error", () => {});
    if (headers[":method"] === "POST") {
      add(await text(stream));
      stream.respond({ ":status": 201 }, { endStream: true });
      // The course writes bare JSON; the blank line lets the load generator find the end.
      for (const each of listening) each.write(`${JSON.stringify(last50())}\n\n`);
      return;
    }
    stream.respond({ "content-type": "text/plain; charset=utf-8" });
    stream.write(`${JSON.stringify(last50())}\n\n`);
    listening.add(stream);
    stream.on("close", () => listening.delete(stream));
  });
  return server;
}
