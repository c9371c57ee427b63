// The promises of the chat, tested on the wire of each technique: one suite, run four times.
import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import http2 from "node:http2";
import net from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
import { io } from "socket.io-client";
import { WebSocket } from "ws";
import { describe, expect, it, vi } from "vitest";
import { Log } from "../shared-chat/log.ts";
import type { Message, Update } from "../shared-chat/message.ts";
import { limits } from "../shared-chat/limits.ts";
import { serve as serveStreams } from "../http2-push/server.ts";
import { chatOf } from "../shared-server/chat-server.ts";
import { freePort } from "../shared-server/loopback.ts";
import { listen, type Options } from "../shared-server/start.ts";
import { cleanUp, open as openServer, patience, wires } from "./until-the-end.ts";
import {
  closeCode,
  type HttpRequest,
  join as joinWire,
  type JoinOptions,
  openSocket,
  type Person,
  sendRaw,
  trusting,
  type Wire,
  hangUp,
} from "./wires.ts";

vi.setConfig({ testTimeout: patience, hookTimeout: patience });

/** Starts a variant until the end of the test. */
async function open(wire: Wire, options?: Partial<Options>) {
  const opened = await openServer(wire, options);
  return {
    ...opened,
    request: (request: HttpRequest) => wire.request(opened.port, request),
    async join(joinOptions?: JoinOptions): Promise<Person> {
      const person = await joinWire(wire, opened.port, joinOptions);
      cleanUp.push(() => person.leave());
      return person;
    },
  };
}

const waiting = { interval: 5, timeout: 5_000 };
const byName = (list: readonly Wire[]) => list.map((wire) => [wire.name, wire] as const);
const ids = (messages: Message[]) => messages.map(({ id }) => id);
const lines = (messages: Message[]) => messages.map(({ user, text }) => `${user}: ${text}`);
const count = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n);

/** How long an action takes, in milliseconds. */
async function durationOf(action: () => Promise<unknown>): Promise<number> {
  const before = performance.now();
  await action();
  return performance.now() - before;
}

/** The cursor of a client that has missed this many of the newest messages. */
function cursorMissing(log: Log, missed: number): string {
  return log.cursorAt(Number(log.cursor.split(".")[1]) - missed);
}

/** The longest text that is allowed: 2,000 characters, 8,000 bytes. */
const longestText = "😀".repeat(2_000);

/** A log of 1,000 messages of the longest text: 8 MB, more than the network buffers. */
async function makeFullLog(): Promise<Log> {
  const log = new Log();
  for (let n = 0; n < 1_000; n++) await log.add({ user: "Ada", text: longestText });
  return log;
}
const fullLog = makeFullLog();

describe.each(byName(wires))("%s", (_name, wire) => {
  describe("reading", () => {
    it("sends a newcomer what was said before", async () => {
      const { log, join } = await open(wire);
      await log.add({ user: "Ada", text: "one" });
      await log.add({ user: "Bob", text: "two" });
      const cyd = await join();
      expect(await cyd.next()).toEqual({
        msg: [
          { id: 1, user: "Ada", text: "one", time: expect.any(Number) },
          { id: 2, user: "Bob", text: "two", time: expect.any(Number) },
        ],
        cursor: log.since("").cursor,
        you: {},
        rooms: [{ room: "lobby", last: 2, from: 1 }],
      });
    });

    it.each([[undefined], [""]])("sends a newcomer (since: %j) an empty list when the log is empty", async (since) => {
      const { log, join } = await open(wire);
      const ada = await join({ since });
      expect(await ada.next()).toEqual({
        msg: [],
        cursor: log.since("").cursor,
        you: {},
        rooms: [{ room: "lobby", last: 0, from: 1 }],
      });
    });

    it("sends a newcomer the newest 200 messages", async () => {
      const { log, join } = await open(wire);
      for (let n = 1; n <= 201; n++) void log.add({ user: "Ada", text: String(n) });
      const bob = await join();
      expect(ids((await bob.next()).msg)).toEqual(count(2, 201));
    });

    it("sends each message to all clients, the author included, once and in order", async () => {
      const { join } = await open(wire);
      const [ada, bob, cyd] = await Promise.all([join(), join(), join()]);
      await ada.says("hello");
      await bob.says("hi", "Bob");
      await cyd.says("good morning", "Cyd");
      for (const person of [ada, bob, cyd]) {
        expect(lines(await person.receives(3))).toEqual(["Ada: hello", "Bob: hi", "Cyd: good morning"]);
        expect(ids(person.received)).toEqual([1, 2, 3]);
      }
    });

    it("sends a client that joins while others post every message, once and in order", async () => {
      limits.first = limits.kept = 100_000;
      const { log, join } = await open(wire);
      const people: Person[] = [];
      for (let n = 0; n < 5; n++) void join().then((person) => people.push(person));
      let posted = 0;
      while (people.length < 5 || posted % 100 > 0) {
        void log.add({ user: "Ada", text: String(++posted) });
        await nextTurn();
      }
      for (const person of people) {
        await vi.waitFor(() => expect(person.received.at(-1)?.id).toBe(posted), waiting);
        expect(ids(person.received)).toEqual(count(1, posted));
      }
    });

    it("does not change a text: markup, line breaks, any language", async () => {
      const { join } = await open(wire);
      const ada = await join();
      const texts = [
        "<b>hello</b>",
        "one\ntwo\r\n\ndata: three",
        "مهدی\u200Cزاده",
        "👩\u200D👧 \u2028 \u0000 é",
        '"\\u0041',
      ];
      for (const text of texts) await ada.says(text);
      expect((await ada.receives(texts.length)).map(({ text }) => text)).toEqual(texts);
    });

    it("sends a returning client only what it missed", async () => {
      const { log, join } = await open(wire);
      const ada = await join();
      await ada.says("one");
      await ada.receives(1);
      ada.leave();
      await log.add({ user: "Bob", text: "two" });
      await log.add({ user: "Bob", text: "three" });
      const again = await join({ since: ada.cursor });
      expect(await again.next()).toMatchObject({ msg: [{ id: 2 }, { id: 3 }], cursor: log.since("").cursor });
      await again.says("four");
      expect(ids(await again.receives(1))).toEqual([4]);
    });

    it("sends a returning client an empty update when it missed nothing", async () => {
      const { log, join } = await open(wire);
      await log.add({ user: "Ada", text: "one" });
      const { cursor } = log.since("");
      expect(await (await join({ since: cursor })).next()).toEqual({ msg: [], cursor });
    });

    it("catches up with 1,000 messages of the longest text, uncut", async () => {
      const log = await fullLog;
      const { join } = await open(wire, { log });
      const ada = await join({ since: cursorMissing(log, 1_000) });
      await ada.receives(1_000); // in several updates
      const newest = Number(log.cursor.split(".")[1]);
      expect(ids(ada.received)).toEqual(count(newest - 999, newest));
      expect(ada.received.every(({ text }) => text === longestText)).toBe(true);
    });

    it("answers a cursor of another log with reset: new-log", async () => {
      const another = new Log();
      await another.add({ user: "Ada", text: "elsewhere" });
      const { log, join } = await open(wire);
      await log.add({ user: "Ada", text: "here" });
      const bob = await join({ since: another.since("").cursor });
      expect(await bob.next()).toMatchObject({
        reset: "new-log",
        msg: [{ text: "here" }],
        cursor: log.since("").cursor,
      });
    });

    it("begins the room anew for a cursor older than its kept messages", async () => {
      Object.assign(limits, { kept: 10, first: 5 });
      const { log, join } = await open(wire);
      for (let n = 1; n <= 21; n++) await log.add({ user: "Ada", text: String(n) });
      const bob = await join({ since: cursorMissing(log, 11) });
      const update = await bob.next();
      expect(update).toMatchObject({ rooms: [{ room: "lobby", last: 21, from: 17 }], cursor: log.since("").cursor });
      expect(update.reset).toBeUndefined();
      expect(ids(update.msg)).toEqual(count(17, 21));
      const cyd = await join({ since: cursorMissing(log, 10) });
      expect(ids((await cyd.next()).msg)).toEqual(count(12, 21));
    });

    it("answers a cursor that is repeated, from the future or garbage with reset: new-log", async () => {
      const { log, join } = await open(wire);
      await log.add({ user: "Ada", text: "hello" });
      const { cursor } = log.since("");
      const garbage = [[cursor, cursor], cursorMissing(log, -1), `${cursor}0`, "x", "😀", "%", "x".repeat(4_000)];
      for (const since of garbage) {
        const bob = await join({ since });
        expect(await bob.next()).toMatchObject({ reset: "new-log", msg: [{ text: "hello" }], cursor });
        bob.leave();
      }
    });

    it(`continues from ${wire.continuesFrom} when a client sends two cursors`, async () => {
      const { log, join } = await open(wire);
      for (const text of ["one", "two", "three"]) await log.add({ user: "Ada", text });
      const cursors = { since: cursorMissing(log, 1), "Last-Event-ID": cursorMissing(log, 2) };
      const ada = await join({ since: cursors.since, headers: { "Last-Event-ID": cursors["Last-Event-ID"] } });
      expect(await ada.next()).toEqual(log.since(cursors[wire.continuesFrom]));
    });

    it("sends an empty update after silence (the heartbeat), with the cursor of the last message", async () => {
      limits.heartbeat = 50;
      const { log, join } = await open(wire);
      await log.add({ user: "Ada", text: "hello" });
      const bob = await join();
      const { cursor } = await bob.next();
      expect(await bob.next()).toEqual({ msg: [], cursor });
      expect(await bob.next()).toEqual({ msg: [], cursor });
    });
  });

  describe("posting", () => {
    it("answers a draft with the accepted message", async () => {
      const { join } = await open(wire);
      const ada = await join();
      const draftId = randomUUID();
      expect(await ada.post({ user: " Ada ", text: "hello\n", draftId })).toEqual({
        message: { id: 1, user: "Ada", text: "hello", draftId, time: expect.any(Number) },
        ...(wire.status.accepted && { status: wire.status.accepted }),
      });
    });

    it("recognises a repeated draft: the answer is the same message, and it is sent to clients once", async () => {
      const { join } = await open(wire);
      const [ada, bob] = [await join(), await join()];
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
      expect(lines(await bob.receives(2))).toEqual(["Ada: hello", "Ada: that was all"]);
    });

    it("refuses a draft whose id was used for another text, name or room, and says why", async () => {
      const { log, join } = await open(wire);
      const ada = await join();
      const draft = { user: "Ada", text: "hello", draftId: randomUUID() };
      await ada.post(draft);
      for (const change of [{ text: "goodbye" }, { user: "Bob" }]) {
        const { error, status } = await ada.post({ ...draft, ...change });
        expect(error).toBe("This draft id was already used for another text, name or room.");
        expect(status).toBe(wire.status.conflict);
      }
      expect(lines(log.since("").msg)).toEqual(["Ada: hello"]);
    });

    const invalidDrafts: [what: string, draft: unknown][] = [
      ["an empty text", { user: "Ada", text: "" }],
      ["a text of whitespace", { user: "Ada", text: " \n " }],
      ["2,001 characters", { user: "Ada", text: "x".repeat(2_001) }],
      ["half an emoji", { user: "Ada", text: "\uD83D" }],
      ["a text that is a number", { user: "Ada", text: 1 }],
      ["no text", { user: "Ada" }],
      ["no name", { text: "hello" }],
      ["a name of whitespace", { user: "  ", text: "hello" }],
      ["a name of 33 characters", { user: "x".repeat(33), text: "hello" }],
      ["a name with a right-to-left override", { user: "Ada\u202E", text: "hello" }],
      ["half an emoji for a name", { user: "\uDE00", text: "hello" }],
      ["a name that is a list", { user: ["Ada"], text: "hello" }],
      ["an id that is not a UUID", { user: "Ada", text: "hello", draftId: "1" }],
      ["a list", [{ user: "Ada", text: "hello" }]],
      ["a string", "hello"],
      ["a number", 7],
      ["null", null],
      ["true", true],
      ["an empty object", {}],
      ["its own prototype", JSON.parse('{"__proto__":{"user":"Ada","text":"hello"}}')],
    ];
    it("refuses an invalid draft, says why, and sends it to nobody", async () => {
      const { join } = await open(wire);
      const [ada, bob] = [await join(), await join()];
      for (const [what, draft] of invalidDrafts) {
        const { error, status, message } = await ada.post(draft);
        expect(message, what).toBeUndefined();
        expect(error, what).toMatch(/^[A-Z][^\n]+\.$/);
        expect(status, what).toBe(wire.status.refused);
      }
      await ada.says("that was all");
      expect(lines(await bob.receives(1))).toEqual(["Ada: that was all"]);
      expect(ids(bob.received)).toEqual([1]);
    });

    it(`${wire.refusalHasDraftId ? "returns" : "need not return"} the id of a refused draft`, async () => {
      const { join } = await open(wire);
      const ada = await join();
      const draftId = randomUUID();
      const refused = await ada.post({ user: "Ada", text: "", draftId });
      expect(refused.draftId).toBe(wire.refusalHasDraftId ? draftId : undefined);
    });

    it(`${wire.refusalHasDraftId ? "returns" : "need not return"} the id of a draft whose id was used before`, async () => {
      const { join } = await open(wire);
      const ada = await join();
      const draftId = randomUUID();
      await ada.post({ user: "Ada", text: "hello", draftId });
      const refused = await ada.post({ user: "Ada", text: "goodbye", draftId });
      expect(refused.draftId).toBe(wire.refusalHasDraftId ? draftId : undefined);
    });

    it("accepts the longest draft, with every character escaped", async () => {
      const { join } = await open(wire);
      const ada = await join();
      const text = "\u0001".repeat(2_000); // six characters each, in JSON
      expect(await ada.says(text)).toMatchObject({ text });
    });

    it("refuses a draft larger than 32 KiB, and other clients continue", async () => {
      const { join } = await open(wire);
      const [ada, bob] = [await join(), await join()];
      expect(await ada.post({ user: "Ada", text: "x".repeat(33 * 1024) })).toMatchObject(wire.oversized);
      await bob.says("still here", "Bob");
      expect(lines(await bob.receives(1))).toEqual(["Bob: still here"]);
    });

    it.each(wire.refusals.map((refused) => [refused.for, refused.status, refused] as const))(
      "answers %s with %i and an error message",
      async (_what, status, { request, headers = {} }) => {
        const server = await open(wire);
        const response = await server.request(request);
        expect(response.status).toBe(status);
        expect(response.headers).toMatchObject(headers);
        expect(JSON.parse(response.text)).toEqual({ error: expect.stringMatching(/^[^\n]+$/) });
        expect(response.text).not.toMatch(/\bat .*:\d+/); // no stack trace
        expect(server.log.since("").msg).toEqual([]);
      },
    );
  });

  describe("admission", () => {
    const portOf = (host: string) => host.split(":").at(-1);
    const otherScheme = wire.scheme === "http" ? "https" : "http";

    it("admits a request without an Origin, or with one of our origins, at every endpoint", async () => {
      const server = await open(wire);
      for (const { request, status } of wire.endpoints) {
        const ours = ["localhost", "127.0.0.1", "[::1]"].map((name) => `${name}:${server.port}`);
        for (const Host of ours)
          for (const headers of [{ Host }, ...ours.map((name) => ({ Host, Origin: `${wire.scheme}://${name}` }))]) {
            const response = await server.request({ ...request, headers: { ...request.headers, ...headers } });
            expect(response.status, JSON.stringify({ ...request, headers })).toBe(status);
          }
      }
    });

    const foreign: [what: string, headers: (ours: string) => Record<string, string>][] = [
      ["another site", () => ({ Origin: "https://evil.example" })],
      ["a sandboxed frame or a file", () => ({ Origin: "null" })],
      ["an empty Origin", () => ({ Origin: "" })],
      [
        "another port of this machine",
        (ours) => ({ Origin: `${wire.scheme}://localhost:${Number(portOf(ours)) - 1}` }),
      ],
      ["the default port of this machine", () => ({ Origin: `${wire.scheme}://localhost` })],
      ["another scheme", (ours) => ({ Origin: `${otherScheme}://${ours}` })],
      ["a site whose name begins with ours", (ours) => ({ Origin: `${wire.scheme}://${ours}.evil.example` })],
      ["a site whose name ends with ours", (ours) => ({ Origin: `${wire.scheme}://evil.${ours}` })],
      ["two Origins", (ours) => ({ Origin: `${wire.scheme}://${ours}, https://evil.example` })],
      ["a rebound DNS name", (ours) => ({ Host: `evil.example:${portOf(ours)}` })],
      [
        "a rebound DNS name and its Origin",
        (ours) => ({ Host: `evil.example:${portOf(ours)}`, Origin: `${wire.scheme}://evil.example:${portOf(ours)}` }),
      ],
      ["a Host with another port", () => ({ Host: "localhost:1" })],
      ["a Host without a port", () => ({ Host: "localhost" })],
      ["the public origin of another server", () => ({ Origin: "https://chat.example.org" })],
    ];
    it.each(foreign)("refuses %s at every endpoint, with 403 and an error message", async (_what, headersFor) => {
      const server = await open(wire);
      for (const { request } of wire.endpoints) {
        const headers = headersFor(`localhost:${server.port}`);
        const response = await server.request({ ...request, headers: { ...request.headers, ...headers } });
        expect(response.status, JSON.stringify(request)).toBe(403);
        if (request.method !== "HEAD" && response.text)
          expect(JSON.parse(response.text)).toEqual({ error: expect.stringMatching(/\.$/) });
      }
      expect(server.log.since("").msg).toEqual([]);
    });

    it("compares the Host without its case", async () => {
      const server = await open(wire);
      for (const { request, status } of wire.endpoints) {
        const headers = { ...request.headers, Host: `LocalHost:${server.port}` };
        expect((await server.request({ ...request, headers })).status).toBe(status);
      }
    });

    it("refuses to let a page of another site join", async () => {
      const { join } = await open(wire);
      await expect(join({ headers: { Origin: "https://evil.example" } })).rejects.toMatchObject({ status: 403 });
    });

    it("admits the public origin, whether the proxy keeps the Host or replaces it", async () => {
      const publicOrigin = "https://chat.example.org";
      const server = await open(wire, { publicOrigin });
      for (const { request, status } of wire.endpoints) {
        const ask = (headers: Record<string, string>) =>
          server.request({ ...request, headers: { ...request.headers, ...headers } });
        expect((await ask({ Origin: publicOrigin })).status).toBe(status);
        expect((await ask({ Origin: publicOrigin, Host: "chat.example.org" })).status).toBe(status);
        expect((await ask({ Origin: "http://chat.example.org", Host: "chat.example.org" })).status).toBe(403);
        expect((await ask({ Origin: "https://evil.example", Host: "chat.example.org" })).status).toBe(403);
      }
    });
  });

  describe("stopping and restarting", () => {
    it("stops at once with clients connected, and closes their connections", async () => {
      const { port, stop, join } = await open(wire);
      const ada = await join();
      const bob = await join();
      await ada.says("bye");
      await bob.receives(1);
      const before = performance.now();
      await stop();
      expect(performance.now() - before).toBeLessThan(limits.grace);
      expect(await ada.ended).toMatch(wire.endOnShutdown);
      expect(await bob.ended).toMatch(wire.endOnShutdown);
      await expect(joinWire(wire, port)).rejects.toThrow();
    });

    it("keeps no connection of an upgrade that it refused", async () => {
      const { port, stop } = await open(wire);
      const upgrade = `GET /nope HTTP/1.1\r\nHost: evil.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`;
      await sendRaw(port, `${upgrade}and some more bytes`);
      expect(await durationOf(stop)).toBeLessThan(limits.grace / 2);
    });

    it("clears every interval that it has set", async () => {
      const [set, clear] = [vi.spyOn(globalThis, "setInterval"), vi.spyOn(globalThis, "clearInterval")];
      const { join, stop } = await open(wire);
      const ada = await join();
      await ada.next();
      const intervals = set.mock.results.map(({ value }) => value as unknown);
      await stop();
      const cleared = clear.mock.calls.map(([interval]) => interval as unknown);
      for (const interval of intervals) expect(cleared).toContain(interval);
    });

    it("stops after the grace period when a client does not close its connection", async () => {
      limits.grace = 200;
      const { port, stop, join } = await open(wire);
      const idle = net.connect(port, "127.0.0.1");
      idle.on("error", () => {});
      await once(idle, "connect");
      const half = net.connect(port, "127.0.0.1");
      half.on("error", () => {});
      half.write("POST /msgs HTTP/1.1\r\nHost: localhost\r\nContent-");
      const bob = await join();
      await bob.next();
      bob.pause();
      const before = performance.now();
      await stop();
      expect(performance.now() - before).toBeLessThan(limits.grace + 1_000);
      bob.resume();
      idle.destroy();
      half.destroy();
    });

    it("takes reconnecting clients back after a restart, and they miss nothing", async () => {
      const port = await freePort(); // still free after the stop
      const before = await open(wire, { port });
      const { log } = before;
      const bob = await before.join({ reconnects: true });
      await log.add({ user: "Ada", text: "one" });
      await bob.receives(1);
      await before.stop();
      await log.add({ user: "Ada", text: "two" });
      await open(wire, { log, port });
      await log.add({ user: "Ada", text: "three" });
      expect(lines(await bob.receives(2))).toEqual(["Ada: two", "Ada: three"]);
      await log.add({ user: "Ada", text: "four" });
      await bob.receives(1);
      expect(ids(bob.received)).toEqual([1, 2, 3, 4]);
    });

    it("tells a client that reconnects to a new log with reset: new-log", async () => {
      const port = await freePort(); // still free after the stop
      const before = await open(wire, { port });
      const bob = await before.join({ reconnects: true });
      const ada = await before.join();
      await ada.says("before");
      await bob.receives(1);
      await before.stop();
      const log = new Log();
      await log.add({ user: "Ada", text: "after" });
      await open(wire, { log, port });
      let update: Update;
      do update = await bob.next();
      while (!update.reset);
      expect(update).toMatchObject({ reset: "new-log", msg: [{ id: 1, text: "after" }] });
    });
  });

  describe("the page", () => {
    it("is never taken from the browser's cache without asking, and does not bind localhost to HTTPS", async () => {
      const server = await open(wire);
      for (const path of ["/", "/style.css", "/client.js"]) {
        const { status, headers } = await server.request({ method: "GET", path });
        expect(status).toBe(200);
        expect(headers["cache-control"], path).toBe("no-cache");
        expect(headers["strict-transport-security"], path).toBeUndefined();
      }
    });
  });

  describe("an unexpected error", () => {
    it("is answered in words without a stack trace, and the server goes on", async () => {
      const printed = vi.spyOn(console, "error").mockImplementation(() => {});
      const { log, join } = await open(wire);
      const ada = await join();
      const add = vi.spyOn(log, "add").mockRejectedValue(new Error("secret"));
      const { error, message, status } = await ada.post({ user: "Ada", text: "hello" });
      expect(message).toBeUndefined();
      expect(error).toBe("Something went wrong on the server. Please try again.");
      if (status !== undefined) expect(status).toBe(500);
      expect(printed).toHaveBeenCalledOnce(); // the operator reads the reason
      add.mockRestore();
      await ada.says("hello");
    });
  });

  describe("garbage", () => {
    const handshake = (path: string, port: number) =>
      `GET ${path} HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
    const noise = randomBytes(4_096);
    const inputs = (port: number): (string | Buffer)[] => [
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

    it("does not end the server or disturb other clients", async () => {
      const consoleError = vi.spyOn(console, "error").mockImplementation(() => {});
      const { port, join } = await open(wire);
      const ada = await join();
      const answers = await Promise.all(inputs(port).map((bytes) => sendRaw(port, bytes)));
      expect(answers.join("")).not.toMatch(/\bat .*:\d+:\d+/); // no stack trace
      await ada.says("still here");
      expect(lines(await ada.receives(1))).toEqual(["Ada: still here"]);
      expect(lines((await (await join()).next()).msg)).toEqual(["Ada: still here"]);
      expect(consoleError.mock.calls).toEqual([]); // a client cannot fill our console
    });
  });
});

describe.each(byName(wires.filter(({ endWhenCut }) => endWhenCut)))("a slow consumer of %s", (_name, wire) => {
  it("is cut when its backlog is full, while others are not, and its cursor repairs the gap", async () => {
    Object.assign(limits, { backlog: 256 * 1024, kept: 5_000 });
    const { log, join } = await open(wire);
    const [ada, bob] = [await join(), await join()];
    await bob.next();
    bob.pause();
    const posted = 1_000; // 8 MB, more than the network buffers
    for (let n = 0; n < posted; n += 10) {
      for (let m = 0; m < 10; m++) void log.add({ user: "Cyd", text: longestText });
      await ada.receives(10); // Ada keeps up
    }
    expect(ids(ada.received)).toEqual(count(1, posted));

    bob.resume();
    const how = await bob.receives(posted).then(
      () => "He was not cut.",
      () => bob.ended,
    );
    expect(how).toMatch(wire.endWhenCut!);
    const again = await join({ since: bob.cursor });
    await again.receives(posted - bob.received.length);
    expect(ids([...bob.received, ...again.received])).toEqual(count(1, posted));
  });

  it("is not cut for the size of its first update", async () => {
    limits.backlog = 64 * 1024;
    const log = await fullLog;
    const { join } = await open(wire, { log });
    const { cursor } = log;
    const bob = await join({ since: cursorMissing(log, 1_000) });
    for (let n = 0; n < 10; n++) {
      void log.add({ user: "Ada", text: "short" }); // while megabytes are still queued
      await nextTurn();
    }
    await bob.receives(1_010);
    expect(ids(bob.received)).toEqual(count(bob.received[0]!.id, bob.received[0]!.id + 1_009));
    expect(bob.received.slice(1_000)).toEqual(log.since(cursor).msg);
  });
});

describe.each(byName(wires.filter(({ freeze }) => freeze)))("a silent peer of %s", (_name, wire) => {
  it("is cut when it does not answer a ping, and a peer that answers stays connected", async () => {
    Object.assign(limits, { ping: 200, pong: 1_500 }); // where the machine is busy, a pong may take a while, too
    const { port, join } = await open(wire);
    const ada = await join();
    for (let n = 0; n < 2; n++) {
      const before = performance.now();
      const code = await closeCode(await wire.freeze!(port));
      expect([1005, 1006]).toContain(code);
      const lived = performance.now() - before;
      expect(lived).toBeGreaterThan(limits.pong - 1); // the peer has this long to answer
      expect(lived).toBeLessThan(10_000); // less than the pong alone in production
    }
    await ada.says("still here");
    expect(lines(await ada.receives(1))).toEqual(["Ada: still here"]);
  });
});

describe.each(byName(wires.filter(({ freeze }) => freeze)))("a refused upgrade of %s", (_name, wire) => {
  it("closes the socket of a refused upgrade, although the client keeps its side open", async () => {
    const { port, stop } = await open(wire);
    const client = net.connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    client.on("error", () => {}).resume();
    const { path } = wire.endpoints.find(({ request }) => request.upgrade)!.request;
    client.write(`GET ${path} HTTP/1.1\r\nHost: evil.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
    await new Promise((resolve) => client.on("end", resolve).on("close", resolve));
    limits.grace = 10_000;
    expect(await durationOf(stop)).toBeLessThan(limits.grace / 2);
    client.destroy();
  });
});

describe("all four on one log", () => {
  it("send the same messages to all clients, once and in the same order, on any wire", async () => {
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
      await vi.waitFor(() => expect(person.received.length).toBeGreaterThanOrEqual(40), waiting);
      expect(person.received).toEqual(all);
    }
  });

  it("recognise a draft that was already sent on another wire", async () => {
    const log = new Log();
    const people = await Promise.all(wires.map(async (wire) => (await open(wire, { log })).join()));
    const draft = { user: "Ada", text: "hello", draftId: randomUUID() };
    for (const person of people) expect((await person.post(draft)).message).toMatchObject({ id: 1, ...draft });
    expect(log.since("").msg).toHaveLength(1);
  });

  it("stop one by one, and the others continue", async () => {
    const log = new Log();
    const servers = await Promise.all(wires.map((wire) => open(wire, { log })));
    const last = await servers.at(-1)!.join();
    for (const { stop } of servers.slice(0, -1)) await stop();
    await last.says("still here");
    expect(lines(await last.receives(1))).toEqual(["Ada: still here"]);
  });
});

const [polling, http2Push, rawWebsockets, socketIo] = wires as [Wire, Wire, Wire, Wire];

describe("polling", () => {
  it("answers 204 without a body when nothing is new, and 200 to a newcomer, even when the log is empty", async () => {
    const { log, request } = await open(polling);
    expect(await request({ method: "GET", path: "/msgs" })).toMatchObject({
      status: 200,
      headers: { "cache-control": "no-store" },
    });
    expect(await request({ method: "GET", path: "/msgs?since=" })).toMatchObject({ status: 200 });
    const path = `/msgs?since=${log.since("").cursor}`;
    expect(await request({ method: "GET", path })).toMatchObject({ status: 204, text: "" });
    await log.add({ user: "Ada", text: "hello" });
    expect(await request({ method: "GET", path })).toMatchObject({ status: 200 });
  });

  it("keeps a connection open for longer than the pause between two polls", async () => {
    const { request } = await open(polling);
    const { headers } = await request({ method: "GET", path: "/msgs", headers: { Connection: "keep-alive" } });
    expect(headers["keep-alive"]).toBe(`timeout=${limits.idle / 1_000}`);
  });

  it("answers HEAD without a body", async () => {
    const { request } = await open(polling);
    expect(await request({ method: "HEAD", path: "/msgs" })).toMatchObject({ status: 200, text: "" });
  });

  it("answers one request at a time per connection, so unread answers cannot fill the memory", async () => {
    const { port } = await open(polling);
    const ask = (last = "") => `GET /msgs HTTP/1.1\r\nHost: localhost:${port}\r\n${last}\r\n`;
    const answers = await sendRaw(port, ask() + ask() + ask("Connection: close\r\n"));
    expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 200", "HTTP/1.1 429", "HTTP/1.1 429"]);
  });

  it("closes a connection on which nothing moves", async () => {
    limits.idle = 50;
    const { port } = await open(polling);
    const silent = net.connect(port, "127.0.0.1", () => silent.write("GET /msgs HTTP/1.1\r\n"));
    silent.on("error", () => {}).resume();
    await once(silent, "close");
  });

  it("answers the next request on a connection after a body that was too large", { timeout: 5_000 }, async () => {
    const { port } = await open(polling);
    const chunk = `${(1024).toString(16)}\r\n${"x".repeat(1024)}\r\n`;
    const answers = await sendRaw(
      port,
      `POST /msgs HTTP/1.1\r\nHost: localhost:${port}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n` +
        `${chunk.repeat(100)}0\r\n\r\n` +
        `GET /msgs HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: close\r\n\r\n`,
    );
    expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 413", "HTTP/1.1 200"]);
  });
});

describe("http2-push", () => {
  it("answers with an event stream that no proxy may buffer or cache", async () => {
    const { log, port } = await open(http2Push);
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
    let received = "";
    stream.on("data", (chunk: string) => (received += chunk));
    await vi.waitFor(() => expect(received.split("\n\n")).toHaveLength(3), waiting);
    const update = log.since("");
    expect(received).toMatch(/^retry: \d+\n\n/);
    expect(received).toContain(`event: msg:get\nid: ${update.cursor}\ndata: ${JSON.stringify(update)}\n\n`);
    hangUp(session);
  });

  it("gives each connection its own retry time, with jitter", async () => {
    const { port } = await open(http2Push);
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

  it("believes :authority and not a Host header beside it", async () => {
    const { port } = await open(http2Push);
    const session = http2.connect(`https://localhost:${port}`, trusting);
    const ask = async (authority: string, host: string) => {
      const stream = session.request({ ":path": "/", ":authority": authority, host }).resume();
      const [headers] = await once(stream, "response");
      return headers[":status"] as number;
    };
    expect(await ask(`evil.example:${port}`, `localhost:${port}`)).toBe(403);
    expect(await ask(`localhost:${port}`, `evil.example:${port}`)).toBe(200);
    hangUp(session);
  });

  it("limits the streams of a session", async () => {
    const { port } = await open(http2Push);
    const session = http2.connect(`https://localhost:${port}`, trusting);
    const [settings] = (await once(session, "remoteSettings")) as [http2.Settings];
    expect(settings.maxConcurrentStreams).toBe(100);
    hangUp(session);
  });

  it("closes a session on which nothing but our pings moves", async () => {
    Object.assign(limits, { idle: 400, ping: 100 });
    const { port } = await open(http2Push);
    const session = http2.connect(`https://localhost:${port}`, trusting);
    session.on("error", () => {});
    await once(session, "close");
  });

  it("does not ping a session that is destroyed, and closes its socket if that is still open", async () => {
    Object.assign(limits, { ping: 20, pong: 100 });
    const closing = new AbortController();
    const server = await serveStreams(chatOf({ log: new Log(), closing: closing.signal }));
    const opened = once(server, "session");
    const { port, stop } = await listen(server, closing, 0);
    cleanUp.push(stop);
    const client = http2.connect(`https://localhost:${port}`, trusting);
    client.on("error", () => {});
    const [session] = (await opened) as [http2.ServerHttp2Session];
    const ping = vi.spyOn(session, "ping");
    await vi.waitFor(() => expect(ping).toHaveBeenCalled(), waiting);
    vi.spyOn(session, "destroyed", "get").mockReturnValue(true);
    ping.mockClear();
    await once(client, "close");
    expect(ping).not.toHaveBeenCalled();
  });

  it("forgets a listener whose stream is closed", async () => {
    const log = new Log();
    const closing = new AbortController();
    const server = await serveStreams(chatOf({ log, closing: closing.signal }));
    const streams: http2.ServerHttp2Stream[] = [];
    server.on("stream", (stream: http2.ServerHttp2Stream) => streams.push(stream));
    const { port, stop } = await listen(server, closing, 0);
    cleanUp.push(stop);
    const ada = await joinWire(http2Push, port);
    await ada.next();
    const write = vi.spyOn(streams[0]!, "write");
    await log.add({ user: "Bob", text: "one" });
    await ada.receives(1);
    expect(write).toHaveBeenCalledOnce();
    const closed = once(streams[0]!, "close");
    ada.leave();
    await closed;
    await log.add({ user: "Bob", text: "two" });
    await nextTurn();
    expect(write).toHaveBeenCalledOnce();
  });

  it("ends the response to HEAD", async () => {
    const { request } = await open(http2Push);
    expect(await request({ method: "HEAD", path: "/msgs" })).toMatchObject({ status: 200, text: "" });
  });

  it("ends the response to HEAD over HTTP/1.1, too", async () => {
    const { port } = await open(http2Push);
    const response = await sendRaw(
      port,
      `HEAD /msgs HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: close\r\n\r\n`,
      trusting,
    );
    expect(response).toMatch(/^HTTP\/1\.1 200 [^]*\r\n\r\n$/);
  });

  it("closes a session without a stream with GOAWAY", async () => {
    const { port, stop } = await open(http2Push);
    const session = http2.connect(`https://localhost:${port}`, trusting);
    await once(session, "remoteSettings");
    const before = performance.now();
    await Promise.all([once(session, "goaway"), once(session, "close"), stop()]);
    expect(performance.now() - before).toBeLessThan(limits.grace);
  });

  it("reads a body without a Content-Length", async () => {
    const { log, request } = await open(http2Push);
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify({ user: "Ada", text: "hello" });
    expect(await request({ method: "POST", path: "/msgs", headers, body, chunked: true })).toMatchObject({
      status: 201,
    });
    expect(lines(log.since("").msg)).toEqual(["Ada: hello"]);
  });

  it("answers over HTTP/1.1 when a client does not know HTTP/2", async () => {
    const { log, port } = await open(http2Push);
    await log.add({ user: "Ada", text: "hello" });
    const request = `GET /style.css HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: close\r\n\r\n`;
    expect(await sendRaw(port, request, trusting)).toMatch(/^HTTP\/1\.1 200 /);
  });

  it("answers 505 to HTTP/2.0 sent as HTTP/1 text, and keeps running", async () => {
    const { port, join } = await open(http2Push);
    const response = await sendRaw(
      port,
      `GET / HTTP/2.0\r\nHost: localhost:${port}\r\nConnection: close\r\n\r\n`,
      trusting,
    );
    expect(response).toMatch(/^HTTP\/1\.1 505 /);
    await join();
  });

  it("closes a plain http:// connection at once, and keeps nothing of it", async () => {
    const { port, stop, join } = await open(http2Push);
    const body = "x".repeat(200_000);
    const request = `POST / HTTP/1.1\r\nHost: localhost:${port}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    expect(await sendRaw(port, request)).not.toContain("HTTP/1.1");
    await join();
    expect(await durationOf(stop)).toBeLessThan(limits.grace / 2);
  });

  it("closes a connection on which the client sends nothing", async () => {
    limits.idle = 50;
    const { port } = await open(http2Push);
    const silent = net.connect(port, "127.0.0.1");
    await once(silent, "close");
  });

  it("keeps running when a client sends garbage inside TLS", async () => {
    const { port, join } = await open(http2Push);
    const ada = await join();
    const preface = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    for (const protocol of ["h2", "http/1.1"])
      for (const bytes of [randomBytes(2_048), preface, Buffer.concat([preface, randomBytes(2_048)])])
        await sendRaw(port, bytes, { ...trusting, ALPNProtocols: [protocol] });
    await ada.says("still here");
    expect(lines(await ada.receives(1))).toEqual(["Ada: still here"]);
  });

  it("keeps running, and prints no error, when streams are reset as soon as they are opened", async () => {
    const consoleError = vi.spyOn(console, "error").mockImplementation(() => {});
    const { port, join } = await open(http2Push);
    const session = http2.connect(`https://localhost:${port}`, trusting);
    session.on("error", () => {});
    await once(session, "remoteSettings");
    for (let n = 0; n < 50; n++) {
      const stream = session.request({ ":path": "/msgs" });
      stream.on("error", () => {});
      stream.close(http2.constants.NGHTTP2_CANCEL);
    }
    const ada = await join();
    await ada.says("still here");
    expect(lines(await ada.receives(1))).toEqual(["Ada: still here"]);
    hangUp(session);
    expect(consoleError.mock.calls).toEqual([]);
  });
});

describe("raw-websockets", () => {
  it.each([
    ["a binary frame", Buffer.from('{"event":"msg:post","data":{"user":"Ada","text":"hello"}}'), true, 1003],
    ["a frame of more than 32 KiB", "x".repeat(33 * 1024), false, 1009],
    ["a text frame that is not valid UTF-8", Buffer.from([0x22, 0xff, 0x22]), false, 1007],
  ])("closes the connection after %s, with the code that says why", async (_what, frame, binary, code) => {
    const { log, port } = await open(rawWebsockets);
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
  ])("answers the frame %j with msg:error, and keeps the connection", async (frame) => {
    const { port } = await open(rawWebsockets);
    const frames: { event: string; data: { error?: string } }[] = [];
    const ada = await openSocket(port, "/msgs", { onFrame: (text) => frames.push(JSON.parse(text)) });
    ada.send(frame);
    await vi.waitFor(() => expect(frames).toHaveLength(2), waiting);
    expect(frames[1]).toEqual({ event: "msg:error", data: { error: expect.stringMatching(/\.$/) } });
    ada.send('{"event":"msg:post","data":{"user":"Ada","text":"hello"}}');
    await vi.waitFor(() => expect(frames.map(({ event }) => event)).toContain("msg:ack"), waiting);
    ada.terminate();
  });

  it("forgets a listener whose socket is closed", async () => {
    const { log, port } = await open(rawWebsockets);
    const send = vi.spyOn(WebSocket.prototype, "send");
    const ada = await openSocket(port, "/msgs");
    const broadcast = async () => {
      send.mockClear();
      await log.add({ user: "Bob", text: "hello" });
      await nextTurn();
      return send.mock.calls.length;
    };
    expect(await broadcast()).toBe(1);
    ada.terminate();
    await vi.waitFor(async () => expect(await broadcast()).toBe(0), waiting);
  });

  it("sends text frames", async () => {
    const { log, port } = await open(rawWebsockets);
    const binary: boolean[] = [];
    const ada = new WebSocket(`ws://127.0.0.1:${port}/msgs`);
    ada.on("message", (_data, isBinary) => binary.push(isBinary));
    await vi.waitUntil(() => binary.length === 1, waiting);
    await log.add({ user: "Bob", text: "hello" });
    await vi.waitUntil(() => binary.length === 2, waiting);
    expect(binary).toEqual([false, false]);
    ada.terminate();
  });

  it("sends nothing after its close frame", async () => {
    const { log, port } = await open(rawWebsockets);
    const frames: string[] = [];
    const ada = await openSocket(port, "/msgs", { onFrame: (frame) => frames.push(frame) });
    await vi.waitFor(() => expect(frames).toHaveLength(1), waiting);
    ada.send(Buffer.from("x"), { binary: true });
    await once(ada, "close");
    await log.add({ user: "Bob", text: "too late" });
    await nextTurn();
    expect(frames).toHaveLength(1);
  });

  it("does not compress frames, because that costs a chat six times the CPU time", async () => {
    const { port } = await open(rawWebsockets);
    const ada = await openSocket(port, "/msgs");
    expect(ada.extensions).toBe("");
    ada.terminate();
  });
});

describe("socket-io", () => {
  /** A plain Socket.IO client, as in the original course. */
  async function client(port: number, transports = ["websocket"]) {
    const socket = io(`http://127.0.0.1:${port}`, { forceNew: true, reconnection: false, transports });
    cleanUp.push(() => socket.disconnect());
    const received: Message[] = [];
    socket.on("msg:get", (data: Update) => received.push(...data.msg));
    await new Promise<void>((resolve) => socket.once("connect", resolve));
    return { socket, received };
  }

  it.each([[["polling", "websocket"]], [["websocket"]], [["polling"]]])(
    "serves a client of the original course, over %j",
    async (transports) => {
      const { log, port } = await open(socketIo);
      await log.add({ user: "Bob", text: "hi" });
      const { socket, received } = await client(port, transports);
      socket.emit("msg:post", { user: "Ada", text: "hello" });
      await vi.waitFor(() => expect(lines(received)).toEqual(["Bob: hi", "Ada: hello"]), waiting);
    },
  );

  it("survives posts without an acknowledgement, without a draft, and with only an acknowledgement", async () => {
    const { port, join } = await open(socketIo);
    const ada = await join();
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
    expect(lines(await ada.receives(1))).toEqual(["Ada: hello"]);
    expect(socket.connected).toBe(true);
  });

  it("refuses a null draft, and says why", async () => {
    const { port } = await open(socketIo);
    const { socket } = await client(port);
    expect(await socket.emitWithAck("msg:post", null)).toEqual({
      error: "A draft must be an object with a user and a text.",
    });
  });

  it("checks the Origin of every request, not only of the handshake", async () => {
    const { port, request } = await open(socketIo);
    const path = "/socket.io/?EIO=4&transport=polling";
    const { text } = await request({ method: "GET", path });
    const { sid } = JSON.parse(text.slice(1)) as { sid: string };
    const post = { method: "POST", path: `${path}&sid=${sid}`, body: "40" };
    const ask = (Origin: string) => request({ ...post, headers: { "Content-Type": "text/plain", Origin } });
    expect((await ask("https://evil.example")).status).toBe(403);
    expect((await ask(`http://localhost:${port}`)).status).toBe(200);
  });

  it("refuses a second CONNECT packet on one connection", async () => {
    const warnings = vi.spyOn(process, "emitWarning");
    const { port, join, request } = await open(socketIo);
    // Over HTTP, where many packets come at once. Of a WebSocket, the library itself closes the connection.
    const path = "/socket.io/?EIO=4&transport=polling";
    const { text } = await request({ method: "GET", path });
    const asked = { path: `${path}&sid=${JSON.parse(text.slice(1)).sid}`, headers: { "Content-Type": "text/plain" } };
    await request({ method: "POST", ...asked, body: Array(50).fill("40").join("\x1e") });
    const packets = (await request({ method: "GET", ...asked })).text.split("\x1e");
    expect(packets).toContain('44{"message":"You are already connected."}');
    const socket = await openSocket(port, "/socket.io/?EIO=4&transport=websocket");
    for (let n = 0; n < 50; n++) socket.send("40");
    await closeCode(socket);
    const ada = await join();
    await ada.says("still here");
    expect(warnings).not.toHaveBeenCalled();
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
    const { port, join } = await open(socketIo);
    const ada = await join();
    const raw = await openSocket(port, "/socket.io/?EIO=4&transport=websocket");
    raw.send("40");
    raw.send(packet);
    await ada.says("still here");
    expect(lines(await ada.receives(1))).toEqual(["Ada: still here"]);
    raw.terminate();
  });
});
