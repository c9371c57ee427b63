import type { Entry } from "./entry.ts";

/** Reports the transport and the number of requests, at most four times a second. */
export function counter(report: (transport: string, requests: number) => void): (entry: Entry) => void {
  let transport = "";
  let requests = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  return ({ asks }) => {
    if (!asks) return;
    requests += 1;
    if (asks !== "request") transport = asks === "websocket" ? asks : [asks, protocol()].filter(Boolean).join(" over ");
    timer ??= setTimeout(() => {
      timer = undefined;
      report(transport, requests);
    }, 250);
  };
}

/** The HTTP version of the page. Firefox knows it for scripts and requests, but in a frame not for the page itself. */
function protocol(): string {
  const [page] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  const files = performance.getEntriesByType("resource") as PerformanceResourceTiming[];
  return page?.nextHopProtocol || files.map(({ nextHopProtocol }) => nextHopProtocol).find(Boolean) || "";
}
