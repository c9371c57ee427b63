// What the clients in RxJS promise, with a fake network and the real connection.ts. The real network is in e2e/chat.spec.ts.
import { config } from "rxjs";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Message, Update } from "../../shared-chat/message.ts";
import { Refusal } from "../../shared-chat/refusal.ts";
import type { Technique } from "../../shared-ui/chat.ts";
import type { Connection } from "../../shared-ui/connection.ts";
import { timing } from "../../shared-ui/timing.ts";

/** One connection, or one poll, as the server sees it. */
interface Peer {
  /** How often the page has closed it. */
  closed: number;
  sends(update: Update): void;
  sendsGarbage(): void;
  /** The connection is gone, and whatever reconnects by itself has given up. */
  breaks(): void;
}

let technique: Technique;
let connection: Connection;
let network: Peer[]; // every connection that was opened
let seen: number[];
let pause: number; // before the next attempt, in milliseconds
let state: string;
let reported: unknown[]; // on the console
let page: EventTarget & { hidden: boolean };
let browser: EventTarget;

vi.mock("../../shared-ui/page.ts", () => ({ openChat: (given: Technique) => (technique = given) }));
vi.mock("socket.io-client", () => ({ io: (options: object) => new FakeSocket(options) }));

class FakePoll implements Peer {
  closed = 0;
  readonly response: Promise<Response>;
  answers!: (response: Response) => void;
  breaks!: () => void;

  constructor(signal: AbortSignal) {
    network.push(this);
    signal.addEventListener("abort", () => this.closed++);
    this.response = new Promise((resolve, reject) => {
      this.answers = resolve;
      this.breaks = () => reject(new TypeError("Failed to fetch"));
    });
  }

  sends = (update: Update) => this.answers(Response.json(update));
  sendsGarbage = () => this.answers(new Response("{"));
}

class FakeEventSource extends EventTarget implements Peer {
  static readonly CONNECTING = 0;
  static readonly CLOSED = 2;
  closed = 0;
  readyState = 0;

  constructor() {
    super();
    network.push(this);
  }

  close() {
    this.closed++;
  }

  sends = (update: Update) => this.frame(JSON.stringify(update));
  sendsGarbage = () => this.frame("{");
  breaks = () => this.fails(FakeEventSource.CLOSED);
  frame = (data: string) => this.dispatchEvent(new MessageEvent("msg:get", { data }));
  opens = () => this.dispatchEvent(new Event("open"));

  /** The stream breaks, or a try fails; the browser tries again, unless it has given up. */
  fails(readyState = FakeEventSource.CONNECTING) {
    this.readyState = readyState;
    this.dispatchEvent(new Event("error"));
  }
}

class FakeWebSocket implements Peer {
  closed = 0;
  readyState = 0;
  readonly sent: unknown[] = [];
  onopen!: (event: object) => void; // these four are set by RxJS
  onmessage!: (event: object) => void;
  onclose!: (event: object) => void;
  onerror!: (event: object) => void;

  constructor() {
    network.push(this);
  }

  opens() {
    this.readyState = 1;
    this.onopen({});
  }

  send(frame: string) {
    this.sent.push(JSON.parse(frame));
  }

  close() {
    this.closed++;
    this.readyState = 2;
  }

  ends(wasClean: boolean) {
    this.readyState = 3;
    this.onclose({ wasClean });
  }

  frame = (event: string, data: unknown) => this.onmessage({ data: JSON.stringify({ event, data }) });
  sends = (update: Update) => this.frame("msg:get", update);
  sendsGarbage = () => ["{", "null", "1"].forEach((data) => this.onmessage({ data }));
  breaks = () => this.ends(false);
}

class FakeSocket implements Peer {
  closed = 0;
  answer: object = { message: { id: 1 } };
  readonly options: Record<string, unknown>;
  readonly #listeners = new Map<string, Set<(value?: unknown) => void>>();

  constructor(options: object) {
    this.options = options as Record<string, unknown>;
    network.push(this);
  }

  on(event: string, listener: () => void) {
    if (!this.#listeners.get(event)?.add(listener)) this.#listeners.set(event, new Set([listener]));
  }

  off(event: string, listener: () => void) {
    this.#listeners.get(event)?.delete(listener);
  }

  disconnect() {
    this.closed++;
  }

  happens = (event: string, value?: unknown) => this.#listeners.get(event)?.forEach((listener) => listener(value));
  sends = (update: Update) => this.happens("msg:get", update);
  sendsGarbage = () => this.happens("msg:get", null);
  breaks = () => this.happens("disconnect");
  timeout = vi.fn(() => this);
  emitWithAck = vi.fn(async () => this.answer);
}

beforeEach(() => {
  [network, seen, reported] = [[], [], []];
  vi.useFakeTimers({ now: new Date("2026-01-01") });
  vi.spyOn(Math, "random").mockReturnValue(0.5);
  vi.spyOn(console, "error").mockImplementation((error) => reported.push(error));
  config.onUnhandledError = (error) => reported.push(error); // what a subscriber throws
  page = Object.assign(new EventTarget(), { hidden: false });
  browser = new EventTarget();
  vi.stubGlobal("document", page);
  vi.stubGlobal("addEventListener", browser.addEventListener.bind(browser));
  vi.stubGlobal("EventSource", FakeEventSource);
  vi.stubGlobal("WebSocket", FakeWebSocket);
  vi.stubGlobal("fetch", async (_path: string, { method, signal }: RequestInit) =>
    method === "POST" ? Response.json({ id: 1 }, { status: 201 }) : new FakePoll(signal!).response,
  );
});
afterEach(() => {
  config.onUnhandledError = null;
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const seconds = (count: number) => vi.advanceTimersByTimeAsync(count * 1_000);
const settled = () => seconds(0.002); // promises, and timers of 0 ms, of which a reconnect has two in a row
const newest = <T extends Peer>() => network.at(-1) as T;
const message = (id: number): Message => ({ id, user: "Ada", text: String(id), time: 0 });
const update = (...ids: number[]): Update => ({ msg: ids.map(message), cursor: `log.${ids.at(-1) ?? 0}` });
const draft = (text: string) => ({ as: "", user: "Ada", text, draftId: `draft of ${text}` });

/** Opens the page with a client. */
async function open(name: string) {
  vi.resetModules();
  await import(`../rxjs/${name}.ts`);
  const shared = await import("../../shared-ui/connection.ts");
  connection = new shared.Connection({
    connect: technique.connect,
    updated: ({ msg }) => void seen.push(...msg.map(({ id }) => id)),
    changed: (now, retryAt) => ([state, pause] = [now, retryAt - Date.now()]),
  });
  connection.start();
  await settled();
}

const streams = ["http2-push", "raw-websockets", "socket-io"];

it.each(streams)("%s has one connection, however many listen to it", async (name) => {
  await open(name);
  newest().sends(update(1));
  void technique.post(draft("one"));
  void technique.post(draft("two"));
  await settled();
  newest().sends(update(2, 3));
  expect(network).toHaveLength(1);
  expect(seen).toEqual([1, 2, 3]);
});

it.each(streams)("%s goes on after a frame that it cannot read, and reports it on the console", async (name) => {
  await open(name);
  newest().sends(update(1));
  newest().sendsGarbage();
  newest().sends(update(2));
  await settled();
  expect(seen).toEqual([1, 2]);
  expect(network).toHaveLength(1);
  expect(reported).not.toEqual([]);
});

it.each(["polling", "http2-push", "raw-websockets"])("%s reconnects with the shared delay", async (name) => {
  await open(name);
  const pauses = [];
  for (let n = 0; n < 3; n++) {
    newest().breaks();
    await settled();
    expect(state).toBe("waiting");
    pauses.push(pause / 1_000);
    await seconds(pauses.at(-1)! - 0.01);
    expect(network).toHaveLength(n + 1);
    await seconds(0.02);
    expect(network).toHaveLength(n + 2);
  }
  expect(pauses).toEqual([1, 1.5, 2.5]); // 0.5 s and half of what jitter may add
});

it("socket-io leaves reconnecting to the library, with the shared delays", async () => {
  await open("socket-io");
  newest().sends(update(1));
  newest<FakeSocket>().happens("disconnect");
  newest<FakeSocket>().happens("connect_error");
  await seconds(10);
  expect(state).toBe("reconnecting");
  expect(network).toHaveLength(1);
  expect(newest<FakeSocket>().options).toMatchObject({
    reconnectionDelay: timing.retry,
    reconnectionDelayMax: timing.retryMost,
    timeout: timing.request,
  });
});

it.each(["polling", ...streams])("%s closes exactly one connection when the page is left", async (name) => {
  await open(name);
  connection.reconnect(0);
  await settled();
  technique.post(draft("not answered")).catch(() => {});
  expect(network.map(({ closed }) => closed)).toEqual([1, 0]);
  browser.dispatchEvent(new Event("pagehide"));
  expect(network.map(({ closed }) => closed)).toEqual([1, 1]);
  newest().sends(update(1));
  await seconds(600);
  expect(network.map(({ closed }) => closed)).toEqual([1, 1]);
  expect(seen).toEqual([]);
});

describe("polling", () => {
  beforeEach(() => open("polling"));

  it("never has two polls under way, and rests after each answer", async () => {
    newest().sends(update(1));
    await seconds(timing.poll / 1_000 - 0.01);
    expect(network).toHaveLength(1);
    await seconds(0.01);
    expect(network).toHaveLength(2);
    await seconds(timing.request / 1_000 - 1); // this answer takes its time
    page.dispatchEvent(new Event("visibilitychange"));
    await technique.post(draft("hello"));
    await settled();
    expect(network).toHaveLength(2);
    newest().sends(update(2));
    await settled();
    expect(network).toHaveLength(3); // at once, because somebody posted
    newest().sends(update(3));
    await seconds(timing.poll / 1_000 - 0.01);
    expect(network).toHaveLength(3);
    expect(seen).toEqual([1, 2, 3]);
  });

  it("takes a 204 as a sign of life", async () => {
    newest<FakePoll>().answers(new Response(null, { status: 204 }));
    await settled();
    expect(state).toBe("connected");
  });

  it("polls at once after an own post, and when there is more to come of a long catch-up", async () => {
    newest().sends(update(1));
    await settled();
    await technique.post(draft("hello"));
    await settled();
    expect(network).toHaveLength(2);
    newest().sends({ ...update(2), more: true });
    await settled();
    expect(network).toHaveLength(3);
  });

  it("comes back after an answer that it cannot read", async () => {
    newest().sendsGarbage();
    await seconds(1.1);
    newest().sends(update(1));
    await settled();
    expect(seen).toEqual([1]);
  });

  it("ends when the page hangs up, also while it rests", async () => {
    newest().sends(update(1));
    await settled();
    browser.dispatchEvent(new Event("pagehide"));
    await seconds(10 * (timing.poll / 1_000));
    expect(network).toHaveLength(1);
  });

  it("asks nothing while the page is hidden, and once when it is visible again", async () => {
    page.hidden = true;
    newest().sends(update(1));
    await seconds(10 * (timing.poll / 1_000));
    expect(network).toHaveLength(1);
    page.hidden = false;
    page.dispatchEvent(new Event("visibilitychange"));
    await settled();
    expect(network).toHaveLength(2);
    newest().sends(update(2));
    await seconds(timing.poll / 1_000 - 0.01);
    expect(network).toHaveLength(2);
  });
});

describe("http2-push", () => {
  beforeEach(() => open("http2-push"));

  it("leaves three tries to the browser after each stream that opened, then backs off", async () => {
    const source = newest<FakeEventSource>();
    for (let n = 0; n < 2; n++) {
      source.opens();
      for (let m = 0; m < 3; m++) source.fails();
    }
    expect(state).toBe("reconnecting");
    source.fails();
    expect(state).toBe("waiting");
  });

  it("comes back after an answer that is not 200, where the browser stays away", () => {
    const source = newest<FakeEventSource>();
    source.opens();
    source.fails(FakeEventSource.CLOSED);
    expect(state).toBe("waiting");
  });

  it("leaves no try to the browser when the stream never opened: it has no backoff", () => {
    newest<FakeEventSource>().fails();
    expect(state).toBe("waiting");
  });
});

describe("raw-websockets", () => {
  beforeEach(async () => {
    await open("raw-websockets");
    newest<FakeWebSocket>().opens();
  });

  it("reconnects after a clean close, which RxJS takes for the end", async () => {
    newest().sends(update(1));
    newest<FakeWebSocket>().ends(true);
    expect(state).toBe("waiting");
    await seconds(1);
    newest().sends(update(2));
    expect(seen).toEqual([1, 2]);
  });

  it("sends nothing late in a burst after it was away", async () => {
    const [first] = network as [FakeWebSocket];
    first.ends(false);
    for (const text of ["one", "two", "three"]) await expect(technique.post(draft(text))).rejects.toBeDefined();
    expect(network).toHaveLength(1);
    await seconds(1);
    newest<FakeWebSocket>().opens();
    newest().sends(update(1));
    expect((network as FakeWebSocket[]).map(({ sent }) => sent)).toEqual([[], []]);
  });

  it("finds the answer to each post by its draft id", async () => {
    const [one, two] = [technique.post(draft("one")), technique.post(draft("two"))];
    const { sent, frame } = newest<FakeWebSocket>();
    expect(sent).toEqual(["one", "two"].map((text) => ({ event: "msg:post", data: draft(text) })));
    frame("msg:ack", { ...draft("two"), id: 2 });
    frame("msg:ack", { ...draft("another page"), id: 9 });
    frame("msg:ack", { ...draft("one"), id: 1 });
    expect(await one).toMatchObject({ id: 1 });
    expect(await two).toMatchObject({ id: 2 });
  });

  it("receives an answer that arrives while it sends", async () => {
    const socket = newest<FakeWebSocket>();
    socket.send = () => socket.frame("msg:ack", { ...draft("quick"), id: 1 });
    expect(await technique.post(draft("quick"))).toMatchObject({ id: 1 });
  });

  it("rejects a refused post with the reason, and one that is welcome later with the time to wait", async () => {
    const [bad, early] = [technique.post(draft("bad")), technique.post(draft("early"))];
    const { frame } = newest<FakeWebSocket>();
    frame("msg:error", { error: "Slower.", draftId: draft("early").draftId, later: 3 });
    frame("msg:error", { error: "The text is bad.", draftId: draft("bad").draftId });
    await expect(bad).rejects.toMatchObject(new Refusal(422, "The text is bad."));
    await expect(early).rejects.toMatchObject({ message: "Slower.", after: 3_000 });
  });
});

describe("socket-io", () => {
  beforeEach(() => open("socket-io"));

  it("sends the newest cursor with each connection of the library", () => {
    const auth = newest<FakeSocket>().options.auth as (send: (parameters: object) => void) => void;
    const asks = vi.fn();
    auth(asks);
    newest().sends(update(7));
    auth(asks);
    expect(asks.mock.calls).toMatchObject([[{ since: "" }], [{ since: "log.7" }]]);
  });

  it("posts with a time-out, and rejects a refused post and one that is welcome later", async () => {
    const socket = newest<FakeSocket>();
    expect(await technique.post(draft("hello"))).toEqual({ id: 1 });
    expect(socket.timeout).toHaveBeenCalledWith(timing.acknowledgement);
    socket.answer = { error: "The text is bad." };
    await expect(technique.post(draft("bad"))).rejects.toMatchObject(new Refusal(422, "The text is bad."));
    socket.answer = { error: "Slower.", later: 3 };
    await expect(technique.post(draft("early"))).rejects.toMatchObject({ message: "Slower.", after: 3_000 });
  });
});
