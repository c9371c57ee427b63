import type { Log } from "../../shared-chat/log.ts";

/** What a variant is given to serve. */
export interface Chat {
  /** What is said. Several servers may share one log. */
  log: Log;
  /** Aborted when this server stops: the moment to say goodbye to everybody who is connected. */
  closing: AbortSignal;
  /** The origin at which people reach the server through a proxy, such as "https://chat.example.org". */
  publicOrigin?: string | undefined;
  /** The one origin whose pages may show the chat in a frame. Default: nobody may. */
  framedBy?: string | undefined;
}
