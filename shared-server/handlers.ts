// How requests end when nobody serves them.
import type { ErrorRequestHandler, RequestHandler } from "express";
import { asRefusal, Refusal } from "../shared-chat/refusal.ts";
import { answer, notFound } from "./admit.ts";

/** The last handler of a path: answers any other method with 405 and the methods that exist (RFC 9110, section 15.5.6). */
export function allow(...methods: string[]): RequestHandler {
  return (_req, res, next) => {
    res.set("Allow", methods.join(", "));
    next(new Refusal(405, `The methods here are ${methods.join(", ")}.`));
  };
}

/** The last middleware of an app: nothing matched, or something was thrown. Words go out, a stack trace never does. */
export const refuse: [RequestHandler, ErrorRequestHandler] = [
  (_req, _res, next) => next(notFound),
  (error, _req, res, next) => {
    if (res.headersSent) return next(error);
    // What the web framework itself throws carries a status, and is meant for the client.
    const theirs = error.expose === true && error.status >= 400 && error.status < 500;
    if (error instanceof URIError)
      answer(res, new Refusal(400, "This address is not valid: % is not followed by UTF-8."));
    else answer(res, theirs ? new Refusal(error.status, error.message) : asRefusal(error));
  },
];

/** The answer to a plain request where a WebSocket is expected (RFC 9110, section 15.5.22). */
export const upgradeRequired: RequestHandler = (_req, res, next) => {
  res.set({ Upgrade: "websocket", Connection: "Upgrade" });
  next(new Refusal(426, "This address is a WebSocket: connect with ws://."));
};
