import { randomUUID } from "node:crypto";
import { setImmediate as turn } from "node:timers/promises";
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Log } from "./log.ts";
import type { Update } from "./message.ts";
import { limits } from "./limits.ts";
import { Refusal } from "./refusal.ts";

const usual = { ...limits };
afterEach(() => void Object.assign(limits, usual));

const texts = (update: Update) => update.msg.map(({ text }) => text);
const ids = (update: Update) => update.msg.map(({ id }) => id);
const epoch = (log: Log) => log.since("").cursor.split(".")[0]!;

/** A log in which Ada has said "1", "2", "3" and so on. */
async function logOf(count: number): Promise<Log> {
  const log = new Log();
  for (let n = 1; n <= count; n++) await log.add({ user: "Ada", text: String(n) });
  return log;
}

/** Somebody who listens, and everything that they are told. */
function listener(log: Log) {
  const told: Update[] = [];
  const stop = new AbortController();
  log.listen((update) => told.push(update), stop.signal);
  return { told, leave: () => stop.abort() };
}

/** The cursor of somebody who has seen the messages up to this one. */
const cursorAt = (log: Log, id: number) => `${epoch(log)}.${id}`;

describe("a log", () => {
  it("makes a draft a message: an id, a time, and what was said, trimmed", async () => {
    const before = Date.now();
    const { message, repeated } = await new Log().add({ user: " Ada ", text: " hello " });
    expect(repeated).toBe(false);
    expect(message).toEqual({ id: 1, user: "Ada", text: "hello", time: expect.any(Number) });
    expect(message.time).toBeGreaterThanOrEqual(before);
    expect(message.time).toBeLessThanOrEqual(Date.now());
  });

  it("counts 1, 2, 3, without holes, also when drafts are refused in between", async () => {
    const log = new Log();
    await log.add({ user: "Ada", text: "one" });
    await expect(log.add({ user: "Ada", text: "" })).rejects.toThrow(Refusal);
    await log.add({ user: "Bob", text: "two" });
    await expect(log.add(null)).rejects.toMatchObject({ status: 422 });
    await log.add({ user: "Cyd", text: "three" });
    expect(ids(log.since(""))).toEqual([1, 2, 3]);
  });

  it("has a name that no other log has, and keeps it", async () => {
    const log = await logOf(1);
    const name = epoch(log);
    await log.add({ user: "Ada", text: "more" });
    expect(epoch(log)).toBe(name);
    expect(name.length).toBeGreaterThanOrEqual(8);
    expect(new Set(Array.from({ length: 100 }, () => epoch(new Log()))).size).toBe(100);
  });

  it("refuses any draft that is none, and tells nobody", async () => {
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
  ])("gives the newest messages for %s", async (_what, cursor) => {
    const log = await logOf(3);
    expect(log.since(cursor)).toEqual({ msg: expect.any(Array), cursor: cursorAt(log, 3) });
    expect(texts(log.since(cursor))).toEqual(["1", "2", "3"]);
  });

  it("gives an empty list of an empty log, and a cursor to continue from", async () => {
    const log = new Log();
    const { cursor, ...update } = log.since("");
    expect(update).toEqual({ msg: [] });
    await log.add({ user: "Ada", text: "hello" });
    expect(texts(log.since(cursor))).toEqual(["hello"]);
  });

  it("gives a newcomer the newest 200", async () => {
    const log = await logOf(201);
    expect(ids(log.since(""))).toEqual(Array.from({ length: 200 }, (_, n) => n + 2));
  });

  it("gives only what was missed", async () => {
    const log = await logOf(5);
    expect(log.since(cursorAt(log, 3))).toEqual({
      msg: [expect.anything(), expect.anything()],
      cursor: cursorAt(log, 5),
    });
    expect(texts(log.since(cursorAt(log, 3)))).toEqual(["4", "5"]);
    expect(log.since(cursorAt(log, 5))).toEqual({ msg: [], cursor: cursorAt(log, 5) });
    expect(ids(log.since(cursorAt(log, 0)))).toEqual([1, 2, 3, 4, 5]);
  });

  it("gives up to 1,000 missed messages, uncut", async () => {
    const log = await logOf(1_300);
    const update = log.since(cursorAt(log, 300));
    expect(update.reset).toBeUndefined();
    expect(ids(update)).toEqual(Array.from({ length: 1_000 }, (_, n) => n + 301));
  });

  it("says that more was missed than is kept, and gives the newest 200", async () => {
    const log = await logOf(1_300);
    const update = log.since(cursorAt(log, 299));
    expect(update).toMatchObject({ reset: "trimmed", cursor: cursorAt(log, 1_300) });
    expect(ids(update)).toEqual(Array.from({ length: 200 }, (_, n) => n + 1_101));
  });

  it("says that it is another log", async () => {
    const before = await logOf(3);
    const log = await logOf(3);
    const update = log.since(before.since("").cursor);
    expect(update).toMatchObject({ reset: "new-log", cursor: cursorAt(log, 3) });
    expect(texts(update)).toEqual(["1", "2", "3"]);
  });

  it.each([
    "EPOCH.4",
    "EPOCH.NaN",
    "EPOCH.-1",
    "EPOCH.-0",
    "EPOCH.01",
    "EPOCH.1.0",
    "EPOCH.1e0",
    "EPOCH. 1",
    "EPOCH.Infinity",
    "EPOCH.0.5",
    "EPOCH.",
    "EPOCH",
    ".1",
    "1",
    " ",
    "garbage",
    "another.2",
    "😀",
    "x".repeat(100_000),
  ])("answers %s with new-log, and throws nothing", async (pattern) => {
    const log = await logOf(3);
    const update = log.since(pattern.replace("EPOCH", epoch(log)));
    expect(update).toMatchObject({ reset: "new-log", cursor: cursorAt(log, 3) });
    expect(ids(update)).toEqual([1, 2, 3]);
  });

  it.each([[[]], [["EPOCH.1", "EPOCH.2"]], [{}], [0], [1], [null], [true], [Symbol("x")], [() => "x"]])(
    "answers %o, which is no string, with new-log",
    async (cursor) => {
      expect((await logOf(1)).since(cursor).reset).toBe("new-log");
    },
  );

  it("answers a list of one own cursor with new-log: what is repeated is unreadable", async () => {
    const log = await logOf(2);
    expect(log.since([cursorAt(log, 1)]).reset).toBe("new-log");
  });

  it("continues what it can and resets all else, whatever comes in", async () => {
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

  it("and the news add up: whoever asks again and again has everything once, in order", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(3), { maxLength: 30 }), async (bursts) => {
        const log = new Log();
        let cursor = "";
        const seen: number[] = [];
        let said = 0;
        for (const burst of bursts) {
          for (let n = 0; n < burst; n++) await log.add({ user: "Ada", text: String(++said) });
          const update = log.since(cursor);
          seen.push(...ids(update));
          cursor = update.cursor;
        }
        expect(seen).toEqual(Array.from({ length: said }, (_, n) => n + 1));
      }),
    );
  });
});

describe("a draft sent twice", () => {
  const ada = () => ({ user: "Ada", text: "hello", draftId: randomUUID() });

  it("is one message, told once", async () => {
    const log = new Log();
    const { told, leave } = listener(log);
    const draft = ada();
    const first = await log.add(draft);
    await turn();
    const second = await log.add({ ...draft, text: " hello " });
    await turn();
    leave();
    expect(first.message).toMatchObject(draft);
    expect(second).toEqual({ message: first.message, repeated: true });
    expect(told.flatMap(ids)).toEqual([1]);
    expect(log.since("").msg).toEqual([first.message]);
  });

  it("is one message, also when both come at once", async () => {
    const log = new Log();
    const draft = ada();
    const answers = await Promise.all([log.add(draft), log.add(draft), log.add(draft)]);
    expect(answers.map(({ repeated }) => repeated)).toEqual([false, true, true]);
    expect(answers.map(({ message }) => message.id)).toEqual([1, 1, 1]);
  });

  it("is two messages without an id: nobody can tell that it is a repeat", async () => {
    const log = new Log();
    await log.add({ user: "Ada", text: "hello" });
    await log.add({ user: "Ada", text: "hello" });
    expect(ids(log.since(""))).toEqual([1, 2]);
  });

  it.each([
    ["text", { text: "something else" }],
    ["name", { user: "Bob" }],
  ])("is refused with 409 and its id when it has another %s", async (_what, change) => {
    const log = new Log();
    const draft = ada();
    await log.add(draft);
    const refused = await log.add({ ...draft, ...change }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(Refusal);
    expect(refused).toMatchObject({ status: 409, draftId: draft.draftId });
    expect(texts(log.since(""))).toEqual(["hello"]);
  });

  it("is known when its message is no longer kept", async () => {
    const log = new Log();
    const draft = ada();
    const { message } = await log.add(draft);
    for (let n = 0; n < limits.kept; n++) await log.add({ user: "Bob", text: String(n), draftId: randomUUID() });
    expect(log.since(cursorAt(log, 0)).reset).toBe("trimmed");
    expect(await log.add(draft)).toEqual({ message, repeated: true });
  });

  it("is a new message when 10,000 others came in between: memory ends somewhere", async () => {
    limits.drafts = 10;
    const log = new Log();
    const [oldest, second] = [ada(), ada()];
    await log.add(oldest);
    await log.add(second);
    for (let n = 0; n < 9; n++) await log.add(ada());
    expect(await log.add(second)).toMatchObject({ repeated: true });
    expect(await log.add(oldest)).toMatchObject({ repeated: false });
  });

  it("may be sent again after it was refused", async () => {
    const log = new Log();
    const draft = ada();
    await expect(log.add({ ...draft, text: "" })).rejects.toMatchObject({ status: 422, draftId: draft.draftId });
    expect(await log.add(draft)).toMatchObject({ message: draft, repeated: false });
  });
});

describe("a listener", () => {
  it("is told 50 messages of one turn in one news", async () => {
    const log = new Log();
    const { told, leave } = listener(log);
    for (let n = 1; n <= 50; n++) void log.add({ user: "Ada", text: String(n) });
    await turn();
    await turn();
    leave();
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ cursor: cursorAt(log, 50) });
    expect(ids(told[0]!)).toEqual(Array.from({ length: 50 }, (_, n) => n + 1));
  });

  it("is told the messages of two turns in two news", async () => {
    const log = new Log();
    const { told, leave } = listener(log);
    await log.add({ user: "Ada", text: "one" });
    await turn();
    await log.add({ user: "Ada", text: "two" });
    await turn();
    leave();
    expect(told.map(texts)).toEqual([["one"], ["two"]]);
    expect(told.map(({ cursor }) => cursor)).toEqual([cursorAt(log, 1), cursorAt(log, 2)]);
  });

  it("is told by since() what is still untold, before the newcomer joins: nothing twice, nothing missed", async () => {
    const log = new Log();
    const ada = listener(log);
    void log.add({ user: "Ada", text: "before" });
    const first = log.since("");
    expect(ada.told.map(texts)).toEqual([["before"]]); // already, not only at the end of the turn
    const bob = listener(log);
    void log.add({ user: "Ada", text: "after" });
    await turn();
    await turn();
    ada.leave();
    bob.leave();
    expect(texts(first)).toEqual(["before"]);
    expect(bob.told.flatMap(texts)).toEqual(["after"]);
    expect(ada.told.flatMap(texts)).toEqual(["before", "after"]);
  });

  it("is told nothing more when since() has told everything: no empty news without silence", async () => {
    const log = new Log();
    const { told, leave } = listener(log);
    void log.add({ user: "Ada", text: "hello" });
    log.since("");
    await turn();
    await turn();
    leave();
    expect(told.map(texts)).toEqual([["hello"]]);
  });

  it("has everything once and in order, whenever it joins", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom("say", "turn", "join"), { maxLength: 40 }), async (steps) => {
        const log = new Log();
        const people: { heard: number[]; leave: () => void }[] = [];
        let said = 0;
        for (const step of steps) {
          if (step === "say") void log.add({ user: "Ada", text: String(++said) });
          if (step === "turn") await turn();
          if (step !== "join") continue;
          const heard = ids(log.since(""));
          const stop = new AbortController();
          log.listen((update) => heard.push(...ids(update)), stop.signal);
          people.push({ heard, leave: () => stop.abort() });
        }
        await turn();
        for (const { heard, leave } of people) {
          leave();
          expect(heard).toEqual(Array.from({ length: said }, (_, n) => n + 1));
        }
      }),
    );
  });

  it("is told an empty news after silence, with the cursor of the last message", async () => {
    limits.heartbeat = 20;
    const log = await logOf(3);
    await turn();
    const { told, leave } = listener(log);
    await vi.waitFor(() => expect(told.length).toBeGreaterThanOrEqual(2), { timeout: 10_000 });
    leave();
    expect(told[0]).toEqual({ msg: [], cursor: cursorAt(log, 3) });
    expect(told[1]).toEqual({ msg: [], cursor: cursorAt(log, 3) });
  });

  it("is told no empty news while people talk: only silence is filled", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    try {
      const log = new Log();
      const { told, leave } = listener(log);
      vi.advanceTimersByTime(14_000);
      await log.add({ user: "Ada", text: "hello" });
      await turn();
      vi.advanceTimersByTime(14_999);
      expect(told.map(texts)).toEqual([["hello"]]);
      vi.advanceTimersByTime(1);
      expect(told.map(texts)).toEqual([["hello"], []]);
      leave();
    } finally {
      vi.useRealTimers();
    }
  });

  it("is told nothing after its signal is aborted, and the others go on", async () => {
    const log = new Log();
    const ada = listener(log);
    const bob = listener(log);
    ada.leave();
    await log.add({ user: "Cyd", text: "hello" });
    await turn();
    bob.leave();
    await log.add({ user: "Cyd", text: "anybody there?" });
    await turn();
    expect(ada.told).toEqual([]);
    expect(bob.told.map(texts)).toEqual([["hello"]]);
  });

  it("costs no timer when it is gone", () => {
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
