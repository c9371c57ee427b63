// What `fetch` lacks: a time-out, and an error when the response is one.
import type { Draft, Message } from "../shared-chat/message.ts";
import { Refusal } from "../shared-chat/refusal.ts";
import { isText } from "./storage.ts";
import { timing } from "./timing.ts";

/** The server cannot answer now. `after` is the pause that it asks for, in milliseconds, or 0. */
export class RetryLater extends Error {
  readonly after: number;

  constructor(message: string, after: number) {
    super(message);
    this.after = after;
  }
}

/**
 * `fetch` with a time-out: the response must begin within ten seconds. A caller with a signal of its own aborts it after a failure.
 * @throws {RetryLater} on 429 and 5xx, {Refusal} on any other response that is not OK, and what `fetch` throws without a response.
 */
export async function request(path: string, init: RequestInit = {}): Promise<Response> {
  // Not AbortSignal.any() of the two: WebKit collects the signal that it makes, because only `fetch` holds it. Then nothing aborts.
  const timeout = new AbortController();
  const { signal } = timeout;
  const timer = setTimeout(() => timeout.abort(new DOMException("No answer in time.", "TimeoutError")), timing.request);
  const late = new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  // The timer ends when the response begins: on a slow network a long body may take longer, and the watchdog covers that.
  const response = await Promise.race([fetch(path, { signal, ...init }), late]).finally(() => clearTimeout(timer));
  if (response.ok) return response;

  const answer = await response.json().catch(() => undefined); // a proxy may answer with a page of its own
  const error = (isText(answer?.error) && answer.error) || `The server answered with status ${response.status}.`;
  if (response.status !== 429 && response.status < 500) throw new Refusal(response.status, error);
  throw new RetryLater(error, retryAfter(response.headers.get("Retry-After")));
}

/** Sends JSON, or nothing. Resolves to the response: 201 says that something new was made. Rejects as `request` does. */
export function send(method: string, path: string, body?: object): Promise<Response> {
  const json = { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  return request(path, { method, ...(body && json) });
}

/** The same. Resolves to the JSON of the answer, or to undefined when that is empty. */
export async function ask<Answer = undefined>(method: string, path: string, body?: object): Promise<Answer> {
  const response = await send(method, path, body);
  return response.status === 204 ? (undefined as Answer) : response.json();
}

/** Posts a draft, and returns the accepted message. */
export const post = (draft: Draft): Promise<Message> => ask("POST", "/msgs", draft);

// Seconds or a date (RFC 9110, section 10.2.3).
function retryAfter(value: string | null): number {
  if (!value) return 0;
  const milliseconds = /^\d+$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - Date.now();
  return Math.min(Math.max(0, milliseconds || 0), 2 ** 31 - 1); // the longest delay of a timer: with a longer one it would fire at once
}
