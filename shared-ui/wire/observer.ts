// Sees on the screen what became of a message, whatever brought it: a row in the outbox is "sending", a row in the list
// has "arrived". So the clock stops where a person would stop it, and no technique carries a line for it.
import { now } from "./entry.ts";
import type { FromPane } from "./messages.ts";

/** Tells what happens on the page, in the order in which it happens. */
export function observe(tell: (message: FromPane) => void): void {
  const html = document.documentElement;
  const [messages, outbox] = ["messages", "outbox"].map((id) => document.getElementById(id)!);
  let state = "";
  let before = true; // until the first news are there

  const observer = new MutationObserver((records) => {
    const at = now();
    for (const { target, addedNodes } of records) {
      const rows = Array.from(addedNodes).filter((node) => node instanceof HTMLElement);
      if (target === html) {
        if (html.dataset.state === state) continue; // written again, with the same word
        state = html.dataset.state ?? "";
        if (state === "connected") before = false;
        tell({ type: "state", state, at });
      } else if (target === outbox) {
        for (const { dataset } of rows) tell({ type: "sending", draftId: dataset.draftId ?? "", at });
      } else {
        for (const { dataset, className } of rows)
          if (className === "notice") tell({ type: "cleared" });
          else tell({ type: "arrived", id: Number(dataset.id), draftId: dataset.draftId ?? "", at, before });
      }
    }
  });
  observer.observe(html, { attributeFilter: ["data-state"] });
  observer.observe(messages!, { childList: true });
  observer.observe(outbox!, { childList: true });
}
