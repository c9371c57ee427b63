// The messages between a pane and the page that frames it, sent with postMessage. Times are milliseconds since 1970, from
// Date.now(), because all panes share the computer's clock. `performance.timeOrigin + performance.now()` is finer, but it can differ between two
// processes by more than a message takes.

/** From the pane to the page that frames it. */
export type FromPane =
  /** The page is loaded, and the technique has started. */
  | { type: "ready" }
  /** The state of the connection: "connecting", "connected", "reconnecting" or "offline". */
  | { type: "state"; state: string; at: number }
  /** A draft was sent in this pane; it is in the outbox now. */
  | { type: "sending"; draftId: string; at: number }
  /** A message is on the screen. `before` means that it was sent before this page was connected, so its latency means nothing. */
  | { type: "arrived"; id: number; draftId: string; at: number; before: boolean }
  /** The list was emptied, so messages may arrive a second time. */
  | { type: "cleared" }
  /** How updates arrive, in words, and how many requests and connections the page has made. */
  | { type: "transport"; transport: string; requests: number };

/** From the framing page to a pane. */
export type ToPane =
  /** The name of the person in this pane, unless a name is already typed. */
  | { type: "name"; user: string }
  /** Send this text, as if it had been typed. */
  | { type: "say"; text: string }
  /** The latency of this message in this pane. */
  | { type: "late"; draftId: string; milliseconds: number };
