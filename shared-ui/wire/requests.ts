// Records requests and responses: wraps `fetch` and `XMLHttpRequest`. The client gets the browser's own promise and the
// browser's own object, and does not notice the recording.
import { isEngine, type Note, pathOf, sizeOf, start } from "./entry.ts";
import { nameOf, packetsOf } from "./packets.ts";

/** Longer responses, and those without a Content-Length, are not copied: the copy would stay in memory. */
const longestCopy = 64 * 1024;

/** `fetch`, with a note for each request and each response. */
export function watchFetch(fetch: typeof globalThis.fetch, note: Note): typeof globalThis.fetch {
  return (...args) => {
    const promise = fetch(...args);
    note(() => request(...args));
    promise.then(
      (response) => noteResponse(response, note),
      (error: unknown) => note(() => ({ way: "here", what: "no response", text: String(error) })),
    );
    return promise;
  };
}

function request(...[input, init]: Parameters<typeof fetch>): ReturnType<Parameters<Note>[0]> {
  const given = input instanceof Request ? input : undefined;
  const url = input instanceof Request ? input.url : input;
  const method = (init?.method ?? given?.method ?? "GET").toUpperCase();
  return {
    way: "up",
    what: `${method} ${pathOf(url)}`,
    text: typeof init?.body === "string" ? start(init.body) : "",
    bytes: given?.body ? undefined : sizeOf(init?.body),
    asks: method === "GET" ? "polling" : "request",
  };
}

function noteResponse(response: Response, note: Note) {
  const what = `${response.status} ${response.statusText}`.trim();
  const length = response.headers.get("Content-Length");
  const bytes = response.body === null ? 0 : length === null ? undefined : Number(length);
  if (!bytes || bytes > longestCopy) return note(() => ({ way: "down", what, text: "", bytes }));
  // The copy is made before the client reads the body, and both are read in parallel.
  return response
    .clone()
    .text()
    .then(
      (text) => note(() => ({ way: "down", what, text: start(text), bytes: sizeOf(text) })),
      () => note(() => ({ way: "here", what: `${what}, the body broke off`, text: "" })),
    );
}

/** `XMLHttpRequest`, with a note for each request and each response. Socket.IO uses it for long polling. */
export function watchXHR(Base: typeof XMLHttpRequest, note: Note): typeof XMLHttpRequest {
  return class XMLHttpRequest extends Base {
    #method = "GET";
    #url = "";

    constructor() {
      super();
      this.addEventListener("loadend", ({ loaded }) =>
        note(() => {
          if (this.status === 0) return { way: "here", what: "no response", text: "" };
          const text = this.responseType === "" || this.responseType === "text" ? this.responseText : "";
          const what = `${this.status} ${this.statusText}`.trim();
          return { way: "down", what: withPackets(what, this.#url, text), text: start(text), bytes: loaded };
        }),
      );
    }

    override open(...args: [method: string, url: string | URL, ...rest: unknown[]]) {
      super.open(...(args as [string, string | URL, boolean]));
      [this.#method, this.#url] = [args[0].toUpperCase(), String(args[1])];
    }

    override send(body?: Document | XMLHttpRequestBodyInit | null) {
      super.send(body);
      note(() => {
        const text = typeof body === "string" ? body : "";
        return {
          way: "up",
          what: withPackets(`${this.#method} ${pathOf(this.#url)}`, this.#url, text),
          text: start(text),
          bytes: sizeOf(body),
          asks: isEngine(this.#url) ? "long polling" : this.#method === "GET" ? "polling" : "request",
        };
      });
    }
  };
}

function withPackets(what: string, url: string, body: string): string {
  return isEngine(url) && body ? `${what} · ${packetsOf(body).map(nameOf).join(", ")}` : what;
}
