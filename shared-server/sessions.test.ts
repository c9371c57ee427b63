import { createHash } from "node:crypto";
import { getEventListeners } from "node:events";
import type { IncomingMessage } from "node:http";
import { describe, expect, it } from "vitest";
import { Log } from "../shared-chat/log.ts";
import { catchUp } from "./catch-up.ts";
import type { Setting } from "./chat-server.ts";
import { Sessions } from "./sessions.ts";

/** A request, as far as a session is concerned. */
const request = (cookie?: string, host = "localhost:3001", encrypted = false) =>
  ({ headers: { host, ...(cookie !== undefined && { cookie }) }, socket: { encrypted } }) as unknown as IncomingMessage;

async function open(setting: Partial<Setting> = {}) {
  const log = new Log();
  const closing = new AbortController();
  const sessions = new Sessions({ log, closing: closing.signal, ...setting });
  const ada = await log.people.create("Ada", "secret");
  const signIn = async (req = request()) => (await sessions.begin(req, ada)).split(";")[0]!;
  return { log, closing, sessions, ada, signIn };
}

describe("a reader", () => {
  it("is the same for all connections of a session, until a right changes", async () => {
    const { log, sessions, ada, signIn } = await open();
    const cookie = await signIn();
    const [one, other] = [sessions.reader(request(cookie)), sessions.reader(request(cookie))];
    expect(other).toBe(one);
    expect(one).toMatchObject({ name: "Ada", topics: ["lobby", "@ada"] });
    let atGoodbye = one;
    one.until.addEventListener("abort", () => (atGoodbye = sessions.reader(request(cookie))));
    await log.people.join(ada, "garden");
    expect(one.until.aborted).toBe(true);
    expect(atGoodbye).toMatchObject({ topics: ["lobby", "garden", "@ada"], until: { aborted: false } });
  });

  it("of every server that shares the log is hung up on", async () => {
    const { log, closing, sessions, signIn } = await open();
    const second = new Sessions({ log, closing: closing.signal });
    const cookie = await signIn();
    const readers = [sessions, second].map((each) => each.reader(request(cookie)));
    await second.end(request(cookie), "You signed out.");
    expect(readers.map(({ until }) => until.aborted)).toEqual([true, true]);
    expect(sessions.reader(request(cookie))).toMatchObject({ ended: "You signed out.", topics: ["lobby"] });
  });

  it("whose session becomes known only now, because another machine has begun it, comes back", async () => {
    const { log, sessions, ada } = await open();
    const early = sessions.reader(request("chat-3001=token"));
    expect(early.ended).toBe("Your session is over. Please sign in again.");
    await log.people.signIn(ada, createHash("sha256").update("token").digest("base64url"));
    expect(early.until.aborted).toBe(true);
    expect(sessions.reader(request("chat-3001=token")).name).toBe("Ada");
  });

  it("is hung up on when the server stops, with an account, without, or with a session that is not known", async () => {
    const { closing, sessions, signIn } = await open();
    const cookies = [await signIn(), undefined, "chat-3001=unknown"];
    const readers = cookies.map((cookie) => sessions.reader(request(cookie)));
    closing.abort();
    expect(readers.map(({ until }) => until.aborted)).toEqual([true, true, true]);
  });

  it("leaves nothing behind when a connection is gone", async () => {
    const { log, closing, sessions, signIn } = await open();
    const cookie = await signIn();
    const readers = [sessions.reader(request(cookie)), sessions.reader(request())];
    const connect = () => {
      for (const reader of readers) {
        const nothing = () => {};
        catchUp(log, "", reader, { send: nothing, listen: nothing, goodbye: nothing, hangUp: nothing })();
      }
    };
    connect();
    const listeners = () =>
      [...readers.map(({ until }) => until), closing.signal].map((signal) => getEventListeners(signal, "abort").length);
    const before = listeners();
    for (let n = 0; n < 100; n++) connect();
    expect(listeners()).toEqual(before);
  });

  it("who said goodbye is not said goodbye to again", async () => {
    const { log, sessions, signIn } = await open();
    const req = request(await signIn());
    const said: string[] = [];
    const connect = (name: string) =>
      catchUp(log, "", sessions.reader(req), {
        send: () => {},
        listen: () => {},
        goodbye: () => said.push(name),
        hangUp: () => {},
      });
    connect("one")();
    connect("two");
    await sessions.end(req, "You signed out.");
    expect(said).toEqual(["two"]);
  });
});

describe("the cookie", () => {
  const attributes = async (setting: Partial<Setting>, host: string, encrypted: boolean) => {
    const { sessions, ada } = await open(setting);
    return (await sessions.begin(request(undefined, host, encrypted), ada)).replace(/=[^;]*/, "=TOKEN");
  };
  const publicOrigin = "https://chat.example.org";

  it.each([
    ["http", {}, "localhost:3001", false, "chat-3001=TOKEN; Path=/; HttpOnly; SameSite=Strict"],
    ["http on the default port", {}, "LOCALHOST", false, "chat-80=TOKEN; Path=/; HttpOnly; SameSite=Strict"],
    [
      "http in a frame",
      { framedBy: "http://localhost:3000" },
      "[::1]:3001",
      false,
      "chat-3001=TOKEN; Path=/; HttpOnly; SameSite=Strict",
    ],
    ["https", {}, "localhost:3002", true, "__Host-chat-3002=TOKEN; Path=/; HttpOnly; Secure; SameSite=Strict"],
    [
      "https in a frame",
      { framedBy: "http://localhost:3000" },
      "localhost:3002",
      true,
      "__Host-chat-3002=TOKEN; Path=/; HttpOnly; Secure; Partitioned; SameSite=None",
    ],
    [
      "a proxy with https",
      { publicOrigin },
      "chat.example.org",
      false,
      "__Host-chat-443=TOKEN; Path=/; HttpOnly; Secure; SameSite=Strict",
    ],
    [
      "http beside a proxy with https",
      { publicOrigin },
      "localhost:3001",
      false,
      "chat-3001=TOKEN; Path=/; HttpOnly; SameSite=Strict",
    ],
  ])("over %s", async (_what, setting, host, encrypted, expected) => {
    expect((await attributes(setting, host, encrypted)).split("; ").toSorted()).toEqual(
      expected.split("; ").toSorted(),
    );
  });

  it("is new at each sign-in, and the session of the old one ends", async () => {
    const { sessions, signIn } = await open();
    const first = await signIn();
    const second = await signIn(request(first));
    expect(second).not.toBe(first);
    expect(sessions.reader(request(first)).ended).toBe("You signed in again.");
    expect(sessions.reader(request(second)).name).toBe("Ada");
  });

  it("is not what the server keeps: a stolen list of sessions opens none", async () => {
    const { log, signIn } = await open();
    expect(log.people.session((await signIn()).split("=")[1]!)).toBeUndefined();
  });

  it("counts once, for its own port, and whatever else is in the header", async () => {
    const { sessions, signIn } = await open();
    const cookie = await signIn();
    const name = (header: string, host?: string) => sessions.reader(request(header, host)).name;
    expect(name(`x=%; __proto__=1; a; ${cookie}; =; ${"y".repeat(60_000)}`)).toBe("Ada");
    expect(name(cookie.replace("3001", "3004"))).toBeUndefined();
    for (const two of [`${cookie}; chat-3001=second`, `chat-3001=second; ${cookie}`])
      expect(sessions.reader(request(two))).toMatchObject({
        ended: expect.stringMatching(/^Another program/),
        changed: Infinity,
      });
    expect(name(`chat-3001=%E0%A4%A`)).toBeUndefined();
    expect(name(cookie, "localhost:3004")).toBeUndefined();
    expect(sessions.reader(request("chat-3001=")).ended).toBe("Your session is over. Please sign in again.");
    expect(sessions.reader(request("other=1")).ended).toBeUndefined();
  });

  it("of a session that is over is told the reason until somebody goes on without it", async () => {
    const { sessions, signIn } = await open();
    const req = request(await signIn());
    await sessions.end(req, "You signed out.");
    for (let n = 0; n < 2; n++) expect(sessions.reader(req).ended).toBe("You signed out.");
    expect(await sessions.end(req, "unused")).toMatch(/^chat-3001=; Max-Age=0/);
    expect(sessions.reader(req).ended).toBe("Your session is over. Please sign in again.");
  });
});
