// The recorder must see everything and change nothing. The four network APIs are fakes here, which behave like a browser's;
// e2e/side-by-side.spec.ts tests the real ones.
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Entry } from "./entry.ts";
import { record } from "./recorder.ts";

class FakeSocket extends EventTarget {
  static readonly OPEN = 1;
  readonly OPEN = 1;
  readyState = 1;
  readonly url: string;
  readonly calls: unknown[][] = [];
  constructor(...args: [url: string, protocols?: string]) {
    super();
    if (args[0] === "::") throw new SyntaxError("no URL");
    this.url = new URL(args[0], "ws://localhost").href;
    this.calls.push(args);
  }
  send(...args: unknown[]) {
    this.calls.push(args);
  }
  close(...args: unknown[]) {
    this.readyState = 2;
    this.calls.push(args);
  }
}

class FakeSource extends EventTarget {
  readonly CLOSED = 2;
  readyState = 0;
  readonly url: string;
  constructor(url: string) {
    super();
    this.url = new URL(url, "https://localhost").href;
  }
}

class FakeXHR extends EventTarget {
  status = 0;
  statusText = "";
  responseType = "";
  responseText = "";
  opened: unknown[] = [];
  open(...args: unknown[]) {
    this.opened = args;
  }
  send() {}
}

let entries: Entry[];
let answer: () => Promise<Response>;
let page: Pick<typeof globalThis, "fetch" | "XMLHttpRequest" | "EventSource" | "WebSocket">;
const lines = () =>
  entries.map(({ way, what, bytes }) => [way, what, ...(bytes === undefined ? [] : [bytes])].join(" "));
const event = (type: string, fields: object) => Object.assign(new Event(type), fields);

beforeEach(() => {
  entries = [];
  page = {
    fetch: () => answer(),
    XMLHttpRequest: FakeXHR as unknown as typeof XMLHttpRequest,
    EventSource: FakeSource as unknown as typeof EventSource,
    WebSocket: FakeSocket as unknown as typeof WebSocket,
  };
  record((entry) => entries.push(entry), page);
});

describe("fetch", () => {
  it("is recorded without passwords", async () => {
    answer = () => Promise.resolve(new Response(null, { status: 204 }));
    const body = JSON.stringify({ name: "Ada", password: 'correct "horse\\', more: 1 });
    await page.fetch("/session", { method: "POST", body });
    expect(entries[0]!.text).toBe('{"name":"Ada","password":"•••","more":1}');
    await page.fetch("/session", { method: "POST", body: JSON.stringify({ password: "x".repeat(1_000) }) });
    expect(JSON.stringify(entries)).not.toMatch(/horse|xxx/);
  });

  it("is recorded with its response, and the client reads the original body", async () => {
    const response = new Response('{"msg":[]}', { statusText: "OK", headers: { "Content-Length": "10" } });
    const promise = Promise.resolve(response);
    answer = () => promise;
    const got = page.fetch("/msgs?since=a.1");
    expect(got).toBe(promise); // the same promise that the browser returned
    expect(await (await got).json()).toEqual({ msg: [] });
    await vi.waitFor(() => expect(lines()).toEqual(["up GET /msgs?since=a.1 0", "down 200 OK 10"]), {
      timeout: 10_000,
    });
    expect(entries[1]!.text).toBe('{"msg":[]}');
    expect(entries.map(({ asks }) => asks)).toEqual(["polling", undefined]);
  });

  it.each([
    ["has no Content-Length and may never end", {}, "down 200"],
    ["is long and would be in memory twice", { "Content-Length": "1000000" }, "down 200 1000000"],
  ])("does not read a response that %s", async (_what, headers, line) => {
    const response = new Response(new ReadableStream(), { headers });
    const clone = vi.spyOn(response, "clone");
    answer = async () => response;
    await page.fetch(new URL("http://localhost/stream"));
    expect(lines()).toEqual(["up GET /stream 0", line]);
    expect(clone).not.toHaveBeenCalled();
    expect(response.bodyUsed).toBe(false);
  });

  it("has a size in both directions, also when it is 0", async () => {
    answer = async () => new Response(null, { status: 204, statusText: "No Content" });
    await page.fetch("/msgs", { method: "post", body: "né" });
    expect(lines()).toEqual(["up POST /msgs 3", "down 204 No Content 0"]);
    expect(entries[0]!.asks).toBe("request");
  });

  it("is recorded when it fails, and rejects with the same error", async () => {
    answer = async () => {
      throw new TypeError("Failed to fetch");
    };
    await expect(page.fetch("/msgs")).rejects.toThrow(new TypeError("Failed to fetch"));
    expect(lines()).toEqual(["up GET /msgs 0", "here no response"]);
  });
});

describe("WebSocket", () => {
  it("is recorded frame by frame, with the opcode", () => {
    const socket = new page.WebSocket("/msgs?since=");
    socket.dispatchEvent(new Event("open"));
    socket.send('{"event":"msg:post"}');
    socket.dispatchEvent(event("message", { data: "{}" }));
    socket.dispatchEvent(event("message", { data: new ArrayBuffer(7) }));
    socket.dispatchEvent(event("close", { code: 1012, reason: "The server restarts." }));
    expect(lines()).toEqual([
      "up GET /msgs?since= Upgrade: websocket 0",
      "down 101 Switching Protocols",
      "up 1 text 20",
      "down 1 text 2",
      "down 2 binary 7",
      "down 8 close 1012 22",
    ]);
    expect(entries[0]!.asks).toBe("websocket");
    expect(entries[5]!.text).toBe("The server restarts.");
  });

  it("distinguishes a close frame from a broken connection", () => {
    const socket = new page.WebSocket("/msgs");
    socket.close(1000, "bye");
    socket.close();
    socket.send("too late");
    new page.WebSocket("/msgs").dispatchEvent(event("close", { code: 1006, reason: "" }));
    expect(lines().filter((line) => !line.includes("GET"))).toEqual([
      "up 8 close 1000 5",
      "here the connection broke: no close frame",
    ]);
  });

  it("names the packets of Socket.IO", () => {
    const socket = new page.WebSocket("/socket.io/?EIO=4&transport=websocket");
    socket.send('420["msg:post",{}]');
    socket.dispatchEvent(event("message", { data: "2" }));
    expect(lines().slice(1)).toEqual(["up 1 text · 42 event msg:post (wants ack 0) 18", "down 1 text · 2 ping 1"]);
  });

  it("behaves like the browser's: same constants, same arguments, same errors", () => {
    const socket = new page.WebSocket("/msgs", "chat") as unknown as FakeSocket;
    expect(socket).toBeInstanceOf(FakeSocket);
    expect(page.WebSocket.OPEN).toBe(1);
    expect(page.WebSocket.name).toBe("WebSocket");
    socket.close();
    expect(socket.calls).toEqual([
      ["/msgs", "chat"],
      [undefined, undefined],
    ]);
    expect(() => new page.WebSocket("::")).toThrow(new SyntaxError("no URL"));
  });

  it("is recorded before the client reacts to it", () => {
    const socket = new page.WebSocket("/msgs");
    socket.addEventListener("message", () => socket.send("answer"));
    socket.dispatchEvent(event("message", { data: "question" }));
    expect(entries.map(({ text }) => text).slice(1)).toEqual(["question", "answer"]);
  });
});

describe("EventSource", () => {
  it("is recorded event by event, each event once, for any number of listeners", () => {
    const source = new page.EventSource("/msgs?since=");
    const listener = vi.fn();
    for (const type of ["msg:get", "msg:get"]) source.addEventListener(type, listener);
    source.addEventListener("msg:get", () => {});
    source.dispatchEvent(event("open", {}));
    source.dispatchEvent(event("msg:get", { data: "{}", lastEventId: "a.1" }));
    expect(lines()).toEqual(["up GET /msgs?since= 0", "down 200, the body stays open", "down event msg:get 2"]);
    expect(entries[2]!.text).toBe("id: a.1 data: {}");
    expect(listener).toHaveBeenCalledOnce();
  });

  it("is recorded when it reconnects, and when it is closed for good", () => {
    const source = new page.EventSource("/msgs") as unknown as FakeSource;
    source.dispatchEvent(event("error", {}));
    source.readyState = 2;
    source.dispatchEvent(event("error", {}));
    expect(lines().slice(1)).toEqual([
      "here the stream broke: EventSource reconnects",
      "here the stream is closed for good",
    ]);
    expect(entries.map(({ asks }) => asks)).toEqual(["event stream", "event stream", undefined]);
  });
});

describe("XMLHttpRequest", () => {
  it("is recorded with the packets that it carries", () => {
    const request = new page.XMLHttpRequest();
    const fake = request as unknown as FakeXHR;
    request.open("post", "/socket.io/?EIO=4&transport=polling");
    request.send("3");
    Object.assign(fake, { status: 200, statusText: "OK", responseText: '2\u001e42["msg:get",{}]' });
    fake.dispatchEvent(event("loadend", { loaded: 19 }));
    expect(fake.opened).toEqual(["post", "/socket.io/?EIO=4&transport=polling"]); // without a third argument, which would change the call
    expect(lines()).toEqual([
      "up POST /socket.io/?EIO=4&transport=polling · 3 pong 1",
      "down 200 OK · 2 ping, 42 event msg:get 19",
    ]);
    expect(entries[0]!.asks).toBe("long polling");
  });
});

it("An error in the inspector does not reach the page", async () => {
  const consoleError = vi.spyOn(console, "error").mockImplementation(() => {});
  record(() => {
    throw new Error("no room");
  }, page);
  answer = async () => new Response("hello");
  expect(await (await page.fetch("/msgs")).text()).toBe("hello");
  new page.WebSocket("/msgs").send("hello");
  await expect(page.fetch("http://[")).resolves.toBeInstanceOf(Response); // only the browser decides whether a URL is valid
  expect(consoleError).toHaveBeenCalled();
});

it("A long text is cut, so that the entries stay small", () => {
  new page.WebSocket("/msgs").send("x".repeat(32_768));
  expect(entries[1]!.bytes).toBe(32_768);
  expect(entries[1]!.text.length).toBeLessThan(400);
});
