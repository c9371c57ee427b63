// The chat as a variant gets it: the log, who asks, and the door for posts.
import type { IncomingMessage } from "node:http";
import type { Http2ServerRequest } from "node:http2";
import { RateLimiterMemory, type RateLimiterRes } from "rate-limiter-flexible";
import { limits } from "../shared-chat/limits.ts";
import type { Log } from "../shared-chat/log.ts";
import { draftIdOf, type Message } from "../shared-chat/message.ts";
import type { Reader } from "../shared-chat/reader.ts";
import { Refusal } from "../shared-chat/refusal.ts";
import { personal } from "../shared-chat/rooms.ts";
import type { PublicOrigin } from "./admit.ts";
import { Sessions } from "./sessions.ts";

/** How a server is set up. */
export interface Setting {
  /** The messages. Several servers may share one log. */
  log: Log;
  /** Aborted when this server stops: the moment to say goodbye to everybody who is connected. */
  closing: AbortSignal;
  /** The origin at which people reach the server through a proxy, such as "https://chat.example.org". */
  publicOrigin?: PublicOrigin;
  /** The one origin whose pages may show the chat in a frame. Default: none. */
  framedBy?: string | undefined;
  /** The view that draws the page, unless its address names another one. Default: the one in plain DOM. */
  view?: string | undefined;
}

/** What a variant is given to serve. */
export interface Chat extends Setting {
  sessions: Sessions;
  /** Who holds a connection, what they hear, and until when. Made from the request, and fixed for the life of the connection. */
  reader(req: IncomingMessage | Http2ServerRequest): Reader;
  /**
   * The door for posts: `log.add`, and no more of them than the limits allow for one account, or for all strangers at one address.
   * @param address the IP address that the draft comes from.
   * @throws {Refusal} what `log.add` throws, and 429 with the seconds after which the draft is welcome.
   */
  add(draft: unknown, reader: Reader, address?: string): Promise<{ message: Message; repeated: boolean }>;
}

/** Turns a setting into what a variant is given to serve. */
export function chatOf(setting: Setting): Chat {
  const sessions = new Sessions(setting);
  const posts = new RateLimiterMemory(limits.posts);
  return {
    ...setting,
    sessions,
    reader: (req) => sessions.reader(req),
    async add(draft, reader, address = "") {
      const who = reader.name ? personal(reader.name) : address; // behind a proxy, all strangers have one address
      await posts.consume(who).catch((state) => tooMany(state, "You post too fast.", draftIdOf(draft)));
      // The right to speak has ended while this was under way. Whoever still has one comes back and sends it again.
      if (reader.name && reader.until.aborted) throw new Refusal(503, "Please connect again.", draftIdOf(draft), 1);
      return setting.log.add(draft, reader);
    },
  };
}

/** Throws the refusal that says when the limiter lets the next one through. */
export function tooMany({ msBeforeNext }: RateLimiterRes, words: string, draftId?: string): never {
  const seconds = Math.max(1, Math.ceil(msBeforeNext / 1000));
  const when =
    seconds < 120
      ? `${seconds} s`
      : seconds < 7_200
        ? `${Math.ceil(seconds / 60)} minutes`
        : `${Math.ceil(seconds / 3_600)} hours`;
  throw new Refusal(429, `${words} Try again in ${when}.`, draftId, seconds);
}
