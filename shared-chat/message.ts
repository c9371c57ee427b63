// What is said. A person sends a draft, the log makes it a message, and servers tell messages as news.
// This is the one door for strangers: whatever comes in from a network is parsed here, once.
import { z } from "zod";
import { numbers } from "./numbers.ts";
import { Refusal } from "./refusal.ts";

/** A line of a person: trimmed, and counted as people count, in code points and not in UTF-16 units. */
const line = (what: string, longest: number) =>
  z
    .string(`The ${what} is missing or is no text.`)
    // Half an emoji survives JSON but turns into U+FFFD in a text frame: the screens would differ.
    .refine((value) => value.isWellFormed(), `The ${what} holds half a character (a lone surrogate).`)
    .trim()
    .min(1, `The ${what} is empty.`)
    .refine((value) => [...value].length <= longest, `The ${what} is longer than ${longest} characters.`);

// Control and format characters (Unicode Cc and Cf; every bidi control is one) let a name pose as another.
// U+200C and U+200D stay: Persian, Hindi and many emoji need them.
const posing = /(?![\u200C\u200D])[\p{Cc}\p{Cf}]/u;

const draft = z.object(
  {
    user: line("name", numbers.name).refine(
      (name) => !posing.test(name),
      "The name holds a character that cannot be seen.",
    ),
    text: line("text", numbers.text),
    draft: z.uuid("The draft id is no UUID.").optional(),
  },
  "A draft is an object with a user and a text.",
);

// The id of a draft that is refused for something else, so that the refusal can say which one it means.
const named = z.object({ draft: z.uuid() });

const post = z.object(
  { event: z.literal("msg:post", "The only event that a client sends is msg:post."), data: z.unknown().optional() },
  'A frame is { "event": "msg:post", "data": DRAFT }.',
);

/** What a person sends. `draft` is a UUID that stays the same through every retry, so that a repeat is known as one. */
export type Draft = z.infer<typeof draft>;

/** A draft that the log has accepted. Ids count 1, 2, 3 … within one log; `time` is `Date.now()` at that moment. */
export type Message = Draft & { id: number; time: number };

/**
 * All that a server ever sends down: what the reader has not seen yet, and a cursor that names the last message.
 * With an empty `msg` it is a heartbeat. With `reset`, what the reader has cannot be continued and is to be
 * replaced: the log is a new one, or what was missed is no longer kept.
 */
export type News = { msg: Message[]; cursor: string; reset?: "new-log" | "trimmed" };

/**
 * Makes a draft of whatever came in.
 * @throws {Refusal} 422, with every reason in words.
 */
export function parseDraft(input: unknown): Draft {
  const parsed = draft.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new Refusal(422, words(parsed.error), named.safeParse(input).data?.draft);
}

/**
 * Reads what came as JSON text.
 * @throws {Refusal} 400 when it is no JSON.
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, "This is no JSON.");
  }
}

/**
 * Takes the draft out of a text frame `{ "event": "msg:post", "data": DRAFT }`: a WebSocket has no paths and no methods,
 * so the name of the event travels inside.
 * @throws {Refusal} 400 when it is no JSON, 422 when it is no such event.
 */
export function parsePost(frame: string): unknown {
  const parsed = post.safeParse(parseJson(frame));
  if (parsed.success) return parsed.data.data;
  throw new Refusal(422, words(parsed.error));
}

function words(error: z.ZodError): string {
  return error.issues.map((issue) => issue.message).join(" ");
}
