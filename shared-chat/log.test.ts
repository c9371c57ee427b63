import { randomUUID } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Log } from "./log.ts";
import type { Update } from "./message.ts";
import { limits } from "./limits.ts";
import { anybody } from "./reader.ts";
import { Refusal } from "./refusal.ts";

const defaults = { ...limits };
afterEach(() => void Object.assign(limits, defaults));

const texts = (update: Update) => update.msg.map(({ text }) => text);
const ids = (update: Update) => update.msg.map(({ id }) => id);

/** A log in which Ada has said "1", "2", "3" and so on. */
async function logOf(count: number): Promise<Log> {
  const log = new Log();
  for (let n = 1; n <= count; n++) await log.add({ user: "Ada", text: String(n) });
  return log;
}

/** Adds a listener to a log, and collects the updates that it receives. */
function listener(log: Log) {
  const updates: Update[] = [];
  const stop = new AbortController();
  log.listen((update) => updates.push(update), stop.signal);
  return { updates, leave: () => stop.abort() };
}

/** The cursor of a reader that has seen the messages up to this id: in a log with one room, ids and ticks are the same. */
const cursorAt = (log: Log, id: number) => log.cursorAt(id);
const epoch = (log: Log) => log.cursor.split(".")[0]!;

describe("a log", () => {
  it("turns a draft into a message with an id, a time, and the trimmed name and text", async () => {
    const before = Date.now();
    const { message, repeated } = await new Log().add({ user: " Ada ", text: " hello " });
    expect(repeated).toBe(false);
    expect(message).toEqual({ id: 1, user: "Ada", text: "hello", time: expect.any(Number) });
    expect(message.time).toBeGreaterThanOrEqual(before);
    expect(message.time).toBeLessThanOrEqual(Date.now());
  });

  it("numbers messages 1, 2, 3 without gaps, also when drafts are refused in between", async () => {
    const log = new Log();
    await log.add({ user: "Ada", text: "one" });
    await expect(log.add({ user: "Ada", text: "" })).rejects.toThrow(Refusal);
    await log.add({ user: "Bob", text: "two" });
    await expect(log.add(null)).rejects.toMatchObject({ status: 422 });
    await log.add({ user: "Cyd", text: "three" });
    expect(ids(log.since(""))).toEqual([1, 2, 3]);
  });

  it("has an epoch that never changes and that no other log has", async () => {
    const log = await logOf(1);
    const first = epoch(log);
    await log.add({ user: "Ada", text: "more" });
    expect(epoch(log)).toBe(first);
    expect(first.length).toBeGreaterThanOrEqual(8);
    expect(new Set(Array.from({ length: 100 }, () => epoch(new Log()))).size).toBe(100);
  });

  it("refuses any input that is not a draft, and keeps nothing of it", async () => {
    await fc.assert(
      fc.asyncProperty(fc.anything(), async (input) => {
        const log = new Log();
        const refused = await log.add(input).catch((error: unknown) => error);
        if (!(refused instanceof Refusal)) return;
        expect(refused.status).toBe(422);
        expect(log.since("").msg).toEqual([]);
      }),
    );
  });
});

describe("since", () => {
  it.each([
    ["no cursor", undefined],
    ["an empty cursor", ""],
  ])("returns the newest messages for %s", async (_what, cursor) => {
    const log = await logOf(3);
    expect(log.since(cursor)).toEqual({
      msg: expect.any(Array),
      cursor: cursorAt(log, 3),
      you: {},
      rooms: [{ room: "lobby", last: 3, from: 1 }],
    });
    expect(texts(log.since(cursor))).toEqual(["1", "2", "3"]);
  });

  it("returns an empty list for an empty log, and a cursor to continue from", async () => {
    const log = new Log();
    const { cursor, ...update } = log.since("");
    expect(update).toEqual({ msg: [], you: {}, rooms: [{ room: "lobby", last: 0, from: 1 }] });
    await log.add({ user: "Ada", text: "hello" });
    expect(texts(log.since(cursor))).toEqual(["hello"]);
  });

  it("returns the newest 200 messages to a newcomer", async () => {
    const log = await logOf(201);
    expect(ids(log.since(""))).toEqual(Array.from({ length: 200 }, (_, n) => n + 2));
  });

  it("returns only what was missed", async () => {
    const log = await logOf(5);
    expect(log.since(cursorAt(log, 3))).toEqual({
      msg: [expect.anything(), expect.anything()],
      cursor: cursorAt(log, 5),
    });
    expect(texts(log.since(cursorAt(log, 3)))).toEqual(["4", "5"]);
    expect(log.since(cursorAt(log, 5))).toEqual({ msg: [], cursor: cursorAt(log, 5) });
    expect(ids(log.since(cursorAt(log, 0)))).toEqual([1, 2, 3, 4, 5]);
  });

  it("returns up to 1,000 missed messages, uncut", async () => {
    const log = await logOf(1_300);
    const update = log.since(cursorAt(log, 300));
    expect(update.reset).toBeUndefined();
    expect(ids(update)).toEqual(Array.from({ length: 1_000 }, (_, n) => n + 301));
  });

  it("begins the room anew with its newest 200 when more was missed than is kept", async () => {
    const log = await logOf(1_300);
    const update = log.since(cursorAt(log, 299));
    expect(update).toMatchObject({
      rooms: [{ room: "lobby", last: 1_300, from: 1_101 }],
      cursor: cursorAt(log, 1_300),
    });
    expect(update.reset).toBeUndefined();
    expect(ids(update)).toEqual(Array.from({ length: 200 }, (_, n) => n + 1_101));
  });

  it("answers reset: new-log to a cursor of another log", async () => {
    const before = await logOf(3);
    const log = await logOf(3);
    const update = log.since(before.since("").cursor);
    expect(update).toMatchObject({ reset: "new-log", cursor: cursorAt(log, 3) });
    expect(texts(update)).toEqual(["1", "2", "3"]);
  });

  it.each([
    "EPOCH.4",
    "EPOCH.4.TIME",
    "EPOCH.NaN",
    "EPOCH.-1",
    "EPOCH.-1.TIME",
    "EPOCH.-0",
    "EPOCH.01",
    "EPOCH.01.TIME",
    "EPOCH.1.0",
    "EPOCH.1.TIME0",
    "EPOCH.1e0",
    "EPOCH. 1",
    "EPOCH.Infinity",
    "EPOCH.0.5.TIME",
    "EPOCH.0.",
    "EPOCH.0.x",
    "EPOCH.",
    "EPOCH",
    ".1",
    "1",
    " ",
    "garbage",
    "another.2",
    "😀",
    "x".repeat(100_000),
  ])("answers %s with new-log, and does not throw", async (pattern) => {
    const log = await logOf(3);
    const update = log.since(pattern.replace("EPOCH", epoch(log)).replace("TIME", log.cursor.split(".")[2]!));
    expect(update).toMatchObject({ reset: "new-log", cursor: cursorAt(log, 3) });
    expect(ids(update)).toEqual([1, 2, 3]);
  });

  it.each([[[]], [["EPOCH.1", "EPOCH.2"]], [{}], [0], [1], [null], [true], [Symbol("x")], [() => "x"]])(
    "answers %o, which is not a string, with new-log",
    async (cursor) => {
      expect((await logOf(1)).since(cursor).reset).toBe("new-log");
    },
  );

  it("answers a list with one of its cursors with new-log, because a repeated parameter is unreadable", async () => {
    const log = await logOf(2);
    expect(log.since([cursorAt(log, 1)]).reset).toBe("new-log");
  });

  it("continues from its own cursors and answers any other input with new-log", async () => {
    const log = await logOf(3);
    const near = fc.tuple(
      fc.constantFrom(epoch(log), "x"),
      fc.constantFrom(".", ""),
      fc.oneof(fc.integer(), fc.string()),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.anything(),
          fc.string(),
          near.map((parts) => parts.join("")),
        ),
        (cursor) => {
          const update = log.since(cursor);
          const known = ["", undefined, ...[0, 1, 2, 3].map((id) => cursorAt(log, id))];
          expect(update.reset).toBe(known.includes(cursor as string) ? undefined : "new-log");
          expect(update.cursor).toBe(cursorAt(log, 3));
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it("returns every message once and in order to a client that polls", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(3), { maxLength: 30 }), async (bursts) => {
        const log = new Log();
        let cursor = "";
        const seen: number[] = [];
        let posted = 0;
        for (const burst of bursts) {
          for (let n = 0; n < burst; n++) await log.add({ user: "Ada", text: String(++posted) });
          const update = log.since(cursor);
          seen.push(...ids(update));
          cursor = update.cursor;
        }
        expect(seen).toEqual(Array.from({ length: posted }, (_, n) => n + 1));
      }),
    );
  });
});

describe("a draft that is sent twice", () => {
  const ada = () => ({ user: "Ada", text: "hello", draftId: randomUUID() });

  it("is one message, and listeners receive it once", async () => {
    const log = new Log();
    const { updates, leave } = listener(log);
    const draft = ada();
    const first = await log.add(draft);
    await nextTurn();
    const second = await log.add({ ...draft, text: " hello " });
    await nextTurn();
    leave();
    expect(first.message).toMatchObject(draft);
    expect(second).toEqual({ message: first.message, repeated: true });
    expect(updates.flatMap(ids)).toEqual([1]);
    expect(log.since("").msg).toEqual([first.message]);
  });

  it("is one message, also when the copies arrive at the same time", async () => {
    const log = new Log();
    const draft = ada();
    const answers = await Promise.all([log.add(draft), log.add(draft), log.add(draft)]);
    expect(answers.map(({ repeated }) => repeated)).toEqual([false, true, true]);
    expect(answers.map(({ message }) => message.id)).toEqual([1, 1, 1]);
  });

  it("is two messages without a draft id, because nothing identifies the repeat", async () => {
    const log = new Log();
    await log.add({ user: "Ada", text: "hello" });
    await log.add({ user: "Ada", text: "hello" });
    expect(ids(log.since(""))).toEqual([1, 2]);
  });

  it.each([
    ["text", { text: "something else" }],
    ["name", { user: "Bob" }],
  ])("is refused with 409 and its draft id when it has another %s", async (_what, change) => {
    const log = new Log();
    const draft = ada();
    await log.add(draft);
    const refused = await log.add({ ...draft, ...change }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(Refusal);
    expect(refused).toMatchObject({ status: 409, draftId: draft.draftId });
    expect(texts(log.since(""))).toEqual(["hello"]);
  });

  it("is recognised when its message is no longer kept", async () => {
    const log = new Log();
    const draft = ada();
    const { message } = await log.add(draft);
    for (let n = 0; n < limits.kept; n++) await log.add({ user: "Bob", text: String(n), draftId: randomUUID() });
    expect(log.since(cursorAt(log, 0)).rooms).toMatchObject([{ from: 802 }]);
    expect(await log.add(draft)).toEqual({ message, repeated: true });
  });

  it("is a new message after 10,000 other drafts, because the memory for draft ids is limited", async () => {
    limits.drafts = 10;
    const log = new Log();
    const [oldest, second] = [ada(), ada()];
    await log.add(oldest);
    await log.add(second);
    for (let n = 0; n < 9; n++) await log.add(ada());
    expect(await log.add(second)).toMatchObject({ repeated: true });
    expect(await log.add(oldest)).toMatchObject({ repeated: false });
  });

  it("can be sent again after it was refused", async () => {
    const log = new Log();
    const draft = ada();
    await expect(log.add({ ...draft, text: "" })).rejects.toMatchObject({ status: 422, draftId: draft.draftId });
    expect(await log.add(draft)).toMatchObject({ message: draft, repeated: false });
  });
});

describe("a listener", () => {
  it("receives 50 messages of one turn in one update", async () => {
    const log = new Log();
    const { updates, leave } = listener(log);
    for (let n = 1; n <= 50; n++) void log.add({ user: "Ada", text: String(n) });
    await nextTurn();
    await nextTurn();
    leave();
    expect(updates).toHaveLength(1);
    expect(updates[0]).toMatchObject({ cursor: cursorAt(log, 50) });
    expect(ids(updates[0]!)).toEqual(Array.from({ length: 50 }, (_, n) => n + 1));
  });

  it("receives the messages of two turns in two updates", async () => {
    const log = new Log();
    const { updates, leave } = listener(log);
    await log.add({ user: "Ada", text: "one" });
    await nextTurn();
    await log.add({ user: "Ada", text: "two" });
    await nextTurn();
    leave();
    expect(updates.map(texts)).toEqual([["one"], ["two"]]);
    expect(updates.map(({ cursor }) => cursor)).toEqual([cursorAt(log, 1), cursorAt(log, 2)]);
  });

  it("receives pending messages from since(), before a newcomer joins: no duplicates, nothing missed", async () => {
    const log = new Log();
    const ada = listener(log);
    await log.add({ user: "Ada", text: "before" });
    const first = log.since("");
    expect(ada.updates.map(texts)).toEqual([["before"]]); // at once, not at the end of the turn
    const bob = listener(log);
    void log.add({ user: "Ada", text: "after" });
    await nextTurn();
    await nextTurn();
    ada.leave();
    bob.leave();
    expect(texts(first)).toEqual(["before"]);
    expect(bob.updates.flatMap(texts)).toEqual(["after"]);
    expect(ada.updates.flatMap(texts)).toEqual(["before", "after"]);
  });

  it("receives no empty update at the end of a turn when since() has already sent everything", async () => {
    const log = new Log();
    const { updates, leave } = listener(log);
    void log.add({ user: "Ada", text: "hello" });
    log.since("");
    await nextTurn();
    await nextTurn();
    leave();
    expect(updates.map(texts)).toEqual([["hello"]]);
  });

  it("receives every message once and in order, whenever it joins", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom("post", "turn", "join"), { maxLength: 40 }), async (steps) => {
        const log = new Log();
        const people: { received: number[]; leave: () => void }[] = [];
        let posted = 0;
        for (const step of steps) {
          if (step === "post") void log.add({ user: "Ada", text: String(++posted) });
          if (step === "turn") await nextTurn();
          if (step !== "join") continue;
          const received = ids(log.since(""));
          const stop = new AbortController();
          log.listen((update) => received.push(...ids(update)), stop.signal);
          people.push({ received, leave: () => stop.abort() });
        }
        await nextTurn(); // the last message is added,
        await nextTurn(); // and told
        for (const { received, leave } of people) {
          leave();
          expect(received).toEqual(Array.from({ length: posted }, (_, n) => n + 1));
        }
      }),
    );
  });

  it("receives an empty update after silence (the heartbeat), with the cursor of the last message", async () => {
    limits.heartbeat = 20;
    const log = await logOf(3);
    await nextTurn();
    const { updates, leave } = listener(log);
    await vi.waitFor(() => expect(updates.length).toBeGreaterThanOrEqual(2), { timeout: 10_000 });
    leave();
    expect(updates[0]).toEqual({ msg: [], cursor: cursorAt(log, 3) });
    expect(updates[1]).toEqual({ msg: [], cursor: cursorAt(log, 3) });
  });

  it("receives an empty update every 15 s, also while others talk: whoever is in a quiet room hears nothing else", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    try {
      const log = new Log();
      const { updates, leave } = listener(log);
      vi.advanceTimersByTime(14_000);
      await log.add({ user: "Ada", text: "hello" });
      await nextTurn();
      vi.advanceTimersByTime(999);
      expect(updates.map(texts)).toEqual([["hello"]]);
      vi.advanceTimersByTime(1);
      expect(updates.map(texts)).toEqual([["hello"], []]);
      leave();
    } finally {
      vi.useRealTimers();
    }
  });

  it("receives nothing after its signal is aborted, and other listeners continue", async () => {
    const log = new Log();
    const ada = listener(log);
    const bob = listener(log);
    ada.leave();
    await log.add({ user: "Cyd", text: "hello" });
    await nextTurn();
    bob.leave();
    await log.add({ user: "Cyd", text: "anybody there?" });
    await nextTurn();
    expect(ada.updates).toEqual([]);
    expect(bob.updates.map(texts)).toEqual([["hello"]]);
  });

  it("leaves no timer behind", () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    try {
      const log = new Log();
      const [ada, bob] = [listener(log), listener(log)];
      expect(vi.getTimerCount()).toBe(1);
      ada.leave();
      expect(vi.getTimerCount()).toBe(1);
      bob.leave();
      expect(vi.getTimerCount()).toBe(0);
      listener(log).leave();
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("all rooms together", () => {
  it("keep no more than so many bytes: the largest forgets its oldest message, and a quiet one keeps its own", async () => {
    limits.memory = 5_000;
    const log = new Log();
    const ada = await log.people.create("Ada", "secret");
    const reader = { ...anybody, name: "Ada", topics: ["lobby", "garden", "attic"] };
    for (const room of ["garden", "attic"]) await log.people.join(ada, room);
    await log.add({ room: "garden", text: "psst" }, reader);
    for (let n = 0; n < 100; n++) {
      await log.add({ room: "attic", text: "x".repeat(1_000) }, reader);
      await log.add({ text: "y".repeat(1_000) }, reader);
      const { msg } = log.since("", reader);
      expect(msg.reduce((bytes, message) => bytes + JSON.stringify(message).length, 0)).toBeLessThan(5_000);
    }
    const { msg, rooms } = log.since("", reader);
    expect(msg.map(({ room = "lobby", id }) => `${room} ${id}`)).toEqual([
      "garden 1",
      "attic 99",
      "lobby 99",
      "attic 100",
      "lobby 100",
    ]);
    expect(rooms).toContainEqual({ room: "attic", last: 100, from: 99 });
  });

  it("keep more again when a room is taken away", async () => {
    Object.assign(limits, { memory: 3_000, rooms: 2 });
    const log = new Log();
    const ada = await log.people.create("Ada", "secret");
    const reader = { ...anybody, name: "Ada", topics: ["lobby", "garden"] };
    await log.people.join(ada, "garden");
    for (let n = 0; n < 2; n++) await log.add({ room: "garden", text: "x".repeat(1_000) }, reader);
    await log.people.leave(ada, "garden");
    await log.people.join(ada, "attic");
    for (let n = 0; n < 2; n++) await log.add({ text: "x".repeat(1_000) }, reader);
    expect(ids(log.since("", reader))).toEqual([1, 2]);
  });
});
