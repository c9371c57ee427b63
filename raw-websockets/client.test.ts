// What the page does with a WebSocket, with a fake one. The real one is in e2e/.
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Refusal } from "../shared-chat/refusal.ts";
import type { Technique } from "../shared-ui/chat.ts";

let technique: Technique;
let ended: AbortController;
let sockets: FakeWebSocket[];
let reports: unknown[];

vi.mock("../shared-ui/page.ts", () => ({ openChat: (given: Technique) => (technique = given) }));

class FakeWebSocket extends EventTarget {
  readonly url: string;
  readonly sent: unknown[] = [];
  closed = false;

  constructor(url: string) {
    super();
    this.url = url;
    sockets.push(this);
  }

  send(frame: string) {
    this.sent.push(JSON.parse(frame));
  }

  close() {
    this.closed = true;
  }

  receives(event: string, data: unknown) {
    this.dispatchEvent(new MessageEvent("message", { data: JSON.stringify({ event, data }) }));
  }
}

beforeEach(async () => {
  [sockets, reports] = [[], []];
  vi.stubGlobal("WebSocket", FakeWebSocket);
  Promise.withResolvers ??= withResolvers; // Node 20 does not have what all browsers have
  vi.resetModules();
  await import("./client.ts");
  connect();
});
afterEach(() => vi.unstubAllGlobals());

function connect() {
  ended = new AbortController();
  technique.connect({
    parameters: () => ({ since: "log.7", as: "" }),
    query: () => "since=log.7",
    signal: ended.signal,
    received: (update) => reports.push(update),
    interrupted: () => reports.push("interrupted"),
    reconnect: () => reports.push("reconnect"),
  });
}

function withResolvers<T>(): PromiseWithResolvers<T> {
  const made = {} as PromiseWithResolvers<T>;
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
  return made;
}

const draft = (text: string) => ({ as: "", user: "Ada", text, draftId: `draft of ${text}` });

it("Opens one socket, from the cursor, and passes each update on", () => {
  expect(sockets.map(({ url }) => url)).toEqual(["/msgs?since=log.7"]);
  sockets[0]!.receives("msg:get", { msg: [], cursor: "log.7" });
  expect(reports).toEqual([{ msg: [], cursor: "log.7" }]);
});

it("Comes back when the socket closes, which a WebSocket does not do", () => {
  sockets[0]!.dispatchEvent(new Event("close"));
  expect(reports).toEqual(["reconnect"]);
});

it("Closes the socket when the page hangs up", () => {
  expect(sockets[0]!.closed).toBe(false);
  ended.abort();
  expect(sockets[0]!.closed).toBe(true);
});

it("Closes the socket of the attempt that has ended, and not the one after it", () => {
  const first = ended;
  connect();
  first.abort();
  expect(sockets.map(({ closed }) => closed)).toEqual([true, false]);
});

it("Posts on the newest socket, and finds the answer to each post by its draft id", async () => {
  connect();
  const [one, two] = [technique.post(draft("one")), technique.post(draft("two"))];
  expect(sockets[0]!.sent).toEqual([]);
  expect(sockets[1]!.sent).toEqual([
    { event: "msg:post", data: draft("one") },
    { event: "msg:post", data: draft("two") },
  ]);
  sockets[1]!.receives("msg:ack", { ...draft("two"), id: 2 });
  sockets[1]!.receives("msg:ack", { ...draft("one"), id: 1 });
  expect(await one).toMatchObject({ id: 1 });
  expect(await two).toMatchObject({ id: 2 });
});

it("Rejects a refused post with the reason", async () => {
  const answer = technique.post(draft("bad"));
  sockets[0]!.receives("msg:error", { error: "The text is bad.", draftId: draft("bad").draftId });
  await expect(answer).rejects.toMatchObject(new Refusal(422, "The text is bad."));
});

it("Survives an answer to a post that it does not know", () => {
  sockets[0]!.receives("msg:ack", { ...draft("another page"), id: 9 });
  sockets[0]!.receives("msg:error", { error: "A frame must be JSON." });
  expect(reports).toEqual([]);
});

it("Rejects a post that is welcome later with the time to wait", async () => {
  const answer = technique.post(draft("too many"));
  sockets[0]!.receives("msg:error", { error: "Slower.", draftId: draft("too many").draftId, later: 3 });
  await expect(answer).rejects.toMatchObject({ message: "Slower.", after: 3_000 });
});
