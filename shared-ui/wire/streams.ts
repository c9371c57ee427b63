// What stays open: `EventSource` and `WebSocket`, watched. Subclasses of the browser's own, which listen before the
// client does and otherwise keep out of the way.
import { isEngine, type Note, pathOf, sizeOf, start } from "./entry.ts";
import { nameOf } from "./packets.ts";

/** `EventSource`, with a note for each event. */
export function watchEventSource(Base: typeof EventSource, note: Note): typeof EventSource {
  return class EventSource extends Base {
    readonly #heard = new Set<string>();

    constructor(url: string | URL, init?: EventSourceInit) {
      super(url, init);
      note(() => ({ way: "up", what: `GET ${pathOf(this.url)}`, text: "", bytes: 0, asks: "event stream" }));
      super.addEventListener("open", () => note(() => ({ way: "down", what: "200, and it does not end", text: "" })));
      super.addEventListener("error", () => note(() => this.#broken()));
      this.#hear("message");
    }

    // An event of the stream goes to those who listen for its name. So we listen for a name when the client does, and before it.
    override addEventListener(...args: [type: string, ...rest: unknown[]]) {
      if (args[0] !== "open" && args[0] !== "error") this.#hear(args[0]);
      super.addEventListener(...(args as [string, EventListener]));
    }

    #hear(type: string) {
      if (this.#heard.has(type)) return;
      this.#heard.add(type);
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
      return { way: "here", what: "the stream broke: EventSource asks again", text: "", asks: "event stream" };
    }
  };
}

/** `WebSocket`, with a note for each frame (RFC 6455, section 5.2). Pings and pongs, opcodes 9 and 10, no page can see. */
export function watchWebSocket(Base: typeof WebSocket, note: Note): typeof WebSocket {
  return class WebSocket extends Base {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      const asked = () => `GET ${pathOf(this.url)} Upgrade: websocket`;
      note(() => ({ way: "up", what: asked(), text: "", bytes: 0, asks: "websocket" }));
      this.addEventListener("open", () => note(() => ({ way: "down", what: "101 Switching Protocols", text: "" })));
      this.addEventListener("message", ({ data }) => this.#frame("down", data));
      this.addEventListener("close", ({ code, reason }) =>
        note(() =>
          code === broken
            ? { way: "here", what: "the connection broke: no close frame", text: "" }
            : { way: "down", what: close(code), text: reason, bytes: closeSize(code, reason) },
        ),
      );
    }

    override send(data: Parameters<globalThis.WebSocket["send"]>[0]) {
      super.send(data);
      if (this.readyState === this.OPEN) this.#frame("up", data); // on a closed one the browser drops it in silence
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

// Two codes never cross the wire (RFC 6455, section 7.4.1): "the frame had no code", and "there was no frame".
const none = 1005;
const broken = 1006;

function close(code: number = none): string {
  return code === none ? "8 close" : `8 close ${code}`;
}

function closeSize(code: number = none, reason = ""): number | undefined {
  return code === none ? 0 : 2 + (sizeOf(reason) ?? 0);
}
