// What `fetch` does not bring: a time-out, and an error when the answer is one.
import type { Draft, Message } from "../shared-chat/message.ts";
import { Refusal } from "../shared-chat/refusal.ts";
import { timing } from "./timing.ts";

/** The server cannot answer now. `after` is the pause in milliseconds that it asks for, 0 when it names none. */
export class RetryLater extends Error {
  readonly after: number;

  constructor(message: string, after: number) {
    super(message);
    this.after = after;
  }
}

/**
 * `fetch`, for an answer that begins within ten seconds.
 * @throws {RetryLater} on 429 and 5xx, {Refusal} on any other answer that is not OK, and what `fetch` throws when there is no answer.
 */
export async function request(path: string, init: RequestInit = {}): Promise<Response> {
  const silence = new AbortController();
  const signals = init.signal ? [silence.signal, init.signal] : [silence.signal];
  const timer = setTimeout(() => silence.abort(new DOMException("No answer in time.", "TimeoutError")), timing.request);
  // Only until it begins: a long answer on a slow network may take its time, and the watchdog looks after it.
  const response = await fetch(path, { ...init, signal: AbortSignal.any(signals) }).finally(() => clearTimeout(timer));
  if (response.ok) return response;

  const { error = response.statusText } = await response.json().catch(() => ({}));
  if (response.status !== 429 && response.status < 500) throw new Refusal(response.status, error);
  throw new RetryLater(error, retryAfter(response.headers.get("Retry-After")));
}

/** Posts a draft, and gives back the message it became. */
export async function post(draft: Draft): Promise<Message> {
  const headers = { "Content-Type": "application/json" };
  const response = await request("/msgs", { method: "POST", headers, body: JSON.stringify(draft) });
  return response.json();
}

// Seconds or a date (RFC 9110, section 10.2.3).
function retryAfter(value: string | null): number {
  if (!value) return 0;
  const milliseconds = /^\d+$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - Date.now();
  return Math.min(Math.max(0, milliseconds || 0), 2 ** 31 - 1); // a timer cannot count further, and would fire at once
}
