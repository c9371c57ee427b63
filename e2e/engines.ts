// How the engines of the browsers differ, where this chat can see it. The table is printed in engines.md, and engines.spec.ts
// observes each answer. Seen with Chromium 156, Firefox 153 and WebKitGTK 2.50.

export const engineNames = ["chromium", "firefox", "webkit"] as const;
export type EngineName = (typeof engineNames)[number];

/** A browser that a test drives, whichever the protocol. */
export interface Engine {
  /** Opens a page in the current tab. Resolves when it has loaded, or when it cannot be loaded. */
  open(url: string): Promise<void>;
  /** Opens a new tab, which is the current one from now on. */
  newTab(): Promise<void>;
  /** The address of the page in the current tab. */
  url(): Promise<string>;
  /** Runs a function in the page. It can use nothing but its argument and what a browser has. */
  evaluate<A, R>(run: (argument: A) => R | Promise<R>, argument?: A): Promise<R>;
  /** Ends the browser. */
  close(): Promise<void>;
}

export interface Difference {
  /** The title of the test. */
  title: string;
  /** The question, as in engines.md. */
  asks: string;
  answers: Record<EngineName, string>;
}

export const differences = {
  repeatsOverHttp1: {
    title: "Over HTTP/1.1 the browser sends a post again when the connection breaks before the answer, or it does not",
    asks: "Over HTTP/1.1: if a connection that was used before breaks before a post is answered, does the browser send the post again?",
    answers: { chromium: "yes", firefox: "yes", webkit: "no" },
  },
  repeatsOverHttp2: {
    title: "Over HTTP/2 the browser sends a post again when the connection breaks before the answer, or it does not",
    asks: "The same over HTTP/2?",
    answers: { chromium: "yes", firefox: "no", webkit: "no" },
  },
  brokenStream: {
    title: "Over HTTP/2 a page gets an error when the connection breaks while a response is arriving, or it does not",
    asks: "Over HTTP/2: if the connection breaks while a response is arriving, does an `EventSource` get an error?",
    answers: { chromium: "yes", firefox: "yes", webkit: "no" },
  },
  eventSourceRetry: {
    title: "An EventSource reconnects after three seconds, or after five",
    asks: "How long does an `EventSource` wait before it reconnects, if the server has sent no `retry`?",
    answers: { chromium: "3 s", firefox: "5 s", webkit: "3 s" },
  },
  tabs: {
    title: "Over HTTP/1.1 the seventh tab with an event stream does not load, or the tenth",
    asks: "Over HTTP/1.1: how many tabs can hold an event stream before the next tab does not load?",
    answers: { chromium: "6", firefox: "9", webkit: "6" },
  },
  webSocketDelay: {
    title: "The browser delays a WebSocket to a server that was not there, or the page decides alone",
    asks: "If a server cannot be reached, does the browser delay the next `WebSocket` to it?",
    answers: { chromium: "no", firefox: "yes, longer after each failure", webkit: "no" },
  },
  closeCode: {
    title: "A page gets the close code 1012, or 1006 in its place",
    asks: "Which code does a page get when the server closes a WebSocket with 1012 (restart)?",
    answers: { chromium: "1012", firefox: "1012", webkit: "1006, after an error" },
  },
  resetError: {
    title: "A WebSocket whose connection is reset gets an error event before its close event, or only the close event",
    asks: "When the connection of a WebSocket is reset, is there an `error` event before `close`?",
    answers: { chromium: "no", firefox: "yes", webkit: "yes" },
  },
  silentClose: {
    title: "After close() on a silent connection the close event comes within ten seconds, within thirty, or later",
    asks: "After `close()` on a WebSocket whose server is silent, when does the `close` event come?",
    answers: { chromium: "not within 30 s", firefox: "within 30 s", webkit: "within 10 s" },
  },
  secFetch: {
    title: "The handshake of a WebSocket has Sec-Fetch-Site, or it does not",
    asks: "Does the handshake of a WebSocket have `Sec-Fetch-Site`?",
    answers: { chromium: "no", firefox: "yes", webkit: "yes" },
  },
  onlySignal: {
    title: "A signal of AbortSignal.any that only fetch refers to ends the request, or is collected before it can",
    asks: "Does a signal of `AbortSignal.any` end a request if nothing but `fetch` refers to the signal?",
    answers: { chromium: "yes", firefox: "yes", webkit: "no" },
  },
  abortReason: {
    title: "An aborted fetch fails with the reason of the abort, or with an AbortError",
    asks: 'With which error does `fetch` fail after `abort(new DOMException(…, "TimeoutError"))`?',
    answers: { chromium: "TimeoutError", firefox: "TimeoutError", webkit: "AbortError" },
  },
  refusedFetch: {
    title: "The message of a failed fetch is the browser's own",
    asks: "What is the message of the error when `fetch` cannot reach the server?",
    answers: {
      chromium: "Failed to fetch",
      firefox: "NetworkError when attempting to fetch resource.",
      webkit: "Load failed",
    },
  },
  localhost: {
    title: "The browser tries the IPv6 address of localhost first, or the IPv4 address",
    asks: "If a server listens on both addresses of `localhost`, which one does the browser use?",
    answers: { chromium: "[::1]", firefox: "127.0.0.1", webkit: "[::1]" },
  },
  certificate: {
    title: "A driven browser shows an error page for an untrusted certificate, or goes nowhere",
    asks: "Where does a driven browser go when it does not trust the certificate?",
    answers: { chromium: "chrome-error:", firefox: "about:certerror", webkit: "nowhere" },
  },
} as const satisfies Record<string, Difference>;
