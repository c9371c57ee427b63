// The least that node:http can do for a poll: no framework, no validation, and only the headers that are needed.
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { add, since } from "./unchecked-log.ts";

export function serve() {
  return createServer({ keepAliveTimeout: 65_000 }, async (req, res) => {
    if (req.method === "POST") {
      add(await text(req));
      return res.writeHead(201, { "Content-Length": 0 }).end();
    }
    const seen = req.url!.split(".")[1];
    const update = since(Number(seen ?? 0));
    if (seen && update.startsWith('{"msg":[]')) return res.writeHead(204).end();
    return res.writeHead(200, { "Content-Length": Buffer.byteLength(update) }).end(update);
  });
}
