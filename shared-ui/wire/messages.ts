// What a pane and the page that frames it tell each other, by postMessage. Times are milliseconds since 1970, as `now()` tells.

/** From the pane to the page that frames it. */
export type FromPane =
  /** The page is there, and the technique has started. */
  | { type: "ready" }
  /** The word for the connection: "connecting", "connected", "reconnecting" or "offline". */
  | { type: "state"; state: string; at: number }
  /** Somebody said something here; it is in the outbox now. */
  | { type: "sending"; draftId: string; at: number }
  /** A message is on the screen. `before`: it was said before this page was there, so how late it is means nothing. */
  | { type: "arrived"; id: number; draftId: string; at: number; before: boolean }
  /** The list was emptied: messages may arrive a second time. */
  | { type: "cleared" }
  /** How news arrive, in words, and how often the page has asked the server for something. */
  | { type: "transport"; transport: string; requests: number };

/** From the page to a pane. */
export type ToPane =
  /** Who writes here, unless somebody has typed a name. */
  | { type: "name"; user: string }
  /** Say this, as if it was typed. */
  | { type: "say"; text: string }
  /** So late was this message here. */
  | { type: "late"; draftId: string; milliseconds: number };
