// Given: serves the page, its style, and client.ts as JavaScript. `npm run exercise` and `npm run check` have built them and hand
// them to the server, which runs in a thread of theirs.
import type { IncomingMessage, ServerResponse } from "node:http";
import { extname } from "node:path";
import { workerData } from "node:worker_threads";

export type { Draft, Message } from "./draw.ts";

const { files } = workerData as { files: Record<string, string> };
const types: Record<string, string> = { "": "text/html", ".css": "text/css", ".js": "text/javascript" };

/** Answers a request for the page or one of its files. In Express: `app.use(page)`. In plain Node: `createServer(page)`. */
export function page(req: IncomingMessage, res: ServerResponse, next?: () => void): void {
  const path = req.url?.split("?")[0] ?? "/";
  const file = req.method === "GET" ? files[path] : undefined;
  const type = types[extname(path)] ?? "application/json";
  if (file !== undefined)
    res.setHeader("Content-Type", `${type}; charset=utf-8`).setHeader("Cache-Control", "no-store").end(file);
  else if (next) next();
  else res.writeHead(404).end();
}
