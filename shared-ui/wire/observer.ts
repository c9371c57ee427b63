// Watches the screen for messages: a new row in the outbox is "sending", since the person pressed a button; a new row in the list has
// "arrived". So latency is measured where a person sees it, and no technique needs code for it. Only the lobby counts, which everybody is in.
import { lobby } from "../../shared-chat/rooms.ts";
import type { FromPane } from "./messages.ts";

/**
 * Reports what happens on the page from now on, in order. The rows that are in the outbox already are of an earlier page: nobody
 * knows when they were sent.
 */
export function observe(report: (message: FromPane) => void): void {
  const html = document.documentElement;
  const [messages, outbox] = ["messages", "outbox"].map((id) => document.getElementById(id)!);
  let state = "";
  let connected = false; // whether it ever was
  let pressed = Date.now(); // when a person last pressed a button; before that, when the page was loaded

  const observer = new MutationObserver((records) => {
    const at = Date.now();
    // The page draws the first update in one go: its state, and then the messages of the history. So what was true when the
    // batch began is true for all of it.
    const before = !connected;
    for (const { target, addedNodes } of records) {
      const rows = Array.from(addedNodes).filter((node) => node instanceof HTMLElement);
      if (target === html) {
        if (html.dataset.state === state) continue; // written again with the same value
        state = html.dataset.state ?? "";
        connected ||= state === "connected";
        report({ type: "state", state, at });
      } else if (target === outbox) {
        for (const { dataset } of rows) report({ type: "sending", draftId: dataset.draftId ?? "", at: pressed });
      } else if (target.parentElement?.dataset.room === lobby) {
        for (const { dataset, className } of rows)
          if (className === "notice") report({ type: "cleared" });
          else report({ type: "arrived", id: Number(dataset.id), draftId: dataset.draftId ?? "", at, before });
      }
    }
  });
  // The page sends a draft before it draws the row. By then another screen may already show the message.
  for (const type of ["submit", "click"]) addEventListener(type, () => (pressed = Date.now()), { capture: true });
  observer.observe(html, { attributeFilter: ["data-state"] });
  observer.observe(messages!, { childList: true, subtree: true });
  observer.observe(outbox!, { childList: true });
}
