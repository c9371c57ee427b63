import type { Entry } from "./entry.ts";

/** Reports the transport and the number of requests, at most four times a second. */
export function counter(report: (transport: string, requests: number) => void): (entry: Entry) => void {
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
      report(transport, requests);
    }, 250);
  };
}
