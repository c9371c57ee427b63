// The promises of the chat, asked of each technique on its own wire: the same questions four times.
import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import http2 from "node:http2";
import net from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import { io } from "socket.io-client";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Log } from "../shared-chat/log.ts";
import type { Message, Update } from "../shared-chat/message.ts";
import { limits } from "../shared-chat/limits.ts";
import { type Options, start } from "../shared-server/start.ts";
import {
  closeCode,
  join,
  type JoinOptions,
  openSocket,
  type Person,
  shout,
  trusting,
  type Wire,
  wires,
  hangUp,
} from "./wires.ts";

vi.setConfig({ testTimeout: 15_000, hookTimeout: 15_000 });

// What nobody caught would end a server that runs by itself.
const uncaught: unknown[] = [];
process.on("uncaughtException", (error) => uncaught.push(error));
process.on("unhandledRejection", (error) => uncaught.push(error));

const usual = { ...limits };
const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  limits.grace = 100;
  for (const undo of cleanUp.splice(0).toReversed()) await undo();
  Object.assign(limits, usual);
  vi.restoreAllMocks();
  expect(uncaught.splice(0)).toEqual([]);
});

/** Starts a variant, and gives its guests a place to come to. */
async function open(wire: Wire, options: Partial<Options> = {}) {
  const log = options.log ?? new Log();
  const running = await start(wire.name, { port: 0, ...options, log });
  let stopped: Promise<void> | undefined;
  const stop = () => (stopped ??= running.stop());
  cleanUp.push(stop);
  return {
    log,
    port: running.port,
    stop,
    knock: (knock: Parameters<Wire["knock"]>[1]) => wire.knock(running.port, knock),
    async join(joinOptions?: JoinOptions): Promise<Person> {
      const person = await join(wire, running.port, joinOptions);
      cleanUp.push(() => person.leave());
      return person;
    },
  };
}

const often = { interval: 5, timeout: 5_000 };
const named = (some: readonly Wire[]) => some.map((wire) => [wire.name, wire] as const);
const ids = (messages: Message[]) => messages.map(({ id }) => id);
const lines = (messages: Message[]) => messages.map(({ user, text }) => `${user}: ${text}`);
const count = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n);

/** How many milliseconds something takes. */
async function took(something: () => Promise<unknown>): Promise<number> {
  const before = performance.now();
  await something();
  return performance.now() - before;
}

/** The cursor of somebody who has missed the newest so many messages. */
function cursorBack(log: Log, missed: number): string {
  const [epoch, id] = log.since("").cursor.split(".");
  return `${epoch}.${Number(id) - missed}`;
}

/** The longest text there is: 2,000 characters, 8,000 bytes. */
const longest = "😀".repeat(2_000);

/** A log that keeps 1,000 messages of the longest kind: 8 MB, more than the network takes at once. */
async function longLog(): Promise<Log> {
  const log = new Log();
  for (let n = 0; n < 1_000; n++) await log.add({ user: "Ada", text: longest });
  return log;
}
const long = longLog();

describe.each(named(wires))("%s", (_name, wire) => {
  describe("reading", () => {
    it("gives a newcomer what was said before", async () => {
      const { log, join: comes } = await open(wire);
      await log.add({ user: "Ada", text: "one" });
      await log.add({ user: "Bob", text: "two" });
      const cyd = await comes();
      expect(await cyd.next()).toEqual({
        msg: [
          { id: 1, user: "Ada", text: "one", time: expect.any(Number) },
          { id: 2, user: "Bob", text: "two", time: expect.any(Number) },
        ],
        cursor: log.since("").cursor,
      });
    });

    it.each([[undefined], [""]])("gives a newcomer (since: %j) an empty list of an empty log", async (since) => {
      const { log, join: comes } = await open(wire);
      const ada = await comes({ since });
      expect(await ada.next()).toEqual({ msg: [], cursor: log.since("").cursor });
    });

    it("gives a newcomer the newest 200", async () => {
      const { log, join: comes } = await open(wire);
      for (let n = 1; n <= 201; n++) void log.add({ user: "Ada", text: String(n) });
      const bob = await comes();
      expect(ids((await bob.next()).msg)).toEqual(count(2, 201));
    });

    it("tells everybody what one says, the author too, once and in order", async () => {
      const { join: comes } = await open(wire);
      const [ada, bob, cyd] = await Promise.all([comes(), comes(), comes()]);
      await ada.says("hello");
      await bob.says("hi", "Bob");
      await cyd.says("good morning", "Cyd");
      for (const person of [ada, bob, cyd]) {
        expect(lines(await person.hears(3))).toEqual(["Ada: hello", "Bob: hi", "Cyd: good morning"]);
        expect(ids(person.heard)).toEqual([1, 2, 3]);
      }
    });

    it("gives whoever joins while others talk everything, once and in order", async () => {
      limits.first = limits.kept = 100_000;
      const { log, join: comes } = await open(wire);
      const people: Person[] = [];
      for (let n = 0; n < 5; n++) void comes().then((person) => people.push(person));
      let said = 0;
      while (people.length < 5 || said % 100 > 0) {
        void log.add({ user: "Ada", text: String(++said) });
        await turn();
      }
      for (const person of people) {
        await vi.waitFor(() => expect(person.heard.at(-1)?.id).toBe(said), often);
        expect(ids(person.heard)).toEqual(count(1, said));
      }
    });

    it("leaves text as it is: markup, line breaks, any language", async () => {
      const { join: comes } = await open(wire);
      const ada = await comes();
      const texts = [
        "<b>hello</b>",
        "one\ntwo\r\n\ndata: three",
        "مهدی\u200Cزاده",
        "👩\u200D👧 \u2028 \u0000 é",
        '"\\u0041',
      ];
      for (const text of texts) await ada.says(text);
      expect((await ada.hears(texts.length)).map(({ text }) => text)).toEqual(texts);
    });

    it("continues with only what was missed", async () => {
      const { log, join: comes } = await open(wire);
      const ada = await comes();
      await ada.says("one");
      await ada.hears(1);
      ada.leave();
      await log.add({ user: "Bob", text: "two" });
      await log.add({ user: "Bob", text: "three" });
      const again = await comes({ since: ada.cursor });
      expect(await again.next()).toMatchObject({ msg: [{ id: 2 }, { id: 3 }], cursor: log.since("").cursor });
      await again.says("four");
      expect(ids(await again.hears(1))).toEqual([4]);
    });

    it("continues with an empty news when nothing was missed", async () => {
      const { log, join: comes } = await open(wire);
      await log.add({ user: "Ada", text: "one" });
      const { cursor } = log.since("");
      expect(await (await comes({ since: cursor })).next()).toEqual({ msg: [], cursor });
    });

    it("catches up with 1,000 messages of the longest kind, whole", async () => {
      const log = await long;
      const { join: comes } = await open(wire, { log });
      const ada = await comes({ since: cursorBack(log, 1_000) });
      const { msg, reset } = await ada.next();
      expect(reset).toBeUndefined();
      expect(msg).toHaveLength(1_000);
      expect(msg.every(({ text }) => text === longest)).toBe(true);
    });

    it("says that a cursor is of another log", async () => {
      const another = new Log();
      await another.add({ user: "Ada", text: "elsewhere" });
      const { log, join: comes } = await open(wire);
      await log.add({ user: "Ada", text: "here" });
      const bob = await comes({ since: another.since("").cursor });
      expect(await bob.next()).toMatchObject({
        reset: "new-log",
        msg: [{ text: "here" }],
        cursor: log.since("").cursor,
      });
    });

    it("says that what was missed is no longer kept", async () => {
      Object.assign(limits, { kept: 10, first: 5 });
      const { log, join: comes } = await open(wire);
      for (let n = 1; n <= 21; n++) await log.add({ user: "Ada", text: String(n) });
      const bob = await comes({ since: cursorBack(log, 11) });
      const update = await bob.next();
      expect(update).toMatchObject({ reset: "trimmed", cursor: log.since("").cursor });
      expect(ids(update.msg)).toEqual(count(17, 21));
      const cyd = await comes({ since: cursorBack(log, 10) });
      expect(ids((await cyd.next()).msg)).toEqual(count(12, 21));
    });

    it("takes a cursor that is repeated, from the future or garbage for that of another log", async () => {
      const { log, join: comes } = await open(wire);
      await log.add({ user: "Ada", text: "hello" });
      const { cursor } = log.since("");
      const garbage = [[cursor, cursor], cursorBack(log, -1), `${cursor}0`, "x", "😀", "%", "x".repeat(4_000)];
      for (const since of garbage) {
        const bob = await comes({ since });
        expect(await bob.next()).toMatchObject({ reset: "new-log", msg: [{ text: "hello" }], cursor });
        bob.leave();
      }
    });

    it(`continues from ${wire.continuesFrom} when there are two cursors`, async () => {
      const { log, join: comes } = await open(wire);
      for (const text of ["one", "two", "three"]) await log.add({ user: "Ada", text });
      const cursors = { since: cursorBack(log, 1), "Last-Event-ID": cursorBack(log, 2) };
      const ada = await comes({ since: cursors.since, headers: { "Last-Event-ID": cursors["Last-Event-ID"] } });
      expect(await ada.next()).toEqual(log.since(cursors[wire.continuesFrom]));
    });

    it("tells an empty news after silence, with the cursor of the last message", async () => {
      limits.heartbeat = 50;
      const { log, join: comes } = await open(wire);
      await log.add({ user: "Ada", text: "hello" });
      const bob = await comes();
      const { cursor } = await bob.next();
      expect(await bob.next()).toEqual({ msg: [], cursor });
      expect(await bob.next()).toEqual({ msg: [], cursor });
    });
  });

  describe("posting", () => {
    it("answers a draft with the message that it became", async () => {
      const { join: comes } = await open(wire);
      const ada = await comes();
      const draftId = randomUUID();
      expect(await ada.post({ user: " Ada ", text: "hello\n", draftId })).toEqual({
        message: { id: 1, user: "Ada", text: "hello", draftId, time: expect.any(Number) },
        ...(wire.status.accepted && { status: wire.status.accepted }),
      });
    });

    it("knows a draft that it gets again: the same message, told once", async () => {
      const { join: comes } = await open(wire);
      const [ada, bob] = [await comes(), await comes()];
      const draft = { user: "Ada", text: "hello", draftId: randomUUID() };
      const first = await ada.post(draft);
      const repeat = await ada.post(draft);
      const late = await bob.post(draft);
      await ada.says("that was all");
      expect(repeat.message).toEqual(first.message);
      expect(late.message).toEqual(first.message);
      expect([first, repeat, late].map(({ status }) => status)).toEqual([
        wire.status.accepted,
        wire.status.repeated,
        wire.status.repeated,
      ]);
      expect(lines(await bob.hears(2))).toEqual(["Ada: hello", "Ada: that was all"]);
    });

    it("refuses a draft whose id was used for another text or name, in words", async () => {
      const { log, join: comes } = await open(wire);
      const ada = await comes();
      const draft = { user: "Ada", text: "hello", draftId: randomUUID() };
      await ada.post(draft);
      for (const change of [{ text: "goodbye" }, { user: "Bob" }]) {
        const { error, status } = await ada.post({ ...draft, ...change });
        expect(error).toBe("This draft id was already used for another text or name.");
        expect(status).toBe(wire.status.conflict);
      }
      expect(lines(log.since("").msg)).toEqual(["Ada: hello"]);
    });

    const bad: [what: string, draft: unknown][] = [
      ["an empty text", { user: "Ada", text: "" }],
      ["a text of blanks", { user: "Ada", text: " \n " }],
      ["2,001 characters", { user: "Ada", text: "x".repeat(2_001) }],
      ["half an emoji", { user: "Ada", text: "\uD83D" }],
      ["a text that is a number", { user: "Ada", text: 1 }],
      ["no text", { user: "Ada" }],
      ["no name", { text: "hello" }],
      ["a name of blanks", { user: "  ", text: "hello" }],
      ["a name of 33 characters", { user: "x".repeat(33), text: "hello" }],
      ["a name with a right-to-left override", { user: "Ada\u202E", text: "hello" }],
      ["half an emoji for a name", { user: "\uDE00", text: "hello" }],
      ["a name that is a list", { user: ["Ada"], text: "hello" }],
      ["an id that is no UUID", { user: "Ada", text: "hello", draftId: "1" }],
      ["a list", [{ user: "Ada", text: "hello" }]],
      ["a string", "hello"],
      ["a number", 7],
      ["null", null],
      ["true", true],
      ["an empty object", {}],
      ["its own prototype", JSON.parse('{"__proto__":{"user":"Ada","text":"hello"}}')],
    ];
    it("refuses a bad draft in words, and it reaches nobody", async () => {
      const { join: comes } = await open(wire);
      const [ada, bob] = [await comes(), await comes()];
      for (const [what, draft] of bad) {
        const { error, status, message } = await ada.post(draft);
        expect(message, what).toBeUndefined();
        expect(error, what).toMatch(/^[A-Z][^\n]+\.$/);
        expect(status, what).toBe(wire.status.refused);
      }
      await ada.says("that was all");
      expect(lines(await bob.hears(1))).toEqual(["Ada: that was all"]);
      expect(ids(bob.heard)).toEqual([1]);
    });

    it(`${wire.namesDraft ? "names" : "need not name"} the draft that it refuses`, async () => {
      const { join: comes } = await open(wire);
      const ada = await comes();
      const draftId = randomUUID();
      const refused = await ada.post({ user: "Ada", text: "", draftId });
      expect(refused.draftId).toBe(wire.namesDraft ? draftId : undefined);
    });

    it(`${wire.namesDraft ? "names" : "need not name"} the draft whose id was used before`, async () => {
      const { join: comes } = await open(wire);
      const ada = await comes();
      const draftId = randomUUID();
      await ada.post({ user: "Ada", text: "hello", draftId });
      const refused = await ada.post({ user: "Ada", text: "goodbye", draftId });
      expect(refused.draftId).toBe(wire.namesDraft ? draftId : undefined);
    });

    it("takes the longest draft, with every character escaped", async () => {
      const { join: comes } = await open(wire);
      const ada = await comes();
      const text = "\u0001".repeat(2_000); // six characters each, in JSON
      expect(await ada.says(text)).toMatchObject({ text });
    });

    it("refuses what is larger than 32 KiB, and the others go on", async () => {
      const { join: comes } = await open(wire);
      const [ada, bob] = [await comes(), await comes()];
      expect(await ada.post({ user: "Ada", text: "x".repeat(33 * 1024) })).toMatchObject(wire.oversized);
      await bob.says("still here", "Bob");
      expect(lines(await bob.hears(1))).toEqual(["Bob: still here"]);
    });

    it.each(wire.refusals.map((refused) => [refused.for, refused.status, refused] as const))(
      "answers %s with %i, in words",
      async (_what, status, { knock, headers = {} }) => {
        const { log, knock: knocks } = await open(wire);
        const answer = await knocks(knock);
        expect(answer.status).toBe(status);
        expect(answer.headers).toMatchObject(headers);
        expect(JSON.parse(answer.text)).toEqual({ error: expect.stringMatching(/^[^\n]+$/) });
        expect(answer.text).not.toMatch(/\bat .*:\d+/); // no stack
        expect(log.since("").msg).toEqual([]);
      },
    );
  });

  describe("admission", () => {
    const port = (origin: string) => origin.split(":").at(-1);
    const other = wire.scheme === "http" ? "https" : "http";

    it("admits whoever states no Origin, or one of ours, at every door", async () => {
      const server = await open(wire);
      for (const { knock, status } of wire.doors) {
        const ours = ["localhost", "127.0.0.1", "[::1]"].map((name) => `${name}:${server.port}`);
        for (const Host of ours)
          for (const headers of [{ Host }, ...ours.map((name) => ({ Host, Origin: `${wire.scheme}://${name}` }))]) {
            const answer = await server.knock({ ...knock, headers: { ...knock.headers, ...headers } });
            expect(answer.status, JSON.stringify({ ...knock, headers })).toBe(status);
          }
      }
    });

    const strangers: [who: string, headers: (ours: string) => Record<string, string>][] = [
      ["another site", () => ({ Origin: "https://evil.example" })],
      ["a sandboxed frame or a file", () => ({ Origin: "null" })],
      ["an empty Origin", () => ({ Origin: "" })],
      ["another port of this machine", (ours) => ({ Origin: `${wire.scheme}://localhost:${Number(port(ours)) - 1}` })],
      ["the default port of this machine", () => ({ Origin: `${wire.scheme}://localhost` })],
      ["another scheme", (ours) => ({ Origin: `${other}://${ours}` })],
      ["a site that begins alike", (ours) => ({ Origin: `${wire.scheme}://${ours}.evil.example` })],
      ["a site that ends alike", (ours) => ({ Origin: `${wire.scheme}://evil.${ours}` })],
      ["two Origins", (ours) => ({ Origin: `${wire.scheme}://${ours}, https://evil.example` })],
      ["a rebound name", (ours) => ({ Host: `evil.example:${port(ours)}` })],
      [
        "a rebound name and its Origin",
        (ours) => ({ Host: `evil.example:${port(ours)}`, Origin: `${wire.scheme}://evil.example:${port(ours)}` }),
      ],
      ["a Host with another port", () => ({ Host: "localhost:1" })],
      ["a Host without a port", () => ({ Host: "localhost" })],
      ["the public origin of another server", () => ({ Origin: "https://chat.example.org" })],
    ];
    it.each(strangers)("refuses %s at every door, with 403 and words", async (_who, stated) => {
      const { log, port: ours, knock: knocks } = await open(wire);
      for (const { knock } of wire.doors) {
        const headers = stated(`localhost:${ours}`);
        const answer = await knocks({ ...knock, headers: { ...knock.headers, ...headers } });
        expect(answer.status, JSON.stringify(knock)).toBe(403);
        if (knock.method !== "HEAD" && answer.text)
          expect(JSON.parse(answer.text)).toEqual({ error: expect.stringMatching(/\.$/) });
      }
      expect(log.since("").msg).toEqual([]);
    });

    it("refuses a stranger that joins", async () => {
      const { join: comes } = await open(wire);
      await expect(comes({ headers: { Origin: "https://evil.example" } })).rejects.toMatchObject({ status: 403 });
    });

    it("admits the public origin, behind a proxy that keeps the Host or not", async () => {
      const publicOrigin = "https://chat.example.org";
      const { knock: knocks } = await open(wire, { publicOrigin });
      for (const { knock, status } of wire.doors) {
        const ask = (headers: Record<string, string>) =>
          knocks({ ...knock, headers: { ...knock.headers, ...headers } });
        expect((await ask({ Origin: publicOrigin })).status).toBe(status);
        expect((await ask({ Origin: publicOrigin, Host: "chat.example.org" })).status).toBe(status);
        expect((await ask({ Origin: "http://chat.example.org", Host: "chat.example.org" })).status).toBe(403);
        expect((await ask({ Origin: "https://evil.example", Host: "chat.example.org" })).status).toBe(403);
      }
    });
  });

  describe("ending", () => {
    it("stops with people connected: they see the end, and nobody is waited for", async () => {
      const { port, stop, join: comes } = await open(wire);
      const ada = await comes();
      const bob = await comes();
      await ada.says("bye");
      await bob.hears(1);
      const before = performance.now();
      await stop();
      expect(performance.now() - before).toBeLessThan(limits.grace);
      expect(await ada.ended).toMatch(wire.goodbye);
      expect(await bob.ended).toMatch(wire.goodbye);
      await expect(join(wire, port)).rejects.toThrow();
    });

    it("keeps nothing of an upgrade that it refused", async () => {
      const { port, stop } = await open(wire);
      const upgrade = `GET /nope HTTP/1.1\r\nHost: evil.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`;
      await shout(port, `${upgrade}and some bytes more`);
      expect(await took(stop)).toBeLessThan(limits.grace / 2);
    });

    it("stops after the grace time when somebody does not hang up", async () => {
      limits.grace = 200;
      const { port, stop, join: comes } = await open(wire);
      const idle = net.connect(port, "127.0.0.1");
      idle.on("error", () => {});
      await once(idle, "connect");
      const half = net.connect(port, "127.0.0.1");
      half.on("error", () => {});
      half.write("POST /msgs HTTP/1.1\r\nHost: localhost\r\nContent-");
      const bob = await comes();
      await bob.next();
      bob.pause();
      const before = performance.now();
      await stop();
      expect(performance.now() - before).toBeLessThan(limits.grace + 1_000);
      bob.resume();
      idle.destroy();
      half.destroy();
    });

    it("brings whoever was there back to a server that restarts, and they miss nothing", async () => {
      const before = await open(wire);
      const { log, port } = before;
      const bob = await before.join({ returns: true });
      await log.add({ user: "Ada", text: "one" });
      await bob.hears(1);
      await before.stop();
      await log.add({ user: "Ada", text: "two" });
      await open(wire, { log, port });
      await log.add({ user: "Ada", text: "three" });
      expect(lines(await bob.hears(2))).toEqual(["Ada: two", "Ada: three"]);
      await log.add({ user: "Ada", text: "four" });
      await bob.hears(1);
      expect(ids(bob.heard)).toEqual([1, 2, 3, 4]);
    });

    it("says to whoever comes back to a new log that it is another one", async () => {
      const before = await open(wire);
      const bob = await before.join({ returns: true });
      const ada = await before.join();
      await ada.says("before");
      await bob.hears(1);
      await before.stop();
      const log = new Log();
      await log.add({ user: "Ada", text: "after" });
      await open(wire, { log, port: before.port });
      let update: Update;
      do update = await bob.next();
      while (!update.reset);
      expect(update).toMatchObject({ reset: "new-log", msg: [{ id: 1, text: "after" }] });
    });
  });

  describe("strangers", () => {
    const handshake = (path: string, port: number) =>
      `GET ${path} HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
    const noise = randomBytes(4_096);
    const garbage = (port: number): (string | Buffer)[] => [
      noise,
      "",
      "\0",
      "\n\n\n",
      Buffer.concat([Buffer.from([22, 3, 1, 2, 0]), noise]),
      Buffer.from([22]),
      "GET /msgs HTTP/9.9\r\n\r\n",
      "GET /msgs HTTP/1.1\r\n\r\n",
      "GET /msgs HTTP/1.0\r\n\r\n",
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
      `GET http://[ HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: close\r\n\r\n`,
      `GET /%ff?since=%ff&since[__proto__]=1 HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: close\r\n\r\n`,
      `GET /msgs HTTP/1.1\r\nHost: \r\nConnection: close\r\n\r\n`,
      `GET /msgs HTTP/1.1\r\nHost: evil.example\r\nUpgrade: x\r\n\r\n`,
      `CONNECT localhost:${port} HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`,
      `POST /msgs HTTP/1.1\r\nHost: localhost:${port}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`,
      `POST /msgs HTTP/1.1\r\nHost: localhost:${port}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz`,
      handshake("/", port),
      handshake("/msgs", port).replace("13", "7"),
      handshake("/msgs", port).replace("AAAA", ""),
      handshake("/msgs?since=%ff", port),
      Buffer.concat([Buffer.from(handshake("/msgs", port)), noise]),
      Buffer.concat([Buffer.from(handshake("/socket.io/?EIO=4&transport=websocket", port)), noise]),
      handshake("/socket.io/?EIO=4&transport=websocket&sid=nobody", port),
      handshake("/socket.io/?EIO=99&transport=__proto__", port),
    ];

    it("do not end the server, nor disturb the others, whatever bytes they send", async () => {
      const ours = vi.spyOn(console, "error").mockImplementation(() => {});
      const { port, join: comes } = await open(wire);
      const ada = await comes();
      const answers = await Promise.all(garbage(port).map((bytes) => shout(port, bytes)));
      expect(answers.join("")).not.toMatch(/\bat .*:\d+:\d+/); // no stack
      await ada.says("still here");
      expect(lines(await ada.hears(1))).toEqual(["Ada: still here"]);
      expect(lines((await (await comes()).next()).msg)).toEqual(["Ada: still here"]);
      expect(ours.mock.calls).toEqual([]); // a stranger writes nothing into our log
    });
  });
});

describe.each(named(wires.filter(({ cut }) => cut)))("a slow reader of %s", (_name, wire) => {
  it("is cut when too much waits for it; nobody else is; it comes back with its cursor and misses nothing", async () => {
    Object.assign(limits, { backlog: 256 * 1024, kept: 5_000 });
    const { log, join: comes } = await open(wire);
    const [ada, bob] = [await comes(), await comes()];
    await bob.next();
    bob.pause();
    const said = 1_000; // 8 MB, more than the network takes by itself
    for (let n = 0; n < said; n += 10) {
      for (let m = 0; m < 10; m++) void log.add({ user: "Cyd", text: longest });
      await ada.hears(10); // she reads along
    }
    expect(ids(ada.heard)).toEqual(count(1, said));

    bob.resume();
    const how = await bob.hears(said).then(
      () => "He was not cut.",
      () => bob.ended,
    );
    expect(how).toMatch(wire.cut!);
    const again = await comes({ since: bob.cursor });
    const { msg, reset } = await again.next();
    expect(reset).toBeUndefined();
    expect(ids([...bob.heard, ...msg])).toEqual(count(1, said));
  });

  it("is not cut for the length of its first news", async () => {
    limits.backlog = 64 * 1024;
    const log = await long;
    const { join: comes } = await open(wire, { log });
    const { cursor } = log.since("");
    const bob = await comes({ since: cursorBack(log, 1_000) });
    for (let n = 0; n < 10; n++) {
      void log.add({ user: "Ada", text: "short" }); // while megabytes are still under way
      await turn();
    }
    await bob.hears(1_010);
    expect(ids(bob.heard)).toEqual(count(bob.heard[0]!.id, bob.heard[0]!.id + 1_009));
    expect(bob.heard.slice(1_000)).toEqual(log.since(cursor).msg);
  });
});

describe.each(named(wires.filter(({ freeze }) => freeze)))("a silent peer of %s", (_name, wire) => {
  it("is cut when it answers no ping, and whoever answers stays", async () => {
    Object.assign(limits, { ping: 400, pong: 300 });
    const { port, join: comes } = await open(wire);
    const ada = await comes();
    for (let n = 0; n < 2; n++) {
      const before = performance.now();
      const code = await closeCode(await wire.freeze!(port));
      expect([1005, 1006]).toContain(code);
      const lived = performance.now() - before;
      expect(lived).toBeGreaterThan(299); // whoever is asked may take the time to answer
      expect(lived).toBeLessThan(2_000);
    }
    await ada.says("still here");
    expect(lines(await ada.hears(1))).toEqual(["Ada: still here"]);
  });
});

describe("all four on one log", () => {
  it("tell everybody the same, once and in the same order, whatever wire they are on", async () => {
    const log = new Log();
    const people = await Promise.all(wires.map(async (wire) => (await open(wire, { log })).join()));
    await Promise.all(
      people.map(async (person, n) => {
        for (let m = 0; m < 10; m++) await person.says(`${n}-${m}`, wires[n]!.name);
      }),
    );
    const all = log.since("").msg;
    expect(ids(all)).toEqual(count(1, 40));
    for (const person of people) {
      await vi.waitFor(() => expect(person.heard.length).toBeGreaterThanOrEqual(40), often);
      expect(person.heard).toEqual(all);
    }
  });

  it("know a draft that was sent on another wire", async () => {
    const log = new Log();
    const people = await Promise.all(wires.map(async (wire) => (await open(wire, { log })).join()));
    const draft = { user: "Ada", text: "hello", draftId: randomUUID() };
    for (const person of people) expect((await person.post(draft)).message).toMatchObject({ id: 1, ...draft });
    expect(log.since("").msg).toHaveLength(1);
  });

  it("stop one by one, and the others go on", async () => {
    const log = new Log();
    const servers = await Promise.all(wires.map((wire) => open(wire, { log })));
    const last = await servers.at(-1)!.join();
    for (const { stop } of servers.slice(0, -1)) await stop();
    await last.says("still here");
    expect(lines(await last.hears(1))).toEqual(["Ada: still here"]);
  });
});

const [polling, push, sockets, socketIo] = wires as [Wire, Wire, Wire, Wire];

describe("polling", () => {
  it("answers 204 without a body when there is nothing new, and 200 to a newcomer to an empty log", async () => {
    const { log, knock } = await open(polling);
    expect(await knock({ method: "GET", path: "/msgs" })).toMatchObject({
      status: 200,
      headers: { "cache-control": "no-store" },
    });
    expect(await knock({ method: "GET", path: "/msgs?since=" })).toMatchObject({ status: 200 });
    const path = `/msgs?since=${log.since("").cursor}`;
    expect(await knock({ method: "GET", path })).toMatchObject({ status: 204, text: "" });
    await log.add({ user: "Ada", text: "hello" });
    expect(await knock({ method: "GET", path })).toMatchObject({ status: 200 });
  });

  it("answers HEAD without a body", async () => {
    const { knock } = await open(polling);
    expect(await knock({ method: "HEAD", path: "/msgs" })).toMatchObject({ status: 200, text: "" });
  });

  it("answers one question at a time: answers that nobody reads fill no memory", async () => {
    const { port } = await open(polling);
    const ask = (last = "") => `GET /msgs HTTP/1.1\r\nHost: localhost:${port}\r\n${last}\r\n`;
    const said = await shout(port, ask() + ask() + ask("Connection: close\r\n"));
    expect(said.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 200", "HTTP/1.1 429", "HTTP/1.1 429"]);
  });

  it("holds no answer for ever that nobody reads", async () => {
    limits.idle = 50;
    const { port } = await open(polling);
    const silent = net.connect(port, "127.0.0.1", () => silent.write("GET /msgs HTTP/1.1\r\n"));
    silent.on("error", () => {}).resume();
    await once(silent, "close");
  });

  it("answers the next request of a connection on which a body was too large", { timeout: 5_000 }, async () => {
    const { port } = await open(polling);
    const chunk = `${(1024).toString(16)}\r\n${"x".repeat(1024)}\r\n`;
    const said = await shout(
      port,
      `POST /msgs HTTP/1.1\r\nHost: localhost:${port}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n` +
        `${chunk.repeat(100)}0\r\n\r\n` +
        `GET /msgs HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: close\r\n\r\n`,
    );
    expect(said.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 413", "HTTP/1.1 200"]);
  });
});

describe("http2-push", () => {
  it("answers with a stream of events that nobody on the way may hold back", async () => {
    const { log, port } = await open(push);
    await log.add({ user: "Ada", text: "hello" });
    const session = http2.connect(`https://localhost:${port}`, trusting);
    const stream = session.request({ ":path": "/msgs" }).setEncoding("utf8");
    const [headers] = await once(stream, "response");
    expect(headers).toMatchObject({
      ":status": 200,
      "content-type": "text/event-stream",
      "cache-control": "no-store, no-transform",
      "x-accel-buffering": "no",
    });
    let said = "";
    stream.on("data", (chunk: string) => (said += chunk));
    await vi.waitFor(() => expect(said.split("\n\n")).toHaveLength(3), often);
    const update = log.since("");
    expect(said).toMatch(/^retry: \d+\n\n/);
    expect(said).toContain(`event: msg:get\nid: ${update.cursor}\ndata: ${JSON.stringify(update)}\n\n`);
    hangUp(session);
  });

  it("gives each connection another time to come back", async () => {
    const { port } = await open(push);
    const session = http2.connect(`https://localhost:${port}`, trusting);
    const pauses = await Promise.all(
      count(1, 20).map(async () => {
        const [chunk] = await once(session.request({ ":path": "/msgs" }).setEncoding("utf8"), "data");
        return Number(/retry: (\d+)/.exec(chunk)?.[1]);
      }),
    );
    hangUp(session);
    expect(new Set(pauses).size).toBeGreaterThan(5);
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(500);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(20_500);
  });

  it("ends the answer to HEAD", async () => {
    const { knock } = await open(push);
    expect(await knock({ method: "HEAD", path: "/msgs" })).toMatchObject({ status: 200, text: "" });
  });

  it("ends the answer to HEAD in HTTP/1.1, too", async () => {
    const { port } = await open(push);
    const said = await shout(
      port,
      `HEAD /msgs HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: close\r\n\r\n`,
      trusting,
    );
    expect(said).toMatch(/^HTTP\/1\.1 200 [^]*\r\n\r\n$/);
  });

  it("says goodbye on a session without a stream, too", async () => {
    const { port, stop } = await open(push);
    const session = http2.connect(`https://localhost:${port}`, trusting);
    await once(session, "remoteSettings");
    const before = performance.now();
    await Promise.all([once(session, "goaway"), once(session, "close"), stop()]);
    expect(performance.now() - before).toBeLessThan(limits.grace);
  });

  it("reads a body that does not say its length", async () => {
    const { log, knock } = await open(push);
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify({ user: "Ada", text: "hello" });
    expect(await knock({ method: "POST", path: "/msgs", headers, body, chunked: true })).toMatchObject({ status: 201 });
    expect(lines(log.since("").msg)).toEqual(["Ada: hello"]);
  });

  it("speaks HTTP/1.1 with those who know nothing newer", async () => {
    const { log, port } = await open(push);
    await log.add({ user: "Ada", text: "hello" });
    const request = `GET /style.css HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: close\r\n\r\n`;
    expect(await shout(port, request, trusting)).toMatch(/^HTTP\/1\.1 200 /);
  });

  it("answers 505 to HTTP/2.0 in the words of HTTP/1, and lives", async () => {
    const { port, join: comes } = await open(push);
    const said = await shout(port, `GET / HTTP/2.0\r\nHost: localhost:${port}\r\nConnection: close\r\n\r\n`, trusting);
    expect(said).toMatch(/^HTTP\/1\.1 505 /);
    await comes();
  });

  it("hangs up on plain http:// at once, and keeps nothing of it", async () => {
    const { port, stop, join: comes } = await open(push);
    const body = "x".repeat(200_000);
    const request = `POST / HTTP/1.1\r\nHost: localhost:${port}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    expect(await shout(port, request)).not.toContain("HTTP/1.1");
    await comes();
    expect(await took(stop)).toBeLessThan(limits.grace / 2);
  });

  it("waits for nobody who connects and says nothing", async () => {
    limits.idle = 50;
    const { port } = await open(push);
    const silent = net.connect(port, "127.0.0.1");
    await once(silent, "close");
  });

  it("lives on when bytes inside the encryption are garbage", async () => {
    const { port, join: comes } = await open(push);
    const ada = await comes();
    const preface = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    for (const protocol of ["h2", "http/1.1"])
      for (const bytes of [randomBytes(2_048), preface, Buffer.concat([preface, randomBytes(2_048)])])
        await shout(port, bytes, { ...trusting, ALPNProtocols: [protocol] });
    await ada.says("still here");
    expect(lines(await ada.hears(1))).toEqual(["Ada: still here"]);
  });

  it("lives on, and writes nothing into its log, when streams are reset as soon as they are opened", async () => {
    const ours = vi.spyOn(console, "error").mockImplementation(() => {});
    const { port, join: comes } = await open(push);
    const session = http2.connect(`https://localhost:${port}`, trusting);
    session.on("error", () => {});
    await once(session, "remoteSettings");
    for (let n = 0; n < 50; n++) {
      const stream = session.request({ ":path": "/msgs" });
      stream.on("error", () => {});
      stream.close(http2.constants.NGHTTP2_CANCEL);
    }
    const ada = await comes();
    await ada.says("still here");
    expect(lines(await ada.hears(1))).toEqual(["Ada: still here"]);
    hangUp(session);
    expect(ours.mock.calls).toEqual([]);
  });
});

describe("raw-websockets", () => {
  it.each([
    ["a binary frame", Buffer.from('{"event":"msg:post","data":{"user":"Ada","text":"hello"}}'), true, 1003],
    ["a frame of more than 32 KiB", "x".repeat(33 * 1024), false, 1009],
    ["a text frame that is no UTF-8", Buffer.from([0x22, 0xff, 0x22]), false, 1007],
  ])("closes over %s, with the code that says why", async (_what, frame, binary, code) => {
    const { log, port } = await open(sockets);
    const ada = await openSocket(port, "/msgs");
    ada.send(frame, { binary });
    expect(await closeCode(ada)).toBe(code);
    expect(log.since("").msg).toEqual([]);
  });

  it.each([
    "",
    "{",
    "null",
    "[]",
    '"msg:post"',
    '{"event":"msg:get","data":{}}',
    '{"event":"msg:ack"}',
    '{"event":"msg:post"}',
  ])("answers the frame %j with msg:error, and goes on", async (frame) => {
    const { port } = await open(sockets);
    const heard: { event: string; data: { error?: string } }[] = [];
    const ada = await openSocket(port, "/msgs", { hear: (said) => heard.push(JSON.parse(said)) });
    ada.send(frame);
    await vi.waitFor(() => expect(heard).toHaveLength(2), often);
    expect(heard[1]).toEqual({ event: "msg:error", data: { error: expect.stringMatching(/\.$/) } });
    ada.send('{"event":"msg:post","data":{"user":"Ada","text":"hello"}}');
    await vi.waitFor(() => expect(heard.map(({ event }) => event)).toContain("msg:ack"), often);
    ada.terminate();
  });

  it("does not compress: that costs six times the work for a chat", async () => {
    const { port } = await open(sockets);
    const ada = await openSocket(port, "/msgs");
    expect(ada.extensions).toBe("");
    ada.terminate();
  });
});

describe("socket-io", () => {
  /** A client of Socket.IO's own, as the original course writes it. */
  async function client(port: number, transports = ["websocket"]) {
    const socket = io(`http://127.0.0.1:${port}`, { forceNew: true, reconnection: false, transports });
    cleanUp.push(() => socket.disconnect());
    const heard: Message[] = [];
    socket.on("msg:get", (data: Update) => heard.push(...data.msg));
    await new Promise<void>((resolve) => socket.once("connect", resolve));
    return { socket, heard };
  }

  it.each([[["polling", "websocket"]], [["websocket"]], [["polling"]]])(
    "serves a client of the original course, over %j",
    async (transports) => {
      const { log, port } = await open(socketIo);
      await log.add({ user: "Bob", text: "hi" });
      const { socket, heard } = await client(port, transports);
      socket.emit("msg:post", { user: "Ada", text: "hello" });
      await vi.waitFor(() => expect(lines(heard)).toEqual(["Bob: hi", "Ada: hello"]), often);
    },
  );

  it("survives posts without an acknowledgement, without a draft, and with nothing but an acknowledgement", async () => {
    const { port, join: comes } = await open(socketIo);
    const ada = await comes();
    const { socket } = await client(port);
    const ack = () => {};
    const posts = [
      [],
      [null],
      [undefined],
      [ack],
      [null, ack],
      [1, 2, 3],
      [{}, "ack"],
      [Buffer.from("x"), ack],
      ["x", {}, ack],
    ];
    for (const post of posts) socket.emit("msg:post", ...post);
    for (const event of ["error", "message", "msg:get", "constructor", "__proto__"])
      socket.emit(event, { user: "Ada" });
    socket.emit("msg:post", { user: "Ada", text: "hello" });
    expect(lines(await ada.hears(1))).toEqual(["Ada: hello"]);
    expect(socket.connected).toBe(true);
  });

  it("answers a draft of null with words", async () => {
    const { port } = await open(socketIo);
    const { socket } = await client(port);
    expect(await socket.emitWithAck("msg:post", null)).toEqual({
      error: "A draft must be an object with a user and a text.",
    });
  });

  it("lets nobody connect twice on one connection", async () => {
    const complaints = vi.spyOn(process, "emitWarning");
    const { port, join: comes } = await open(socketIo);
    const packets: string[] = [];
    const hear = (packet: string) => packets.push(packet);
    const socket = await openSocket(port, "/socket.io/?EIO=4&transport=websocket", { hear });
    for (let times = 0; times < 50; times++) socket.send("40");
    await vi.waitUntil(() => packets.some((packet) => packet === '44{"message":"You are already connected."}'), often);
    socket.terminate();
    const ada = await comes();
    await ada.says("still here");
    expect(complaints).not.toHaveBeenCalled();
  });

  it.each([
    "40null",
    "40[]",
    "40{",
    "40/other,",
    "42",
    "42[]",
    "42[1]",
    '42["connect"]',
    '45999-["msg:post",{"_placeholder":true,"num":0}]',
    "4",
    "9",
  ])("survives the packet %j", async (packet) => {
    const { port, join: comes } = await open(socketIo);
    const ada = await comes();
    const raw = await openSocket(port, "/socket.io/?EIO=4&transport=websocket");
    raw.send("40");
    raw.send(packet);
    await ada.says("still here");
    expect(lines(await ada.hears(1))).toEqual(["Ada: still here"]);
    raw.terminate();
  });
});
