// Runs before the technique when the page is opened with ?wire: it writes down what crosses the wire, shows it, and tells
// the page that frames this one, if there is one, what arrives when.
import { counter } from "./counter.ts";
import type { Entry } from "./entry.ts";
import { inspector } from "./inspector.ts";
import type { FromPane, ToPane } from "./messages.ts";
import { observe } from "./observer.ts";
import { record } from "./recorder.ts";
import { obey } from "./remote.ts";

const ears: ((entry: Entry) => void)[] = [inspector()];

/** How many messages stay in a frame. Four of them share the time of one screen, and in each is room for a few. */
const shown = 100;

const framedBy = document.querySelector<HTMLMetaElement>('meta[name="framed-by"]')?.content;
if (framedBy && parent !== window) {
  const tell = (message: FromPane) => parent.postMessage(message, framedBy);
  document.documentElement.classList.add("framed");
  const page = globalThis as { pageTiming?: object };
  page.pageTiming = { ...page.pageTiming, shown };
  ears.push(counter((transport, requests) => tell({ type: "transport", transport, requests })));
  observe(tell);
  addEventListener("message", ({ origin, source, data }: MessageEvent<ToPane>) => {
    if (origin === framedBy && source === parent) obey(data);
  });
  addEventListener("DOMContentLoaded", () => tell({ type: "ready" })); // by then the technique has started, too
}

record((entry) => ears.forEach((hear) => hear(entry)));
