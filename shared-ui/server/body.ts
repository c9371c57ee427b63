import { isUtf8 } from "node:buffer";
import type { RequestHandler } from "express";
import readBody from "raw-body";
import { parseJson } from "../../shared-chat/message.ts";
import { numbers } from "../../shared-chat/numbers.ts";
import { Refusal } from "../../shared-chat/refusal.ts";

/**
 * Middleware that reads a JSON body into `req.body`. Stricter than `express.json()`, which takes broken UTF-8, an empty
 * body, a missing Content-Length on HTTP/2 and any other Content-Type for an empty object.
 * Refuses with 400 (no UTF-8, no JSON), 413 (over 32 KiB) or 415 (another type, or compressed).
 */
export const json: RequestHandler = (req, _res, next) => {
  read(req).then(
    (body) => {
      req.body = body;
      next();
    },
    (error) => {
      req.resume(); // the rest of a body that we do not want, or the next request of this connection would wait behind it
      next(error);
    },
  );
};

async function read(req: Parameters<RequestHandler>[0]): Promise<unknown> {
  const type = req.headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/json") throw new Refusal(415, "This comes as application/json.");
  if (req.headers["content-encoding"]) throw new Refusal(415, "This comes uncompressed.");

  const body = await readBody(req, { limit: numbers.packet, length: req.headers["content-length"] ?? null });
  if (!isUtf8(body)) throw new Refusal(400, "This is no UTF-8.");
  return parseJson(body.toString());
}
