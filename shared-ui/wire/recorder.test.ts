// The recorder must see everything and be noticed by nobody. The four ways to the network are stand-ins here, which do what
// a browser would; e2e/side-by-side.spec.ts looks at the real ones.
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
  it("is noted with its answer, and the client reads the body first-hand", async () => {
    const response = new Response('{"msg":[]}', { statusText: "OK", headers: { "Content-Length": "10" } });
    const promise = Promise.resolve(response);
    answer = () => promise;
    const got = page.fetch("/msgs?since=a.1");
    expect(got).toBe(promise); // the very one that the browser gave
    expect(await (await got).json()).toEqual({ msg: [] });
    await vi.waitFor(() => expect(lines()).toEqual(["up GET /msgs?since=a.1 0", "down 200 OK 10"]), {
      timeout: 10_000,
    });
    expect(entries[1]!.text).toBe('{"msg":[]}');
    expect(entries.map(({ asks }) => asks)).toEqual(["polling", undefined]);
  });

  it.each([
    ["does not say how long it is: it may never end", {}, "down 200"],
    ["is long: it would be kept in memory twice", { "Content-Length": "1000000" }, "down 200 1000000"],
  ])("leaves an answer alone that %s", async (_what, headers, line) => {
    const response = new Response(new ReadableStream(), { headers });
    const clone = vi.spyOn(response, "clone");
    answer = async () => response;
    await page.fetch(new URL("http://localhost/stream"));
    expect(lines()).toEqual(["up GET /stream 0", line]);
    expect(clone).not.toHaveBeenCalled();
    expect(response.bodyUsed).toBe(false);
  });

  it("has a size in both directions, also when that is none", async () => {
    answer = async () => new Response(null, { status: 204, statusText: "No Content" });
    await page.fetch("/msgs", { method: "post", body: "né" });
    expect(lines()).toEqual(["up POST /msgs 3", "down 204 No Content 0"]);
    expect(entries[0]!.asks).toBe("request");
  });

  it("fails as it failed, with a note", async () => {
    answer = async () => {
      throw new TypeError("Failed to fetch");
    };
    await expect(page.fetch("/msgs")).rejects.toThrow(new TypeError("Failed to fetch"));
    expect(lines()).toEqual(["up GET /msgs 0", "here no answer"]);
  });
});

describe("WebSocket", () => {
  it("is noted frame by frame, with the opcode", () => {
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

  it("tells a goodbye from a broken connection", () => {
    const ours = new page.WebSocket("/msgs");
    ours.close(1000, "bye");
    ours.close();
    ours.send("too late");
    new page.WebSocket("/msgs").dispatchEvent(event("close", { code: 1006, reason: "" }));
    expect(lines().filter((line) => !line.includes("GET"))).toEqual([
      "up 8 close 1000 5",
      "here the connection broke: no close frame",
    ]);
  });

  it("says in words what Socket.IO says in digits", () => {
    const socket = new page.WebSocket("/socket.io/?EIO=4&transport=websocket");
    socket.send('420["msg:post",{}]');
    socket.dispatchEvent(event("message", { data: "2" }));
    expect(lines().slice(1)).toEqual(["up 1 text · 42 event msg:post (wants ack 0) 18", "down 1 text · 2 ping 1"]);
  });

  it("is the browser's own: same constants, same arguments, same errors", () => {
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

  it("is noted before the client acts on it", () => {
    const socket = new page.WebSocket("/msgs");
    socket.addEventListener("message", () => socket.send("answer"));
    socket.dispatchEvent(event("message", { data: "question" }));
    expect(entries.map(({ text }) => text).slice(1)).toEqual(["question", "answer"]);
  });
});

describe("EventSource", () => {
  it("is noted event by event, each once, however many listen", () => {
    const source = new page.EventSource("/msgs?since=");
    const heard = vi.fn();
    for (const type of ["msg:get", "msg:get"]) source.addEventListener(type, heard);
    source.addEventListener("msg:get", () => {});
    source.dispatchEvent(event("open", {}));
    source.dispatchEvent(event("msg:get", { data: "{}", lastEventId: "a.1" }));
    expect(lines()).toEqual(["up GET /msgs?since= 0", "down 200, and it does not end", "down event msg:get 2"]);
    expect(entries[2]!.text).toBe("id: a.1 data: {}");
    expect(heard).toHaveBeenCalledOnce();
  });

  it("asks again by itself, or never again", () => {
    const source = new page.EventSource("/msgs") as unknown as FakeSource;
    source.dispatchEvent(event("error", {}));
    source.readyState = 2;
    source.dispatchEvent(event("error", {}));
    expect(lines().slice(1)).toEqual([
      "here the stream broke: EventSource asks again",
      "here the stream is closed for good",
    ]);
    expect(entries.map(({ asks }) => asks)).toEqual(["event stream", "event stream", undefined]);
  });
});

describe("XMLHttpRequest", () => {
  it("is noted with the packets that it carries", () => {
    const request = new page.XMLHttpRequest();
    const fake = request as unknown as FakeXHR;
    request.open("post", "/socket.io/?EIO=4&transport=polling");
    request.send("3");
    Object.assign(fake, { status: 200, statusText: "OK", responseText: '2\u001e42["msg:get",{}]' });
    fake.dispatchEvent(event("loadend", { loaded: 19 }));
    expect(fake.opened).toEqual(["post", "/socket.io/?EIO=4&transport=polling"]); // and no third: it would mean something else
    expect(lines()).toEqual([
      "up POST /socket.io/?EIO=4&transport=polling · 3 pong 1",
      "down 200 OK · 2 ping, 42 event msg:get 19",
    ]);
    expect(entries[0]!.asks).toBe("long polling");
  });
});

it("A fault of the inspector stays its own", async () => {
  const complaint = vi.spyOn(console, "error").mockImplementation(() => {});
  record(() => {
    throw new Error("no room");
  }, page);
  answer = async () => new Response("hello");
  expect(await (await page.fetch("/msgs")).text()).toBe("hello");
  new page.WebSocket("/msgs").send("hello");
  await expect(page.fetch("http://[")).resolves.toBeInstanceOf(Response); // what the browser makes of it counts
  expect(complaint).toHaveBeenCalled();
});

it("A long text is cut, so that 200 entries stay small", () => {
  new page.WebSocket("/msgs").send("x".repeat(32_768));
  expect(entries[1]!.bytes).toBe(32_768);
  expect(entries[1]!.text.length).toBeLessThan(400);
});
