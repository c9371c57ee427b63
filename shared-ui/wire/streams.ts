// Records connections that stay open: `EventSource` and `WebSocket`. The subclasses listen before the client does, and change
// nothing else.
import { isEngine, type Note, pathOf, sizeOf, start } from "./entry.ts";
import { nameOf } from "./packets.ts";

/** `EventSource`, with a note for each event. */
export function watchEventSource(Base: typeof EventSource, note: Note): typeof EventSource {
  return class EventSource extends Base {
    readonly #recorded = new Set<string>(); // the types of events

    constructor(url: string | URL, init?: EventSourceInit) {
      super(url, init);
      note(() => ({ way: "up", what: `GET ${pathOf(this.url)}`, text: "", bytes: 0, asks: "event stream" }));
      super.addEventListener("open", () => note(() => ({ way: "down", what: "200, the body stays open", text: "" })));
      super.addEventListener("error", () => note(() => this.#broken()));
      this.#record("message");
    }

    // Only a listener for the type of an event receives it. So we add our own listener for a type before the client adds its first.
    override addEventListener(...args: [type: string, ...rest: unknown[]]) {
      if (args[0] !== "open" && args[0] !== "error") this.#record(args[0]);
      super.addEventListener(...(args as [string, EventListener]));
    }

    #record(type: string) {
      if (this.#recorded.has(type)) return;
      this.#recorded.add(type);
      super.addEventListener(type, ({ data, lastEventId }: MessageEvent<string>) =>
        note(() => ({
          way: "down",
          what: `event ${type}`,
          text: start(`id: ${lastEventId} data: ${data}`),
          bytes: sizeOf(data),
        })),
      );
    }

    #broken(): ReturnType<Parameters<Note>[0]> {
      if (this.readyState === this.CLOSED) return { way: "here", what: "the stream is closed for good", text: "" };
      return { way: "here", what: "the stream broke: EventSource reconnects", text: "", asks: "event stream" };
    }
  };
}

/** `WebSocket`, with a note for each frame (RFC 6455, section 5.2). A page cannot see pings and pongs (opcodes 9 and 10). */
export function watchWebSocket(Base: typeof WebSocket, note: Note): typeof WebSocket {
  return class WebSocket extends Base {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      const request = () => `GET ${pathOf(this.url)} Upgrade: websocket`;
      note(() => ({ way: "up", what: request(), text: "", bytes: 0, asks: "websocket" }));
      this.addEventListener("open", () => note(() => ({ way: "down", what: "101 Switching Protocols", text: "" })));
      this.addEventListener("message", ({ data }) => this.#frame("down", data));
      this.addEventListener("close", ({ code, reason }) =>
        note(() =>
          code === noFrame
            ? { way: "here", what: "the connection broke: no close frame", text: "" }
            : { way: "down", what: close(code), text: reason, bytes: closeSize(code, reason) },
        ),
      );
    }

    override send(data: Parameters<globalThis.WebSocket["send"]>[0]) {
      super.send(data);
      if (this.readyState === this.OPEN) this.#frame("up", data); // when the socket is closed the browser drops the data silently
    }

    override close(code?: number, reason?: string) {
      const open = this.readyState === this.OPEN;
      super.close(code, reason);
      if (open) note(() => ({ way: "up", what: close(code), text: reason ?? "", bytes: closeSize(code, reason) }));
    }

    #frame(way: "up" | "down", data: unknown) {
      note(() => {
        const text = typeof data === "string" ? data : undefined;
        const what = text === undefined ? "2 binary" : isEngine(this.url) ? `1 text · ${nameOf(text)}` : "1 text";
        return { way, what, text: start(text ?? ""), bytes: sizeOf(data) };
      });
    }
  };
}

// Two codes never cross the wire (RFC 6455, section 7.4.1): they mean "the frame had no code" and "there was no frame".
const noCode = 1005;
const noFrame = 1006;

function close(code: number = noCode): string {
  return code === noCode ? "8 close" : `8 close ${code}`;
}

function closeSize(code: number = noCode, reason = ""): number | undefined {
  return code === noCode ? 0 : 2 + (sizeOf(reason) ?? 0);
}
