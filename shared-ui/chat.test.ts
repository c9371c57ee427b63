// The store: what a view reads, and what its verbs do. The technique is a fake; the real ones are in e2e/.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { limits } from "../shared-chat/limits.ts";
import type { Draft, Message, Update } from "../shared-chat/message.ts";
import { Refusal } from "../shared-chat/refusal.ts";
import { Chat } from "./chat.ts";
import type { Attempt } from "./connection.ts";
import { timing } from "./timing.ts";

const usual = { ...timing };
let attempt: Attempt;
let posted: Draft[];
let answer: (draft: Draft) => Promise<Message>;
let chat: Chat;

beforeEach(() => {
  vi.stubGlobal("document", Object.assign(new EventTarget(), { hidden: false }));
  vi.stubGlobal("addEventListener", () => {});
  for (const name of ["sessionStorage", "localStorage"]) {
    const kept = new Map<string, string>();
    vi.stubGlobal(name, {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => kept.set(key, value),
    });
  }
  vi.useFakeTimers();
  posted = [];
  answer = (draft) => Promise.resolve({ ...draft, id: 1_000_000, time: 0 });
  chat = open();
});
afterEach(() => {
  Object.assign(timing, usual);
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** Opens the page: another call is a reload. */
function open(): Chat {
  const opened = new Chat({
    sentence: "A fake.",
    connect: (made) => (attempt = made),
    post: (draft) => {
      posted.push(draft);
      return answer(draft);
    },
  });
  opened.start();
  return opened;
}

const message = (id: number, draft: Partial<Message> = {}): Message => ({
  id,
  user: "Bob",
  text: String(id),
  time: 0,
  ...draft,
});
const update = (from: number, to: number): Update => ({
  msg: Array.from({ length: to - from + 1 }, (_, n) => message(from + n)),
  cursor: `log.${to}`,
});
const ids = () => chat.state.messages.map(({ id }) => id);
const settled = () => vi.advanceTimersByTimeAsync(0);

describe("messages", () => {
  it("grow at the end, and each state is a new object", () => {
    attempt.received(update(1, 2));
    const before = chat.state;
    attempt.received(update(3, 3));
    expect(ids()).toEqual([1, 2, 3]);
    expect(before.messages).toHaveLength(2);
    expect(chat.state.messages[0]).toBe(before.messages[0]);
  });

  it("stay as they are when a heartbeat comes", () => {
    attempt.received(update(1, 2));
    const { messages } = chat.state;
    attempt.received({ msg: [], cursor: "log.2" });
    expect(chat.state.messages).toBe(messages);
  });

  it("are at most 1,000", () => {
    attempt.received(update(1, 600));
    attempt.received(update(601, 1_200));
    expect(ids()).toHaveLength(timing.shown);
    expect(ids().at(-1)).toBe(1_200);
  });

  it.each([
    ["new-log", "The server started over with an empty memory. The earlier messages are gone."],
    ["trimmed", "You were away for long. The messages in between are no longer kept."],
  ] as const)("are replaced by a reset (%s), and a notice says why", (reset, text) => {
    attempt.received(update(1, 5));
    attempt.received({ msg: [message(7)], cursor: "log.7", reset });
    expect(ids()).toEqual([7]);
    expect(chat.state.notice).toEqual({ text });
  });
});

describe("a view", () => {
  it("is told once about all changes of one turn", async () => {
    const listener = vi.fn();
    const end = chat.subscribe(listener);
    attempt.received(update(1, 2));
    chat.send("Ada", "hello");
    expect(listener).not.toHaveBeenCalled();
    await Promise.resolve();
    expect(listener).toHaveBeenCalledOnce();
    end();
    attempt.received(update(3, 3));
    await settled();
    expect(listener.mock.calls.length).toBeLessThanOrEqual(2);
  });

  it("reads whether there is a connection, and when the next attempt is due", () => {
    expect(chat.state.connection).toBe("connecting");
    attempt.received(update(1, 1));
    expect(chat.state).toMatchObject({ connection: "connected", retryAt: 0 });
    attempt.reconnect();
    expect(chat.state.connection).toBe("reconnecting");
    expect(chat.state.retryAt).toBeGreaterThanOrEqual(Date.now() + timing.retry);
    chat.reconnectNow();
    expect(chat.state.retryAt).toBe(Date.now());
  });
});

describe("sending", () => {
  it("keeps a text in the outbox until an update brings its draft id back", async () => {
    attempt.received(update(1, 1));
    expect(chat.send(" Ada ", " hello\n")).toBe("text");
    expect(posted).toEqual([{ user: "Ada", text: "hello", draftId: expect.any(String) }]);
    await settled();
    expect(chat.state.outbox).toMatchObject([{ state: "sent", draft: { text: "hello" } }]);
    const echo = message(2, { ...posted[0]! });
    attempt.received({ msg: [echo], cursor: "log.2" });
    expect(chat.state.outbox).toEqual([]);
    expect(chat.isOwn(echo)).toBe(true);
    expect(chat.isOwn(message(3))).toBe(false);
  });

  it("waits for the first update, and sends again after each new connection", async () => {
    answer = () => new Promise(() => {});
    chat.send("Ada", "hello");
    expect(posted).toHaveLength(0);
    attempt.received(update(1, 1));
    expect(posted).toHaveLength(1);
    attempt.reconnect();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(posted).toHaveLength(1);
    attempt.received({ msg: [], cursor: "log.1" });
    expect(posted).toHaveLength(2);
    expect(posted[1]).toEqual(posted[0]);
  });

  it("starts over after a reset: what the old log accepted goes to the new one", async () => {
    attempt.received(update(1, 1));
    chat.send("Ada", "hello");
    await settled();
    expect(chat.state.outbox).toMatchObject([{ state: "sent" }]);
    attempt.received({ msg: [], cursor: "new.0", reset: "new-log" });
    expect(posted).toHaveLength(2);
    expect(posted[1]).toEqual(posted[0]);
  });

  it("keeps a text that a new log has accepted before the page knows of that log", async () => {
    attempt.received(update(1, 7));
    answer = (draft) => Promise.resolve({ ...draft, id: 1, time: 0 });
    chat.send("Ada", "hello");
    await settled();
    expect(chat.state.outbox).toMatchObject([{ state: "sent", draft: { text: "hello" } }]);
    attempt.received({ msg: [message(1, { ...posted[0]! })], cursor: "new.1", reset: "new-log" });
    expect(chat.state.outbox).toEqual([]);
    expect(chat.state.messages).toMatchObject([{ text: "hello" }]);
  });

  it("explains a refusal, and sends the text again under the name in the form", async () => {
    attempt.received(update(1, 1));
    answer = () => Promise.reject(new Refusal(422, "The name contains an invisible character."));
    chat.send("Ada\u202E", "hello");
    await settled();
    const [item] = chat.state.outbox;
    expect(item).toMatchObject({ state: "refused", reason: "The name contains an invisible character." });
    expect(chat.retry(item!, " ")).toBe("user");
    expect(chat.state.problem).toBe("Please type your name first.");
    answer = () => new Promise(() => {});
    expect(chat.retry(item!, "Ada")).toBe("text");
    expect(posted.at(-1)).toMatchObject({ user: "Ada", text: "hello" });
    expect(posted.at(-1)!.draftId).not.toBe(posted[0]!.draftId);
    chat.discard(chat.state.outbox[0]!);
    expect(chat.state.outbox).toEqual([]);
  });

  it("refuses in the page what the server would refuse for its length, and keeps it", () => {
    attempt.received(update(1, 1));
    expect(chat.send("Ada", "😀".repeat(limits.text + 1))).toBe("text");
    expect(chat.state.problem).toBe("This message has more than 2000 characters. Please shorten it.");
    expect(chat.send("A".repeat(limits.name + 1), "hello")).toBe("user");
    expect(chat.state.problem).toBe("This name has more than 32 characters. Please shorten it.");
    expect(chat.send("", "hello")).toBe("user");
    expect(chat.state.problem).toBe("Please type your name first.");
    expect(chat.send("Ada", " \n ")).toBe("text");
    expect(posted).toEqual([]);
    expect(chat.send("Ada", "😀".repeat(limits.text))).toBe("text");
    expect(chat.state.problem).toBe("");
    expect(posted).toHaveLength(1);
  });

  it("survives a technique that throws", async () => {
    attempt.received(update(1, 1));
    answer = () => {
      throw new Error("still connecting");
    };
    chat.send("Ada", "hello");
    await settled();
    expect(chat.state.outbox).toMatchObject([{ state: "sending" }]);
    answer = (draft) => Promise.resolve({ ...draft, id: 9, time: 0 });
    await vi.advanceTimersByTimeAsync(3_000);
    expect(posted).toHaveLength(2);
  });
});

describe("an answer", () => {
  beforeEach(() => {
    vi.spyOn(Math, "random").mockReturnValue(0.5);
    attempt.received(update(1, 1));
  });
  afterEach(() => vi.restoreAllMocks());

  /** Lets posts wait for an answer, and returns how to give it. */
  function pending() {
    const answers: { resolve: (message: Message) => void; reject: (error: Error) => void }[] = [];
    answer = () => new Promise((resolve, reject) => answers.push({ resolve, reject }));
    return answers;
  }

  it("to an earlier connection changes nothing", async () => {
    const answers = pending();
    chat.send("Ada", "one");
    chat.send("Ada", "two");
    attempt.interrupted();
    attempt.received({ msg: [], cursor: "log.1" });
    expect(posted.map(({ text }) => text)).toEqual(["one", "one"]);
    answers[0]!.reject(new Refusal(422, "Too late."));
    await settled();
    expect(chat.state.outbox.map(({ state }) => state)).toEqual(["sending", "sending"]);
    attempt.interrupted();
    attempt.received({ msg: [], cursor: "log.1" });
    answers[1]!.resolve(message(2));
    await settled();
    expect(chat.state.outbox.map(({ state }) => state)).toEqual(["sending", "sending"]);
    expect(posted.map(({ text }) => text)).toEqual(["one", "one", "one"]);
  });

  it("that does not come is waited for longer each time, until one comes", async () => {
    const times: number[] = [];
    let fails = 3;
    answer = (draft) => {
      times.push(Date.now());
      return fails-- > 0 ? Promise.reject(new Error("no answer")) : Promise.resolve({ ...draft, id: 9, time: 0 });
    };
    chat.send("Ada", "one");
    await vi.advanceTimersByTimeAsync(20_000);
    expect(times.map((time, n) => time - times[Math.max(0, n - 1)]!)).toEqual([0, 1_000, 1_500, 2_500]);
    times.length = 0;
    fails = 1;
    chat.send("Ada", "two");
    await vi.advanceTimersByTimeAsync(20_000);
    expect(times.map((time) => time - times[0]!)).toEqual([0, 1_000]);
  });

  it("is not waited for when the connection is gone", async () => {
    answer = () => Promise.reject(new Error("no answer"));
    chat.send("Ada", "one");
    await settled();
    attempt.interrupted();
    chat.send("Ada", "two");
    expect(posted).toHaveLength(1);
    pending();
    attempt.received({ msg: [], cursor: "log.1" });
    await vi.advanceTimersByTimeAsync(5_000); // the pause after the first failure is over by then
    expect(posted.map(({ text }) => text)).toEqual(["one", "one"]);
  });
});

describe("what is typed", () => {
  it("survives a reload, and the name the next visit", () => {
    chat.type("user", "Ada");
    chat.type("text", "half a sen");
    const again = open();
    expect(again.typed("user")).toBe("Ada");
    expect(again.typed("text")).toBe("half a sen");
    sessionStorage.setItem("realtime-chat:user", "null");
    sessionStorage.setItem("realtime-chat:text", "null");
    expect(again.typed("user")).toBe("Ada");
    expect(again.typed("text")).toBe("");
  });

  // Every project that is developed at this port of localhost shares one storage.
  it("is kept under keys of its own: what another project has stored at the same port is neither read nor changed", async () => {
    const foreign = { user: '"Mallory"', text: '"theirs"', outbox: "[]", mine: "[]" };
    for (const storage of [sessionStorage, localStorage])
      for (const [key, value] of Object.entries(foreign)) storage.setItem(key, value);
    const opened = open();
    expect(opened.typed("user")).toBe("");
    expect(opened.typed("text")).toBe("");
    opened.type("user", "Ada");
    opened.type("text", "hello");
    opened.send("Ada", "hello");
    await settled();
    for (const storage of [sessionStorage, localStorage])
      for (const [key, value] of Object.entries(foreign)) expect(storage.getItem(key)).toBe(value);
  });

  it("is empty after it was sent, and stays after it was not", () => {
    chat.type("text", "hello");
    chat.send("", "hello");
    expect(chat.typed("text")).toBe("hello");
    chat.send("Ada", "hello");
    expect(chat.typed("text")).toBe("");
  });

  it("is checked while it is typed", () => {
    chat.type("text", "x".repeat(limits.text + 1));
    expect(chat.state.problem).toMatch("more than 2000 characters");
    chat.type("text", "x");
    expect(chat.state.problem).toBe("");
  });
});
