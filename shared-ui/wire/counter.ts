import type { Entry } from "./entry.ts";

/** Tells how news arrive and how often the page asked, at most four times a second. */
export function counter(tell: (transport: string, requests: number) => void): (entry: Entry) => void {
  const [navigation] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  let transport = "";
  let requests = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  return ({ asks }) => {
    if (!asks) return;
    requests += 1;
    if (asks !== "request") transport = asks === "websocket" ? asks : `${asks} over ${navigation?.nextHopProtocol}`;
    timer ??= setTimeout(() => {
      timer = undefined;
      tell(transport, requests);
    }, 250);
  };
}
