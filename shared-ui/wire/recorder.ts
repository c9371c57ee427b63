// Takes notes of all that crosses the wire, by standing between the page and the browser's four ways to the network. It
// has to be there before the technique is, and must not be noticed by it.
import { type Entry, type Note, now } from "./entry.ts";
import { watchFetch, watchXHR } from "./requests.ts";
import { watchEventSource, watchWebSocket } from "./streams.ts";

type Platform = Pick<typeof globalThis, "fetch" | "XMLHttpRequest" | "EventSource" | "WebSocket">;

/** From now on whatever the page sends and receives is told to `tell`. A fault of ours never becomes one of the page. */
export function record(tell: (entry: Entry) => void, platform: Platform = globalThis): void {
  const note: Note = (describe) => {
    try {
      tell({ at: now(), ...describe() });
    } catch (error) {
      console.error("The wire inspector:", error);
    }
  };
  platform.fetch = watchFetch(platform.fetch.bind(platform), note);
  platform.XMLHttpRequest = watchXHR(platform.XMLHttpRequest, note);
  platform.EventSource = watchEventSource(platform.EventSource, note);
  platform.WebSocket = watchWebSocket(platform.WebSocket, note);
}
