import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Draft, Message } from "../shared-chat/message.ts";
import { Refusal } from "../shared-chat/refusal.ts";
import { timing } from "./timing.ts";
import { type Item, Outbox } from "./outbox.ts";
import { RetryLater } from "./request.ts";

const defaults = { ...timing };
const waiting = { timeout: 5_000 }; // other tests may keep the machine busy
beforeEach(() => void vi.stubGlobal("sessionStorage", undefined)); // a newer Node has one, which all tests would share
afterEach(() => {
  Object.assign(timing, defaults);
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

interface Posted {
  draft: Draft;
  accept(): Message;
  fail(error: Error): void;
}

/** A page with an outbox. Each post waits in `posted` until the test answers it; `log` holds the accepted messages. */
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
    hasSeen: (_draft, id) => id <= last,
    changed: (shown) => (items = shown),
  });
  return {
    outbox,
    posted,
    log,
    items: () => items,
    /** What the person sees. */
    shows: () => items.map(({ draft, state, reason }) => [draft.text, state, reason].filter(Boolean).join(": ")),
    /** The first update of a new connection arrived. */
    connect: () => outbox.connected(),
    disconnect: () => outbox.disconnected(),
    update(...messages: Message[]) {
      last = messages.at(-1)?.id ?? last;
      outbox.arrived(messages);
    },
    /** The post with this number, as soon as the outbox has made it. */
    post: (number: number) => vi.waitUntil(() => posted[number - 1], waiting),
  };
}

/** Replaces sessionStorage, which Node does not have. */
function stubStorage(kept: Record<string, string> = {}) {
  const storage = new Map(Object.entries(kept));
  vi.stubGlobal("sessionStorage", {
    getItem: (key: string) => storage.get(key) ?? null,
    setItem: (key: string, value: string) => storage.set(key, value),
  });
}

describe("an outbox", () => {
  it("keeps what is typed while disconnected, and sends it in order when the connection is back", async () => {
    const ada = page();
    ada.outbox.add("Ada", "one");
    ada.outbox.add("Ada", "two");
    expect(ada.shows()).toEqual(["one: sending", "two: sending"]);
    expect(ada.posted).toEqual([]);

    ada.connect();
    (await ada.post(1)).accept();
    (await ada.post(2)).accept();
    expect(ada.log.map(({ user, text }) => `${user}: ${text}`)).toEqual(["Ada: one", "Ada: two"]);
    await vi.waitFor(() => expect(ada.shows()).toEqual(["one: sent", "two: sent"]), waiting);
  });

  it("sends one draft after the other, so that they keep their order", async () => {
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

  it("shows a message until an update brings it", async () => {
    const ada = page();
    ada.connect();
    ada.outbox.add("Ada", "hello");
    const message = (await ada.post(1)).accept();
    await vi.waitFor(() => expect(ada.shows()).toEqual(["hello: sent"]), waiting);
    ada.update(message);
    expect(ada.shows()).toEqual([]);
  });

  it("removes a message also when the update arrives before the acknowledgement", async () => {
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

  it("keeps a message whose id is lower than what the page has seen: the id may be of a new log", async () => {
    const ada = page();
    ada.connect();
    ada.update({ id: 7, user: "Bob", text: "hi", time: 0 });
    ada.outbox.add("Ada", "hello");
    const message = (await ada.post(1)).accept(); // by a server that has started over: the id is 1
    await vi.waitFor(() => expect(ada.shows()).toEqual(["hello: sent"]), waiting);
    ada.disconnect();
    ada.update({ id: 7, user: "Bob", text: "hi", time: 0 }); // the first update of a connection says nothing about that log
    expect(ada.shows()).toEqual(["hello: sent"]);
    ada.connect();
    ada.update(message);
    expect(ada.shows()).toEqual([]);
  });

  it("removes a repeated draft whose message arrived long ago, with the next update of the same connection", async () => {
    const ada = page();
    ada.connect();
    ada.outbox.add("Ada", "hello");
    const { draft, accept } = await ada.post(1);
    ada.log.push({ ...draft, id: 1, time: 0 }); // it was accepted, and its update arrived before a reload
    ada.update({ id: 2, user: "Bob", text: "hi", time: 0 });
    accept();
    await vi.waitFor(() => expect(ada.shows()).toEqual(["hello: sent"]), waiting);
    ada.update(); // a heartbeat
    expect(ada.shows()).toEqual([]);
  });

  it("sends the same draft again on a new connection when it was not acknowledged", async () => {
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

  it("sends an acknowledged draft again when the first update of a new connection does not bring it", async () => {
    const ada = page();
    ada.connect();
    ada.outbox.add("Ada", "hello");
    (await ada.post(1)).accept();
    await vi.waitFor(() => expect(ada.shows()).toEqual(["hello: sent"]), waiting);
    ada.disconnect();
    ada.connect(); // to a new log, which does not know the draft
    expect((await ada.post(2)).draft.text).toBe("hello");
  });

  it("sends the same draft again when no acknowledgement arrives in time", async () => {
    timing.acknowledgement = 10;
    timing.retry = 1;
    const ada = page();
    ada.connect();
    ada.outbox.add("Ada", "hello");
    const first = await ada.post(1);
    expect((await ada.post(2)).draft).toEqual(first.draft);
    ada.disconnect();
  });

  it("pauses after a failure, and longer when the server asks for it", async () => {
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

  it("says that a draft waits when the server wants it later, and sends it and those after it on", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const ada = page();
    ada.connect();
    for (const text of ["one", "two"]) ada.outbox.add("Ada", text);
    ada.posted[0]!.fail(new RetryLater("You post too fast.", 3_000));
    await vi.advanceTimersByTimeAsync(0);
    expect(ada.shows()).toEqual(["one: waiting", "two: sending"]);
    await vi.advanceTimersByTimeAsync(3_000);
    ada.posted[1]!.accept();
    await vi.advanceTimersByTimeAsync(0);
    expect(ada.shows()).toEqual(["one: sent", "two: sending"]);
    ada.posted[2]!.accept();
    await vi.advanceTimersByTimeAsync(0);
    expect(ada.log.map(({ text }) => text)).toEqual(["one", "two"]);
  });

  it("explains a refusal, keeps the text, and sends the next draft", async () => {
    const ada = page();
    ada.connect();
    ada.outbox.add("Ada", "bad");
    ada.outbox.add("Ada", "good");
    (await ada.post(1)).fail(new Refusal(422, "The text is bad."));
    (await ada.post(2)).accept();
    await vi.waitFor(() => expect(ada.shows()).toEqual(["bad: refused: The text is bad.", "good: sent"]), waiting);
    ada.disconnect();
    ada.connect();
    await ada.post(3);
    expect(ada.posted.map(({ draft }) => draft.text)).toEqual(["bad", "good", "good"]); // the refused draft is not sent again
  });

  it("sends a refused text again as a new draft, or discards it", async () => {
    const ada = page();
    ada.connect();
    ada.outbox.add("Ada", "hello");
    (await ada.post(1)).fail(new Refusal(422, "No."));
    await vi.waitFor(() => expect(ada.shows()).toEqual(["hello: refused: No."]), waiting);
    ada.outbox.retry(ada.items()[0]!, "Bob");
    const second = await ada.post(2);
    expect(second.draft).toMatchObject({ user: "Bob", text: "hello" });
    expect(second.draft.draftId).not.toBe(ada.posted[0]!.draft.draftId);
    second.fail(new Refusal(422, "No, really."));
    await vi.waitFor(() => expect(ada.shows()).toEqual(["hello: refused: No, really."]), waiting);
    ada.outbox.discard(ada.items()[0]!);
    expect(ada.shows()).toEqual([]);
  });

  it("knows which messages were typed in this window", async () => {
    const ada = page();
    ada.connect();
    ada.outbox.add("Ada", "hello");
    const message = (await ada.post(1)).accept();
    expect(ada.outbox.isOwn(message)).toBe(true);
    expect(ada.outbox.isOwn({ ...message, draftId: "another" })).toBe(false);
    expect(ada.outbox.isOwn({ id: 1, user: "Ada", text: "hello", time: 0 })).toBe(false);
  });
});

describe("a person", () => {
  it("finds what they have typed, and nobody else does", async () => {
    stubStorage();
    const here = page();
    here.connect();
    here.outbox.become("ada");
    here.outbox.add("Ada", "for Ada to send", { room: "garden" });
    expect(here.posted).toEqual([]); // it waits for the connection of this person

    for (const another of ["", "bob"]) {
      here.outbox.become(another);
      here.connect();
      expect(here.shows()).toEqual([]);
    }
    expect(here.posted).toEqual([]);

    here.outbox.become("ada");
    here.connect();
    expect((await here.post(1)).draft).toMatchObject({ user: "Ada", text: "for Ada to send", room: "garden" });
  });

  it("gets no answer that was meant for another", async () => {
    stubStorage();
    const here = page();
    here.outbox.become("ada");
    here.connect();
    here.outbox.add("Ada", "hello");
    const { fail } = await here.post(1);
    here.outbox.become("bob");
    here.connect();
    here.outbox.add("Bob", "hi");
    expect((await here.post(2)).draft.user).toBe("Bob"); // he does not wait for it
    fail(new Refusal(422, "No."));
    await new Promise(setImmediate);
    expect(here.shows()).toEqual(["hi: sending"]);
  });

  it("sends a refused text again to the same room", async () => {
    const ada = page();
    ada.connect();
    ada.outbox.add("Ada", "psst", { to: "Bob" });
    (await ada.post(1)).fail(new Refusal(422, "No."));
    await vi.waitFor(() => expect(ada.shows()).toEqual(["psst: refused: No."]), waiting);
    ada.outbox.retry(ada.items()[0]!, "Ada");
    expect((await ada.post(2)).draft).toMatchObject({ text: "psst", to: "Bob" });
  });
});

describe("storage", () => {
  it("keeps the outbox over a reload, with the same drafts", async () => {
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

  it("may be forbidden, and the chat works without it", async () => {
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
    await vi.waitFor(() => expect(ada.shows()).toEqual(["hello: sent"]), waiting);
  });

  it.each(["", "garbage", "null", '{"0":1}', "[null]"])(
    "may hold %j from an older page, and the chat works without it",
    async (left) => {
      stubStorage({ "realtime-chat:outbox": left, "realtime-chat:mine": left });
      const ada = page();
      ada.connect();
      ada.outbox.add("Ada", "hello");
      expect((await ada.post(1)).draft.text).toBe("hello");
    },
  );
});
