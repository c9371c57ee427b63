// The store: what a view reads, and what its verbs do. The technique is a fake; the real ones are in e2e/.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { limits } from "../shared-chat/limits.ts";
import type { Draft, Message, Update } from "../shared-chat/message.ts";
import { parseRoom } from "../shared-chat/message.ts";
import { Refusal } from "../shared-chat/refusal.ts";
import { activity, Chat } from "./chat.ts";
import type { Attempt } from "./connection.ts";
import { timing } from "./timing.ts";

const usual = { ...timing };
const frame = 16; // milliseconds
let attempt: Attempt;
let posted: Draft[];
let answer: (draft: Draft) => Promise<Message>;
let chat: Chat;
let browser: EventTarget;
let asked: unknown[][]; // method, path, body
let served: (path: string) => Response | Promise<Response>;

beforeEach(() => {
  browser = new EventTarget();
  vi.stubGlobal("document", Object.assign(new EventTarget(), { hidden: false }));
  vi.stubGlobal("navigator", { onLine: true });
  vi.stubGlobal("addEventListener", browser.addEventListener.bind(browser));
  vi.stubGlobal("fetch", async (path: string, { method = "GET", body }: RequestInit = {}) => {
    asked.push([method, path, ...(body ? [JSON.parse(body as string)] : [])]);
    return served(path);
  });
  [asked, served] = [[], () => new Response(null, { status: 204 })];
  for (const name of ["sessionStorage", "localStorage"]) {
    const kept = new Map<string, string>();
    vi.stubGlobal(name, {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => kept.set(key, value),
    });
  }
  vi.useFakeTimers();
  vi.stubGlobal("requestAnimationFrame", (draw: () => void) => setTimeout(draw, frame));
  vi.stubGlobal("cancelAnimationFrame", clearTimeout);
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
const lobby = () => chat.state.rooms[0]!;
const ids = () => lobby().messages.map(({ id }) => id);
const settled = () => vi.advanceTimersByTimeAsync(0);

describe("messages", () => {
  it("grow at the end, and each state is a new object", () => {
    attempt.received(update(1, 2));
    const before = chat.state;
    attempt.received(update(3, 3));
    expect(ids()).toEqual([1, 2, 3]);
    expect(before.rooms[0]!.messages).toHaveLength(2);
    expect(lobby().messages[0]).toBe(before.rooms[0]!.messages[0]);
  });

  it("stay as they are when a heartbeat comes", () => {
    attempt.received(update(1, 2));
    const { messages } = lobby();
    attempt.received({ msg: [], cursor: "log.2" });
    expect(lobby().messages).toBe(messages);
  });

  it("are at most 1,000", () => {
    attempt.received(update(1, 600));
    attempt.received(update(601, 1_200));
    expect(ids()).toHaveLength(timing.shown);
    expect(ids().at(-1)).toBe(1_200);
  });

  it("are replaced by a reset, and a notice says why", () => {
    attempt.received(update(1, 5));
    const rooms = [{ room: "lobby", last: 7, from: 7 }];
    attempt.received({ msg: [message(7)], cursor: "log.7", reset: "new-log", you: {}, rooms });
    expect(ids()).toEqual([7]);
    expect(lobby().notice).toEqual({
      text: "The server started over with an empty memory. The earlier messages are gone.",
    });
  });
});

describe("a view", () => {
  const nextFrame = () => vi.advanceTimersByTimeAsync(frame + 1);
  beforeEach(nextFrame);

  it("is told once about all changes of one turn", async () => {
    const listener = vi.fn();
    const end = chat.subscribe(listener);
    attempt.received(update(1, 2));
    chat.send("Ada", "hello");
    expect(listener).not.toHaveBeenCalled();
    await Promise.resolve();
    expect(listener).toHaveBeenCalledOnce();
    await nextFrame();
    end();
    listener.mockClear();
    attempt.received(update(3, 3));
    await nextFrame();
    expect(listener).not.toHaveBeenCalled();
  });

  it("is told at most once in a frame of what others say, and of the last message, too", async () => {
    const seen: number[] = [];
    chat.subscribe(() => seen.push(lobby().messages.length));
    for (let id = 1; id <= 3 * frame; id++) {
      attempt.received(update(id, id));
      await vi.advanceTimersByTimeAsync(1);
    }
    await nextFrame();
    expect(seen).toHaveLength(4); // at the start, and after each frame
    expect(seen[0]).toBe(1);
    expect(seen[3]).toBe(3 * frame);
    await vi.advanceTimersByTimeAsync(10 * frame);
    expect(seen).toHaveLength(4);
  });

  it("is told at once of what the person does, also in a burst", async () => {
    const sizes: number[] = [];
    chat.subscribe(() => sizes.push(chat.state.outbox.length));
    attempt.received(update(1, 1));
    await settled();
    attempt.received(update(2, 2));
    chat.send("Ada", "hello");
    await Promise.resolve();
    expect(sizes).toEqual([0, 1]);
  });

  it("is told of a burst later while the page is not on the screen", async () => {
    const cancel = vi.fn();
    vi.stubGlobal("requestAnimationFrame", () => 7);
    vi.stubGlobal("cancelAnimationFrame", cancel);
    const listener = vi.fn();
    chat.subscribe(listener);
    attempt.received(update(1, 1));
    await settled();
    attempt.received(update(2, 2));
    await vi.advanceTimersByTimeAsync(timing.unseen - 1);
    expect(listener).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(2);
    expect(listener).toHaveBeenCalledTimes(2);
    expect(cancel).toHaveBeenCalledWith(7); // or they would add up until the page is seen again
  });

  it("reads whether there is a connection, and when the next attempt is due", () => {
    expect(chat.state.connection).toBe("connecting");
    attempt.received(update(1, 1));
    expect(chat.state).toMatchObject({ connection: "connected", retryIn: 0 });
    timing.retry = 5_000;
    attempt.reconnect();
    expect(chat.state.connection).toBe("reconnecting");
    const { retryIn } = chat.state;
    expect(retryIn).toBeGreaterThanOrEqual(5);
    vi.advanceTimersByTime(1_000);
    expect(chat.state.retryIn).toBe(retryIn - 1); // it counts down
    chat.reconnectNow();
    expect(chat.state.retryIn).toBe(0);
  });

  it("reads that this device has no network, and when it is back", () => {
    attempt.received(update(1, 1));
    Object.assign(navigator, { onLine: false });
    browser.dispatchEvent(new Event("offline"));
    expect(chat.state.connection).toBe("connected"); // the server may run on this device
    attempt.reconnect();
    expect(chat.state).toMatchObject({ connection: "offline", retryIn: 0 });
    Object.assign(navigator, { onLine: true });
    browser.dispatchEvent(new Event("online"));
    expect(chat.state.connection).toBe("reconnecting");
  });

  it("reads how many messages have come since the person scrolled up, in each room", () => {
    attempt.received(update(1, 3));
    chat.scrolled(100);
    chat.open("garden");
    expect(chat.top).toBeUndefined(); // everybody begins at the end
    chat.scrolled(undefined);
    attempt.received(update(4, 5));
    expect(chat.state.below).toBe(0);
    chat.open("");
    expect(chat.top).toBe(100);
    expect(chat.state.below).toBe(2);
    chat.scrolled(90); // they read on
    attempt.received(update(6, 6));
    expect(chat.state.below).toBe(3);
    chat.scrolled(undefined);
    expect(chat.state.below).toBe(0);
    chat.scrolled(80);
    attempt.received({ ...update(7, 7), you: { name: "Ada" } });
    expect(chat.top).toBeUndefined(); // another person
  });
});

describe("sending", () => {
  it("keeps a text in the outbox until an update brings its draft id back", async () => {
    attempt.received(update(1, 1));
    expect(chat.send(" Ada ", " hello\n")).toBe("text");
    expect(posted).toEqual([{ user: "Ada", text: "hello", draftId: expect.any(String), as: "" }]);
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
    const rooms = [{ room: "lobby", last: 1, from: 1 }];
    attempt.received({ msg: [message(1, { ...posted[0]! })], cursor: "new.1", reset: "new-log", you: {}, rooms });
    expect(chat.state.outbox).toEqual([]);
    expect(lobby().messages).toMatchObject([{ text: "hello" }]);
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

  it("is another name in another window", () => {
    const other = open();
    chat.type("user", "Ada");
    sessionStorage.setItem("realtime-chat:user", "null"); // the other window has a sessionStorage of its own
    expect(other.typed("user")).toBe("");
    expect(open().typed("user")).toBe("Ada");
  });

  it("is drawn only when there is something else to say of it", async () => {
    await settled();
    const draw = vi.fn<() => void>();
    chat.subscribe(draw);
    chat.type("text", "hel");
    await settled();
    expect(draw).not.toHaveBeenCalled();
  });

  it("stays after a refusal where the browser stores nothing", () => {
    const denied = () => {
      throw new DOMException("denied", "SecurityError");
    };
    for (const name of ["sessionStorage", "localStorage"]) vi.stubGlobal(name, { getItem: denied, setItem: denied });
    chat.type("user", "Ada");
    chat.type("text", "hello");
    chat.send("", "hello");
    expect(chat.typed("text")).toBe("hello");
    expect(chat.typed("user")).toBe("Ada");
    chat.send("Ada", "hello");
    expect(chat.typed("text")).toBe("");
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

/** A first update, for somebody who is signed in or a stranger, in these rooms besides the lobby. */
const first = (you: NonNullable<Update["you"]>, ...rooms: string[]): Update => ({
  msg: [],
  cursor: "log.0",
  you,
  rooms: ["lobby", ...rooms].map((room) => ({ room, last: 0, from: 1 })),
});
/** Another window of this browser has signed in or out. */
const elsewhere = (name: string) => {
  localStorage.setItem("realtime-chat:who", JSON.stringify({ name, since: 1 }));
  browser.dispatchEvent(new Event("storage"));
};
const json = (body: object, status = 200) => Response.json(body, { status });

async function signIn(name = "Ada") {
  served = () => json({ name }, 201);
  expect(await chat.signIn(name, "a long password")).toBe("");
  await settled();
  attempt.received(first({ name }, "garden"));
}

describe("signing in", () => {
  it("asks the server, forgets what was shown, and begins anew without a cursor", async () => {
    attempt.received(update(1, 3));
    served = () => json({ name: "Ada" }, 201);
    expect(await chat.signIn(" ada ", "a long password")).toBe("");
    expect(asked).toEqual([["POST", "/session", { name: "ada", password: "a long password" }]]);
    expect(ids()).toEqual([]);
    expect(chat.state.name).toBe("Ada");
    await settled();
    expect(attempt.parameters().since).toBe("");
    attempt.received(first({ name: "Ada" }, "garden"));
    expect(chat.state.rooms.map(({ name }) => name)).toEqual(["lobby", "garden"]);
    expect(chat.typed("user")).toBe("Ada");
  });

  it("says that it has created an account, so that a wrong letter in a name is seen", async () => {
    attempt.received(update(1, 3));
    served = () => json({ name: "Ada" }, 200);
    await chat.signIn("Ada", "a long password");
    expect(chat.state.news).toBe("");
    served = () => json({ name: "Adda" }, 201);
    await chat.signIn("Adda", "a long password");
    await settled();
    attempt.received(first({ name: "Adda" }));
    expect(chat.state.news).toBe("You created the account Adda.");
  });

  it("is in the address of each connection and in each draft: the server compares it with the cookie", async () => {
    expect(attempt.query()).toBe("since=&as=");
    await signIn();
    expect(attempt.query()).toBe("since=log.0&as=Ada");
    chat.send("", "hello");
    expect(posted).toMatchObject([{ user: "Ada", as: "Ada" }]);
  });

  it("that does not help is not taken for success: the page shows again why", async () => {
    const ended = "Another program on localhost has set a cookie with our name.";
    attempt.received(first({ ended }));
    served = () => json({ name: "Ada" }, 200);
    expect(await chat.signIn("Ada", "a long password")).toBe("");
    await settled();
    attempt.received(first({ ended }));
    expect(chat.state).toMatchObject({ door: "ended", you: { ended } });
    chat.send("", "hello");
    expect(posted).toEqual([]);
  });

  it("explains why it failed, and changes nothing", async () => {
    attempt.received(update(1, 3));
    served = () => json({ error: "This is not the password of this account." }, 401);
    expect(await chat.signIn("Ada", "wrong password")).toBe("This is not the password of this account.");
    expect(ids()).toEqual([1, 2, 3]);
    expect(chat.state.name).toBe("");
    served = () => {
      throw new TypeError("no network");
    };
    expect(await chat.signIn("Ada", "a long password")).toBe("The server did not answer. Please try again.");
  });

  it("survives a reload", async () => {
    await signIn();
    chat = open();
    expect(chat.state.name).toBe("Ada");
    attempt.received(first({ name: "Ada" }));
    expect(chat.state.news).toBe("");
  });

  it("sends nothing while it is under way, not even what a stranger typed before", async () => {
    attempt.received(update(1, 1));
    let answerNow = (_response: Response) => {};
    vi.stubGlobal("fetch", () => new Promise((resolve) => (answerNow = resolve)));
    const signing = chat.signIn("Ada", "a long password");
    chat.send("a stranger", "typed as a stranger");
    await vi.advanceTimersByTimeAsync(3_000);
    expect(posted).toEqual([]);
    answerNow(json({ name: "Ada" }));
    await signing;
    await settled();
    attempt.received(first({ name: "Ada" }));
    expect(chat.state.outbox).toEqual([]);
    expect(posted).toEqual([]);
  });
});

describe("what is typed as one person", () => {
  it("is never sent as another, and waits for this one", async () => {
    await signIn();
    answer = () => Promise.reject(new Error("no answer"));
    chat.send("", "typed as Ada");
    chat.type("text", "half a sen");
    await settled();
    expect(posted).toMatchObject([{ user: "Ada" }]);
    served = () => new Response(null, { status: 204 });
    await chat.signOut();
    await signIn("Bob");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(posted).toHaveLength(1);
    expect(chat.state.outbox).toEqual([]);
    expect(chat.typed("text")).toBe("");

    answer = () => new Promise(() => {});
    await signIn("Ada");
    expect(posted).toHaveLength(2);
    expect(posted[1]).toEqual(posted[0]);
    expect(chat.typed("text")).toBe("half a sen");
  });

  it("is not sent after another window has signed in as somebody else, although the connection is still there", async () => {
    await signIn();
    localStorage.setItem("realtime-chat:who", '{"name":"Bob","since":1}'); // and the event has not come yet
    chat.send("", "typed as Ada");
    await vi.advanceTimersByTimeAsync(5_000);
    expect(posted).toEqual([]);
  });
});

describe("another window of this browser", () => {
  it("that signs in takes this one along, which says so", async () => {
    attempt.received(update(1, 3));
    elsewhere("Bob");
    await settled();
    expect(attempt.parameters().since).toBe("");
    attempt.received(first({ name: "Bob" }));
    expect(chat.state).toMatchObject({ name: "Bob", news: "You are signed in as Bob." });
  });

  it("that signs in as somebody else does, too", async () => {
    await signIn();
    elsewhere("Bob");
    expect(chat.state.news).toBe("You are no longer signed in as Ada. You are signed in as Bob.");
    expect(ids()).toEqual([]);
  });

  it("that signs in again as the same person ends the end of a session here, too", async () => {
    await signIn();
    attempt.received({ msg: [], cursor: "log.9", you: { ended: "Over." }, rooms: [{ room: "lobby", last: 0 }] });
    elsewhere("Ada");
    await settled();
    expect(attempt.parameters().since).toBe("");
    attempt.received(first({ name: "Ada" }));
    expect(chat.state).toMatchObject({ name: "Ada", door: "open", news: "" });
  });

  it("does so also when only the server tells: what was said meanwhile in other rooms is asked for", async () => {
    await signIn();
    attempt.received({ msg: [], cursor: "log.9", you: { ended: "Over." }, rooms: [{ room: "lobby", last: 0 }] });
    const rooms = [
      { room: "lobby", last: 0 },
      { room: "garden", last: 5 },
    ];
    attempt.received({ msg: [], cursor: "log.20", you: { name: "Ada" }, rooms });
    await vi.advanceTimersByTimeAsync(2_000);
    expect(attempt.parameters().since).toBe("");
  });

  it("is believed less than the server: an update for somebody else shows nothing and begins anew", async () => {
    await signIn();
    attempt.received({ msg: [message(1)], cursor: "log.1", you: { name: "Bob" }, rooms: [{ room: "lobby", last: 1 }] });
    expect(ids()).toEqual([]);
    expect(chat.state).toMatchObject({
      name: "Bob",
      news: "You are no longer signed in as Ada. You are signed in as Bob.",
    });
    await vi.advanceTimersByTimeAsync(2_000);
    expect(attempt.parameters().since).toBe("");
  });

  it("may have changed the cookie under what a stranger posts: the draft waits for the stranger", async () => {
    attempt.received(first({}));
    answer = () => Promise.reject(new Refusal(401, "You are signed in as Bob."));
    chat.send("a stranger", "typed as a stranger");
    await settled();
    await vi.advanceTimersByTimeAsync(timing.retry);
    expect(attempt.parameters()).toEqual({ since: "", as: "" });
    attempt.received(first({ name: "Bob" }));
    expect(chat.state).toMatchObject({ name: "Bob", outbox: [] });
    served = () => new Response(null, { status: 204 });
    await chat.signOut();
    expect(chat.state.outbox).toMatchObject([{ state: "sending", draft: { text: "typed as a stranger" } }]);
  });

  it("that signed in is followed once, also when the server says so before that window does", () => {
    attempt.received(first({ name: "Ada" }));
    expect(chat.state).toMatchObject({ name: "Ada", news: "You are signed in as Ada." });
    elsewhere("Ada");
    expect(chat.state).toMatchObject({ name: "Ada", news: "You are signed in as Ada." });
  });

  it("that reads a room reads it for this one, too", async () => {
    await signIn();
    attempt.received({ msg: [message(1, { room: "garden" })], cursor: "log.1" });
    expect(chat.state.rooms[1]!.unread).toBe(1);
    localStorage.setItem("realtime-chat:read ada garden", '{"id":1,"time":0}');
    browser.dispatchEvent(new Event("storage"));
    expect(chat.state.rooms[1]!.unread).toBe(0);
  });

  it("may have signed out before this one was opened: the page says so", async () => {
    localStorage.setItem("realtime-chat:who", '{"name":"Ada","since":1}');
    chat = open();
    const before = attempt;
    attempt.received(first({}));
    expect(chat.state).toMatchObject({ name: "", news: "You are no longer signed in as Ada." });
    await vi.advanceTimersByTimeAsync(2_000);
    expect(attempt).not.toBe(before); // its address said Ada
    expect(attempt.query()).toBe("since=&as=");
  });
});

describe("a session that is over", () => {
  const over: Update = {
    msg: [],
    cursor: "log.9",
    you: { ended: "You are banned." },
    rooms: [{ room: "lobby", last: 0 }],
  };

  it("leaves the conversation readable, and what was typed with its author", async () => {
    await signIn();
    attempt.received({ msg: [message(1, { room: "garden" })], cursor: "log.1" });
    answer = () => Promise.reject(new Error("no answer"));
    chat.send("", "typed as Ada");
    attempt.received(over);
    posted.length = 0;
    expect(chat.state).toMatchObject({ name: "Ada", door: "ended", you: { ended: "You are banned." } });
    expect(chat.state.rooms[1]!.messages).toHaveLength(1);
    chat.type("text", "more");
    chat.send("", "more");
    expect(chat.state.problem).toBe("This cannot be sent now. It is kept here until you can sign in again.");
    expect(chat.typed("text")).toBe("more");
    await vi.advanceTimersByTimeAsync(20_000);
    attempt.interrupted();
    attempt.received(over);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(posted).toEqual([]);
    expect(chat.state.outbox).toMatchObject([{ draft: { text: "typed as Ada" } }]);
  });

  it("is noticed at a post: the draft is not refused, and the first update says why", async () => {
    await signIn();
    answer = () => Promise.reject(new Refusal(401, "You are banned."));
    chat.send("", "typed as Ada");
    await settled();
    expect(chat.state.outbox).toMatchObject([{ state: "sending" }]);
    const before = attempt;
    await vi.advanceTimersByTimeAsync(timing.retry);
    expect(attempt).not.toBe(before);
    expect(attempt.parameters()).toEqual({ since: "", as: "Ada" });
    attempt.received(over);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(posted).toHaveLength(1);
    expect(chat.state.outbox).toMatchObject([{ state: "sending", draft: { text: "typed as Ada" } }]);
  });

  it("ends when the person goes on without it, as a stranger", async () => {
    await signIn();
    attempt.received(over);
    served = () => new Response(null, { status: 204 });
    asked.length = 0;
    expect(await chat.goOnWithout()).toBe("");
    expect(asked).toEqual([["DELETE", "/session"]]);
    await settled();
    attempt.received(first({}));
    expect(chat.state).toMatchObject({ name: "", door: "open", news: "" });
  });
});

describe("a place", () => {
  it("decides where a text goes, and keeps its own draft", async () => {
    await signIn();
    answer = () => new Promise(() => {});
    chat.type("text", "for the lobby");
    chat.open("Garden");
    expect(chat.state).toMatchObject({ place: { key: "garden" }, door: "open" });
    expect(chat.typed("text")).toBe("");
    chat.send("", "for the garden");
    expect(posted.at(-1)).toMatchObject({ room: "Garden" });
    chat.open("");
    expect(chat.typed("text")).toBe("for the lobby");
    chat.open("@Bob");
    expect(chat.state.door).toBe("open");
    attempt.interrupted();
    attempt.received({ msg: [], cursor: "log.0" });
    chat.discard(chat.state.outbox[0]!);
    attempt.interrupted();
    chat.send("", "for Bob");
    attempt.received({ msg: [], cursor: "log.0" });
    expect(posted.at(-1)).toMatchObject({ to: "Bob", text: "for Bob" });
  });

  it("is closed until the person is signed in, and has joined it", async () => {
    chat.open("attic");
    expect(chat.state.door).toBe("unknown");
    attempt.received(first({}));
    expect(chat.state.door).toBe("strangers");
    chat.send("Ada", "hello");
    expect(chat.state.problem).toBe("Please sign in first.");
    await signIn();
    expect(chat.state.door).toBe("members");
    chat.send("", "hello");
    expect(posted).toEqual([]);
    asked.length = 0;
    served = () => json({ room: "attic" }, 201);
    expect(await chat.join("attic")).toBe("");
    expect(asked).toEqual([["PUT", "/rooms/attic"]]);
    const joined = attempt;
    expect(chat.state.door).toBe("joining");
    chat.send("", "hello"); // it goes out when the connection is back
    expect(chat.state.problem).toBe("");
    await settled();
    expect(attempt).not.toBe(joined); // it does not wait for the server to hang up
    attempt.received({ ...first({ name: "Ada" }, "attic"), cursor: "log.2" });
    expect(chat.state.door).toBe("open");
  });

  it("that did not exist is told of as new, also when the page goes there only now", async () => {
    await signIn();
    served = () => json({ room: "attic" }, 201);
    await chat.join("Attic");
    chat.open("Attic");
    expect(chat.state.news).toBe("New room #attic.");
    served = () => json({ room: "attic" }, 200);
    await chat.join("Attic");
    expect(chat.state.news).toBe("");
  });

  it("has a name that the server allows: for another one, there is no button that can only fail", async () => {
    await signIn();
    const names = [
      "garden",
      "gar den!",
      "Gärten-2_3",
      "!activity",
      "\u200D",
      "x".repeat(32),
      "x".repeat(33),
      "constructor",
      "e\u0301".repeat(32),
    ];
    for (const name of names) {
      chat.open(name);
      const allowed = (() => {
        try {
          return parseRoom(name) !== "";
        } catch {
          return false;
        }
      })();
      expect([name, chat.state.door]).toEqual([name, name === "garden" ? "open" : allowed ? "members" : "nowhere"]);
    }
  });

  it("is nowhere for messages to oneself, or to nobody", async () => {
    await signIn();
    for (const name of ["@ADA", "@", "@ "]) {
      chat.open(name);
      expect(chat.state.door).toBe("nowhere");
    }
    chat.send("", "hello");
    expect(chat.state.problem).toBe("Nobody can write here.");
    expect(posted).toEqual([]);
  });

  it("can be left; a reason why not is news", async () => {
    await signIn();
    asked.length = 0;
    served = () => new Response(null, { status: 204 });
    expect(await chat.leave("gärden")).toBe("");
    expect(asked).toEqual([["DELETE", "/rooms/g%C3%A4rden"]]);
    served = () => json({ error: "You are not in this room." }, 404);
    expect(await chat.leave("garden")).toBe("You are not in this room.");
    expect(chat.state.news).toBe("You are not in this room.");
  });
});

describe("the super user", () => {
  it("reads what happens, again and again while they look, and bans", async () => {
    const answered = { rooms: [{ room: "lobby", people: ["Ada"], perMinute: 3 }], bans: [], audit: [] };
    served = () => json({ name: "Root" });
    await chat.signIn("Root", "a long password");
    await settled();
    served = () => json(answered);
    attempt.received(first({ name: "Root", superUser: true }));
    asked.length = 0;
    chat.open(activity);
    await settled();
    expect(chat.state.door).toBe("activity");
    expect(chat.state.activity).toEqual(answered);
    await vi.advanceTimersByTimeAsync(2 * timing.poll);
    expect(asked.length).toBeGreaterThanOrEqual(2);
    asked.length = 0;
    await chat.ban(" Bob ", "spam", 4_102_444_800_000);
    await chat.unban("Bob");
    expect(asked).toContainEqual(["PUT", "/bans/Bob", { reason: "spam", until: 4_102_444_800_000 }]);
    expect(asked).toContainEqual(["DELETE", "/bans/Bob"]);
    chat.open("");
    await settled();
    asked.length = 0;
    await vi.advanceTimersByTimeAsync(2 * timing.poll);
    expect(asked).toEqual([]);
  });

  it("leaves nothing to who uses the page after them, also when the server answers late", async () => {
    served = () => json({ name: "Root" });
    await chat.signIn("Root", "a long password");
    await settled();
    attempt.received(first({ name: "Root", superUser: true }));
    const late: ((response: Response) => void)[] = [];
    served = () => new Promise((resolve) => late.push(resolve));
    chat.open(activity);
    void chat.join("garden");
    void chat.ban("Bob", "spam", 4_102_444_800_000);
    await settled();
    served = () => new Response(null, { status: 204 });
    await chat.signOut();
    for (const [place, body] of [{ bans: [{ name: "Bob" }] }, { room: "garden" }, {}].entries())
      late[place]!(json(body, 201));
    await settled();
    expect(late).toHaveLength(3);
    expect(chat.state).toMatchObject({ name: "", news: "" });
    expect(chat.state.activity).toBeUndefined();
    expect(chat.state.joining).toBe("");
  });

  it("is nobody else, and a room called activity is a room like any other", async () => {
    await signIn();
    chat.open(activity);
    expect(chat.state.door).toBe("nowhere");
    chat.open("activity");
    expect(chat.state.door).toBe("members");
  });
});
