import { afterEach, describe, expect, it, vi } from "vitest";
import type { Draft, Message } from "../shared-chat/message.ts";
import { Refusal } from "../shared-chat/refusal.ts";
import { timing } from "./timing.ts";
import { type Item, Outbox } from "./outbox.ts";
import { RetryLater } from "./request.ts";

const usual = { ...timing };
const patient = { timeout: 5_000 }; // the machine may be busy with other tests
afterEach(() => {
  Object.assign(timing, usual);
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

interface Posted {
  draft: Draft;
  accept(): Message;
  fail(error: Error): void;
}

/** A page of Ada's with an outbox. What it posts waits in `posted` until the test answers; `log` is what was accepted. */
function page() {
  const posted: Posted[] = [];
  const log: Message[] = [];
  let last = 0;
  let items: readonly Item[] = [];
  const outbox = new Outbox({
    post: (draft) =>
      new Promise((resolve, reject) => {
        const accept = () => {
          const known = log.find((message) => message.draftId === draft.draftId);
          const message = known ?? { ...draft, id: log.length + 1, time: 0 };
          if (!known) log.push(message);
          resolve(message);
          return message;
        };
        posted.push({ draft, accept, fail: reject });
      }),
    hasSeen: (message) => message.id <= last,
    changed: (shown) => (items = shown),
  });
  return {
    outbox,
    posted,
    log,
    items: () => items,
    /** What the person sees of it. */
    shows: () => items.map(({ draft, state, reason }) => [draft.text, state, reason].filter(Boolean).join(": ")),
    /** The first news of a new connection are there. */
    connect: () => outbox.connected(),
    disconnect: () => outbox.disconnected(),
    update(...messages: Message[]) {
      last = messages.at(-1)?.id ?? last;
      outbox.arrived(messages);
    },
    /** The post with this number, as soon as it is under way. */
    post: (number: number) => vi.waitUntil(() => posted[number - 1], patient),
  };
}

/** What a browser calls sessionStorage. Node has none. */
function stubStorage(kept: Record<string, string> = {}) {
  const storage = new Map(Object.entries(kept));
  vi.stubGlobal("sessionStorage", {
    getItem: (key: string) => storage.get(key) ?? null,
    setItem: (key: string, value: string) => storage.set(key, value),
  });
}

describe("an outbox", () => {
  it("keeps what is said while nobody is connected, and sends it when somebody is, in order", async () => {
    const ada = page();
    ada.outbox.add("Ada", "one");
    ada.outbox.add("Ada", "two");
    expect(ada.shows()).toEqual(["one: sending", "two: sending"]);
    expect(ada.posted).toEqual([]);

    ada.connect();
    (await ada.post(1)).accept();
    (await ada.post(2)).accept();
    expect(ada.log.map(({ user, text }) => `${user}: ${text}`)).toEqual(["Ada: one", "Ada: two"]);
    await vi.waitFor(() => expect(ada.shows()).toEqual(["one: sent", "two: sent"]), patient);
  });

  it("sends one after the other, so that they keep their order", async () => {
    const ada = page();
    ada.connect();
    ada.outbox.add("Ada", "one");
    ada.outbox.add("Ada", "two");
    const first = await ada.post(1);
    await new Promise(setImmediate);
    expect(ada.posted).toHaveLength(1);
    first.accept();
    expect((await ada.post(2)).draft.text).toBe("two");
  });

  it("shows a message until the news bring it", async () => {
    const ada = page();
    ada.connect();
    ada.outbox.add("Ada", "hello");
    const message = (await ada.post(1)).accept();
    await vi.waitFor(() => expect(ada.shows()).toEqual(["hello: sent"]), patient);
    ada.update(message);
    expect(ada.shows()).toEqual([]);
  });

  it("shows it only once, also when the news are faster than the answer", async () => {
    const ada = page();
    ada.connect();
    ada.outbox.add("Ada", "hello");
    const { draft, accept } = await ada.post(1);
    ada.update({ ...draft, id: 1, time: 0 });
    expect(ada.shows()).toEqual([]);
    accept();
    await new Promise(setImmediate);
    expect(ada.shows()).toEqual([]);
  });

  it("lets go of a repeat whose news have passed long ago", async () => {
    const ada = page();
    ada.connect();
    ada.outbox.add("Ada", "hello");
    const { draft, accept } = await ada.post(1);
    ada.log.push({ ...draft, id: 1, time: 0 }); // it was accepted, the news came before a reload
    ada.update({ id: 2, user: "Bob", text: "hi", time: 0 });
    accept();
    await vi.waitFor(() => expect(ada.shows()).toEqual([]), patient);
  });

  it("sends the same draft again after a new connection when no answer came", async () => {
    const ada = page();
    ada.connect();
    ada.outbox.add("Ada", "hello");
    const first = await ada.post(1);
    ada.disconnect();
    ada.connect();
    const second = await ada.post(2);
    expect(second.draft).toEqual(first.draft);
    first.accept();
    second.accept();
    expect(ada.log).toHaveLength(1);
  });

  it("sends again what was acknowledged when the first news of a new connection did not bring it", async () => {
    const ada = page();
    ada.connect();
    ada.outbox.add("Ada", "hello");
    (await ada.post(1)).accept();
    await vi.waitFor(() => expect(ada.shows()).toEqual(["hello: sent"]), patient);
    ada.disconnect();
    ada.connect(); // the log is a new one, and knows nothing
    expect((await ada.post(2)).draft.text).toBe("hello");
  });

  it("sends the same draft again when no answer comes in time", async () => {
    timing.acknowledgement = 10;
    timing.retry = 1;
    const ada = page();
    ada.connect();
    ada.outbox.add("Ada", "hello");
    const first = await ada.post(1);
    expect((await ada.post(2)).draft).toEqual(first.draft);
    ada.disconnect();
  });

  it("rests after a failure, and longer when the server asks for it", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const ada = page();
    ada.connect();
    ada.outbox.add("Ada", "hello");
    ada.posted[0]!.fail(new Error("no answer"));
    await vi.advanceTimersByTimeAsync(499);
    expect(ada.posted).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1_001);
    expect(ada.posted).toHaveLength(2);
    ada.posted[1]!.fail(new RetryLater("busy", 60_000));
    await vi.advanceTimersByTimeAsync(59_999);
    expect(ada.posted).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1);
    expect(ada.posted).toHaveLength(3);
    ada.disconnect();
  });

  it("explains a refusal, keeps the text, and goes on with the next", async () => {
    const ada = page();
    ada.connect();
    ada.outbox.add("Ada", "bad");
    ada.outbox.add("Ada", "good");
    (await ada.post(1)).fail(new Refusal(422, "The text is bad."));
    (await ada.post(2)).accept();
    await vi.waitFor(() => expect(ada.shows()).toEqual(["bad: refused: The text is bad.", "good: sent"]), patient);
    ada.disconnect();
    ada.connect();
    await ada.post(3);
    expect(ada.posted.map(({ draft }) => draft.text)).toEqual(["bad", "good", "good"]); // the refused one rests
  });

  it("sends a refused text again as a new draft, or gives it up", async () => {
    const ada = page();
    ada.connect();
    ada.outbox.add("Ada", "hello");
    (await ada.post(1)).fail(new Refusal(422, "No."));
    await vi.waitFor(() => expect(ada.shows()).toEqual(["hello: refused: No."]), patient);
    ada.outbox.retry(ada.items()[0]!, "Bob");
    const second = await ada.post(2);
    expect(second.draft).toMatchObject({ user: "Bob", text: "hello" });
    expect(second.draft.draftId).not.toBe(ada.posted[0]!.draft.draftId);
    second.fail(new Refusal(422, "No, really."));
    await vi.waitFor(() => expect(ada.shows()).toEqual(["hello: refused: No, really."]), patient);
    ada.outbox.discard(ada.items()[0]!);
    expect(ada.shows()).toEqual([]);
  });

  it("knows what was said in this window", async () => {
    const ada = page();
    ada.connect();
    ada.outbox.add("Ada", "hello");
    const message = (await ada.post(1)).accept();
    expect(ada.outbox.isOwn(message)).toBe(true);
    expect(ada.outbox.isOwn({ ...message, draftId: "another" })).toBe(false);
    expect(ada.outbox.isOwn({ id: 1, user: "Ada", text: "hello", time: 0 })).toBe(false);
  });
});

describe("storage", () => {
  it("brings the outbox over a reload, with the same drafts", async () => {
    stubStorage();
    const before = page();
    before.connect();
    before.outbox.add("Ada", "hello");
    const { draft } = await before.post(1);
    before.disconnect();

    const after = page();
    expect(after.shows()).toEqual(["hello: sending"]);
    after.connect();
    const again = await after.post(1);
    expect(again.draft).toEqual(draft);
    expect(after.outbox.isOwn(again.accept())).toBe(true);
  });

  it("may be forbidden: the chat goes on without", async () => {
    vi.stubGlobal("sessionStorage", {
      getItem: () => {
        throw new DOMException("denied", "SecurityError");
      },
      setItem: () => {
        throw new DOMException("full", "QuotaExceededError");
      },
    });
    const ada = page();
    ada.connect();
    ada.outbox.add("Ada", "hello");
    (await ada.post(1)).accept();
    await vi.waitFor(() => expect(ada.shows()).toEqual(["hello: sent"]), patient);
  });

  it.each(["", "garbage", "null", '{"0":1}', "[null]"])(
    "may hold %j of an older page: the chat goes on without",
    async (left) => {
      stubStorage({ outbox: left, mine: left });
      const ada = page();
      ada.connect();
      ada.outbox.add("Ada", "hello");
      expect((await ada.post(1)).draft.text).toBe("hello");
    },
  );
});
