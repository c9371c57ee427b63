// Runs before the technique when the page is opened with ?wire. It records what crosses the wire and shows it. In a frame it
// also reports to the framing page when messages arrive.
import { counter } from "./counter.ts";
import type { Entry } from "./entry.ts";
import { inspector } from "./inspector.ts";
import type { FromPane, ToPane } from "./messages.ts";
import { observe } from "./observer.ts";
import { record } from "./recorder.ts";
import { obey } from "./remote.ts";

const listeners: ((entry: Entry) => void)[] = [inspector()];

/** How many messages stay on the screen in a frame. Four frames share the CPU time of one page, and each has room for a few. */
const shown = 100;

const framedBy = document.querySelector<HTMLMetaElement>('meta[name="framed-by"]')?.content;
if (framedBy && parent !== window) {
  const report = (message: FromPane) => parent.postMessage(message, framedBy);
  document.documentElement.classList.add("framed");
  const page = globalThis as { pageTiming?: object };
  page.pageTiming = { ...page.pageTiming, shown };
  listeners.push(counter((transport, requests) => report({ type: "transport", transport, requests })));
  addEventListener("message", ({ origin, source, data }: MessageEvent<ToPane>) => {
    if (origin === framedBy && source === parent) obey(data);
  });
  addEventListener("chat:shown", () => {
    report({ type: "ready" });
    observe(report);
  });
}

// The framing page leads here a person who has to accept our certificate. This is the page that they see when it is done.
if (framedBy && parent === window && location.hash === "#accepted") {
  history.replaceState(null, "", location.pathname + location.search); // before the chat takes it for the name of a room
  addEventListener("chat:shown", () => {
    const words = "The certificate is accepted. Now go back to the tab with the four panes: this one may be closed.";
    document
      .querySelector("header")
      ?.append(Object.assign(document.createElement("p"), { id: "accepted", textContent: words }));
  });
}

record((entry) => listeners.forEach((listener) => listener(entry)));
