// One suite for every store, with a private engine for each test file. What cannot run here says so; where CI is set, that is a failure.
import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { endAll, runs } from "../e2e/process.ts";
import { join, type Person as Client, wires } from "../e2e/wires.ts";
import type { Entry, Store } from "../shared-chat/journal.ts";
import { limits } from "../shared-chat/limits.ts";
import { Log } from "../shared-chat/log.ts";
import { stranger } from "../shared-chat/reader.ts";
import { Sessions } from "../shared-server/sessions.ts";
import { start } from "../shared-server/start.ts";
import { chooseStore } from "./choose.ts";
import { type Engine, engines, withServers } from "./store-engines.ts";

limits.posts.points = 1e9; // a test is faster than a person
const defaults = { ...limits };
const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  limits.grace = 100;
  for (const undo of cleanUp.splice(0).toReversed()) await undo();
  Object.assign(limits, defaults);
  vi.restoreAllMocks();
});
afterAll(endAll);

const tested = withServers ? engines : engines.filter(({ name }) => name === "sqlite");

it("Every store that is to be tested is there", () => {
  expect(tested.flatMap(({ missing }) => missing ?? [])).toEqual([]);
});

const entry = (tick: number, time = tick): Entry => ({ tick, time, record: `person:${tick}`, value: "x" });
const texts = ({ msg }: { msg: { text: string }[] }) => msg.map(({ text }) => text);
const ids = ({ msg }: { msg: { id: number }[] }) => msg.map(({ id }) => id);
const request = (cookie: string) => ({ headers: { host: "localhost:3001", cookie }, socket: {} }) as never;
const adds = (log: Log, text: string) => log.add({ user: "Ada", text }).catch(() => false);
const until = <T>(look: () => T) => vi.waitUntil(look, { timeout: 30_000, interval: 10 });

const installed = tested.filter((kind) => !kind.missing).map((kind) => [kind.name, kind] as const);
describe.each(installed)("%s", (_name, { starts }) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await starts();
  });
  afterAll(() => engine.ends());
  afterEach(() => engine.isWiped()); // after what was opened is closed, because it is called later than the hook above

  async function openStore(wake = () => {}): Promise<Store & { epoch: string }> {
    const store = await chooseStore(engine.address);
    cleanUp.push(() => store.close());
    return { ...store, epoch: await store.open(wake) };
  }

  async function openLog(): Promise<Log> {
    const log = new Log({ store: await chooseStore(engine.address), superUser: "Root" });
    cleanUp.push(() => log.close());
    await log.open();
    return log;
  }

  describe("a store", () => {
    it("keeps what is added, in order, under one epoch", async () => {
      const one = await openStore();
      expect(await one.read(undefined)).toEqual([]);
      expect(await one.append([entry(1), entry(2)])).toBe(2);
      const other = await openStore();
      expect(other.epoch).toBe(one.epoch);
      expect(await other.append([entry(3)])).toBe(1);
      expect(await one.read(undefined)).toEqual([entry(1), entry(2), entry(3)]);
      expect(await one.read(entry(1))).toEqual([entry(2), entry(3)]);
      expect(await one.read(entry(3))).toEqual([]);
    });

    it("keeps any text as it is, and a value of null", async () => {
      const store = await openStore();
      const text = `\0 \u2028 "quotes" '; DROP TABLE entries; -- ${"👩‍👩‍👧".repeat(100)} \uFFFD`;
      const all: Entry[] = [
        { tick: 1, time: 5, room: text, message: { id: 1, user: text, text, time: 5 }, draft: text },
        { tick: 2, time: 6, record: text, value: null },
      ];
      await store.append(all);
      expect(await store.read(undefined)).toEqual(all);
    });

    it("adds nothing where somebody else was faster", async () => {
      const [one, other] = [await openStore(), await openStore()];
      expect(await one.append([entry(2)])).toBe(0);
      expect(await one.append([entry(1)])).toBe(1);
      expect(await other.append([entry(1, 7), entry(2, 7)])).toBe(0);
      const added = await Promise.all([one.append([entry(2, 8)]), other.append([entry(2, 9)])]);
      expect(added.toSorted()).toEqual([0, 1]);
      expect((await one.read(undefined))!.map(({ tick }) => tick)).toEqual([1, 2]);
    });

    it("tells when the entry to read after is not there any more, or is another one", async () => {
      const store = await openStore();
      await store.append([entry(1), entry(2)]);
      expect(await store.read(entry(3))).toBeUndefined();
      expect(await store.read(entry(2, 7))).toBeUndefined();
    });

    it("forgets what is not needed, and goes on counting", async () => {
      const store = await openStore();
      await store.append([entry(1), entry(2), entry(3)]);
      await store.forget([1, 2]);
      expect(await store.read(undefined)).toEqual([entry(3)]);
      expect(await store.append([entry(4)])).toBe(1);
      expect(await store.read(entry(3))).toEqual([entry(4)]);
    });

    it("wakes the others when something is added", async () => {
      const wake = vi.fn<() => void>();
      await openStore(wake);
      const other = await openStore();
      await other.append([entry(1)]);
      await until(() => wake.mock.calls.length > 0);
    });

    it("that is wiped has another epoch when it is opened again", async () => {
      const store = await openStore();
      await store.append([entry(1)]);
      await engine.isWiped();
      expect(await store.read(entry(1))).toBeUndefined();
      expect(await store.append([entry(2)])).toBe(0);
      expect(await store.open(() => {})).not.toBe(store.epoch);
      expect(await store.read(undefined)).toEqual([]);
    });
  });

  describe("two nodes on one store", () => {
    it("tell everybody the same messages in the same order, each once", async () => {
      const nodes = [await openLog(), await openLog()];
      const told = nodes.map((log) => {
        const heard: number[] = [];
        log.listen((update) => heard.push(...ids(update)), new AbortController().signal);
        return heard;
      });
      const said = nodes.flatMap((log, node) =>
        Array.from({ length: 100 }, (_, n) => log.add({ user: `Node ${node}`, text: String(n) })),
      );
      await Promise.all(said);
      await until(() => told.every((heard) => heard.length >= 200));
      const expected = Array.from({ length: 200 }, (_, n) => n + 1);
      expect(told).toEqual([expected, expected]);
      expect(nodes[1]!.since("")).toEqual(nodes[0]!.since(""));
    });

    it("recognise a draft that is sent to both, at once and later", async () => {
      const [one, other] = [await openLog(), await openLog()];
      const draft = { user: "Ada", text: "hello", draftId: randomUUID() };
      const answers = await Promise.all([one.add(draft), other.add(draft)]);
      answers.push(await (await openLog()).add(draft));
      expect(new Set(answers.map(({ message }) => message.id))).toEqual(new Set([1]));
      expect(answers.filter(({ repeated }) => repeated).length).toBe(2);
    });

    it("know the same people: who joins, leaves or is banned on one is hung up on by the other", async () => {
      const [one, other] = [await openLog(), await openLog()];
      const closing = new AbortController();
      const [here, there] = [one, other].map((log) => new Sessions({ log, closing: closing.signal }));
      const ada = await one.people.create("Ada", "secret");
      const cookie = (await here!.begin(request(""), ada)).split(";")[0]!;
      await until(() => there!.reader(request(cookie)).name);
      const reader = there!.reader(request(cookie));
      await one.people.join(ada, "garden");
      await until(() => reader.until.aborted);
      const second = there!.reader(request(cookie));
      expect(second.topics).toContain("garden");
      await expect(other.people.create("ADA", "secret")).rejects.toMatchObject({ status: 409 });
      await one.people.ban(ada, { name: "Ada", reason: "Spam", until: Date.now() + 60_000, by: "Root" });
      await until(() => second.until.aborted);
      expect(there!.reader(request(cookie)).ended).toContain("Spam");
      await expect(other.people.signIn(other.people.find("Ada")!, "again")).rejects.toMatchObject({ status: 403 });
    });

    it("ask somebody to come back who was there before the news of their session", async () => {
      const [one, other] = [await openLog(), await openLog()];
      const { signal } = new AbortController();
      const [here, there] = [one, other].map((log) => new Sessions({ log, closing: signal }));
      const ada = await one.people.create("Ada", "secret");
      const cookie = (await here!.begin(request(""), ada)).split(";")[0]!;
      const reader = there!.reader(request(cookie)); // before the other node has read on, or after
      await until(() => reader.name === "Ada" || reader.until.aborted);
      expect(there!.reader(request(cookie)).name).toBe("Ada");
    });

    it("continue a cursor of the other, also of one that is a moment ahead", async () => {
      const [one, other] = [await openLog(), await openLog()];
      for (let n = 1; n <= 5; n++) {
        await one.add({ user: "Ada", text: String(n) });
        const { cursor } = one;
        expect(other.since(cursor)).toEqual({ msg: [], cursor }); // it may have read this message, or not yet
      }
      await until(() => other.cursor === one.cursor);
      const made = one.cursor.replace(/\.\d+\./, ".99.");
      expect(other.since(made.replace(/\w+$/, (1).toString(36))).reset).toBe("new-log");
    });

    it("tell their readers when the store has gone back to an older copy", async () => {
      const before = await openLog();
      await before.add({ user: "Ada", text: "one" });
      const goBack = await engine.isCopied();
      await until(() => adds(before, "two"));
      const { cursor } = before;
      const { until: over } = new Sessions({ log: before, closing: new AbortController().signal }).reader(request(""));
      await goBack();
      await until(() => over.aborted);
      expect(before.since(cursor)).toMatchObject({ reset: "new-log", msg: [{ id: 1, text: "one" }] });
      const after = await openLog();
      expect(after.since(cursor)).toMatchObject({ reset: "new-log", msg: [{ id: 1, text: "one" }] });
      for (let n = 0; n < 4; n++) await until(() => adds(before, "other"));
      await until(() => texts(after.since("")).length === 5);
      for (const log of [before, after]) expect(log.since(cursor).reset).toBe("new-log"); // ids are as high again
    });

    it("tell their readers when the store is empty, and begin anew", async () => {
      const [one, other] = [await openLog(), await openLog()];
      await one.add({ user: "Ada", text: "one" });
      await until(() => other.cursor === one.cursor);
      const { cursor } = one;
      await engine.isWiped();
      await until(() => [one, other].every((log) => log.since(cursor).reset));
      expect(texts(one.since(""))).toEqual([]);
      await other.add({ user: "Ada", text: "two" });
      await until(() => texts(one.since("")).includes("two"));
      expect(one.since("")).toEqual(other.since(""));
    });
  });

  describe("a server that is killed", () => {
    it("has lost nothing that it acknowledged, also when the store is killed with it", async () => {
      const acknowledged: { draftId: string; text: string }[] = [];
      for (let round = 0; round < 3; round++) {
        const env = { CHAT_LOG: engine.address, RATE_LIMIT: "off" };
        const { port: ready, kill, ended } = runs(["shared-server/cli.ts", "polling"], env);
        const port = await ready();
        const before = acknowledged.length;
        const posters = Array.from({ length: 8 }, async () => {
          for (let alive = true; alive;) {
            const draft = { user: "Ada", text: `round ${round}`, draftId: randomUUID() };
            const response = await fetch(`http://127.0.0.1:${port}/msgs`, {
              method: "POST",
              headers: { "Content-Type": "application/json" },
              body: JSON.stringify(draft),
            }).catch(() => undefined);
            if (response?.status === 201) acknowledged.push(draft);
            alive = response !== undefined;
          }
        });
        await until(() => acknowledged.length > before + 50);
        kill("SIGKILL");
        await Promise.all([engine.crashes(), ended, ...posters]);
      }
      const entries = (await (await openStore()).read(undefined))!.filter((each) => "message" in each);
      expect(entries.map(({ message }) => message.id)).toEqual(entries.map((_, n) => n + 1));
      const kept = new Map(entries.map(({ message }) => [message.draftId, message.text]));
      expect(acknowledged.filter(({ draftId, text }) => kept.get(draftId) !== text)).toEqual([]);
    }, 240_000); // three servers start: on a busy machine that takes a while
  });

  it("While it is away, each technique says later, reading goes on, the log falls silent, and all comes back by itself", async () => {
    Object.assign(limits, { away: 1_500, heartbeat: 100 });
    const said = vi.spyOn(console, "error").mockImplementation(() => {});
    const log = await openLog();
    await log.add({ user: "Ada", text: "before" });
    let beats = 0;
    log.listen(({ msg }) => (beats += msg.length === 0 ? 1 : 0), new AbortController().signal);
    const servers = await Promise.all(
      wires.map(async (wire) => {
        const { port, stop } = await start(wire.name, { port: 0, log });
        cleanUp.push(stop);
        const enter = async (): Promise<Client> => {
          const client = await join(wire, port);
          cleanUp.push(() => client.leave());
          return client;
        };
        const health = async () => (await wire.request(port, { method: "GET", path: "/health" })).status;
        return { enter, health, ada: await enter(), draft: { user: "Ada", text: wire.name, draftId: randomUUID() } };
      }),
    );
    const healths = () => Promise.all(servers.map(({ health }) => health()));
    const posts = () => Promise.all(servers.map(({ ada, draft }) => ada.post(draft)));
    expect(await healths()).toEqual([200, 200, 200, 200]);

    const comesBack = await engine.pauses();
    const later = { error: expect.stringContaining("again soon"), later: 2 };
    expect(await posts()).toMatchObject([later, later, later, later]);
    for (const { enter } of servers) expect(texts(await (await enter()).next())).toEqual(["before"]);
    await vi.waitUntil(async () => (await healths()).every((status) => status === 503), { timeout: 30_000 });
    beats = 0;
    await new Promise((resolve) => setTimeout(resolve, 500)); // that nothing comes can only be waited for
    expect(beats).toBe(0);

    await comesBack();
    await vi.waitUntil(async () => (await healths()).every((status) => status === 200), { timeout: 30_000 });
    await vi.waitUntil(async () => (await posts()).every(({ message }) => message), { timeout: 30_000 });
    await until(() => beats > 0);
    expect(await healths()).toEqual([200, 200, 200, 200]);
    expect(texts(log.since("")).toSorted()).toEqual(["before", ...wires.map(({ name }) => name)].toSorted());
    expect(said.mock.calls.map(([words]) => words)).toEqual(["The store is away:", "The store is back."]);
  });

  it("does not grow without end: what no reader can ask for is taken away", async () => {
    Object.assign(limits, { kept: 20, drafts: 10, unneeded: 40, rooms: 3, audit: 5 });
    const log = await openLog();
    const ada = await log.people.create("Ada", "secret");
    for (let n = 0; n < 60; n++) {
      const { room } = await log.people.join(ada, `room-${n}`);
      await log.add(
        { text: String(n), room, draftId: randomUUID() },
        { ...stranger(AbortSignal.any([])), name: "Ada", topics: [room] },
      );
      await log.add({ user: "Bob", text: String(n), draftId: randomUUID() });
      await log.people.leave(ada, room);
    }
    const store = await openStore();
    await vi.waitUntil(async () => (await store.read(undefined))!.length < 120, { timeout: 30_000, interval: 50 });
    const later = await openLog();
    expect(later.since("")).toEqual(log.since(""));
    expect(later.rooms).toEqual(log.rooms);
  });
});
