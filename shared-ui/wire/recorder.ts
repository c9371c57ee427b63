// Records what crosses the wire. It wraps the four network APIs of the browser before the technique starts, and does not change
// their behaviour.
import type { Entry, Note } from "./entry.ts";
import { watchFetch, watchXHR } from "./requests.ts";
import { watchEventSource, watchWebSocket } from "./streams.ts";

type Platform = Pick<typeof globalThis, "fetch" | "XMLHttpRequest" | "EventSource" | "WebSocket">;

/** From now on calls `report` with everything that the page sends and receives. An error in `report` never reaches the page. */
export function record(report: (entry: Entry) => void, platform: Platform = globalThis): void {
  const note: Note = (describe) => {
    try {
      report({ at: Date.now(), ...describe() });
    } catch (error) {
      console.error("The wire inspector:", error);
    }
  };
  platform.fetch = watchFetch(platform.fetch.bind(platform), note);
  platform.XMLHttpRequest = watchXHR(platform.XMLHttpRequest, note);
  platform.EventSource = watchEventSource(platform.EventSource, note);
  platform.WebSocket = watchWebSocket(platform.WebSocket, note);
}
