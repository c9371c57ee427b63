import { isUtf8 } from "node:buffer";
import type { RequestHandler } from "express";
import readBody from "raw-body";
import { limits } from "../shared-chat/limits.ts";
import { parseJson } from "../shared-chat/message.ts";
import { Refusal } from "../shared-chat/refusal.ts";

/**
 * Middleware that reads a JSON body into `req.body`. It is stricter than `express.json()`, which turns broken UTF-8, an empty
 * body, a missing Content-Length on HTTP/2 and any other Content-Type into an empty object.
 * Refuses with 400 (not UTF-8, not JSON), 413 (over 32 KiB) or 415 (another type, or compressed). A browser sends plain text and
 * forms for a page of any origin without asking. Before it sends application/json, it asks the server (a preflight).
 */
export const json: RequestHandler = (req, _res, next) => {
  read(req).then(
    (body) => {
      req.body = body;
      next();
    },
    (error) => {
      req.resume(); // the rest of a refused body must be read, or the next request on this connection waits behind it
      next(error);
    },
  );
};

async function read(req: Parameters<RequestHandler>[0]): Promise<unknown> {
  const type = req.headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/json") throw new Refusal(415, "The body must be application/json.");
  if (req.headers["content-encoding"]) throw new Refusal(415, "The body must not be compressed.");

  const body = await readBody(req, { limit: limits.packet, length: req.headers["content-length"] ?? null });
  if (!isUtf8(body)) throw new Refusal(400, "The body is not valid UTF-8.");
  return parseJson(body.toString());
}
