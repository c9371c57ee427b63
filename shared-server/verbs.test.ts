import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { limits } from "../shared-chat/limits.ts";
import { Log } from "../shared-chat/log.ts";
import { stranger } from "../shared-chat/reader.ts";
import { chatOf } from "./chat-server.ts";
import { cost, hashOf, matches } from "./passwords.ts";
import { type Running, start } from "./start.ts";

const defaults = { ...limits };
const usualCost = { ...cost };
let running: Running | undefined;
beforeEach(() => {
  cost.N = 2 ** 4; // a password takes 0.2 s otherwise
  limits.signIns = limits.signInsOfAll = { points: 1e9, duration: 60 };
});
afterEach(async () => {
  await running?.stop();
  running = undefined;
  Object.assign(cost, usualCost);
  Object.assign(limits, defaults);
});

/** A server, and how to ask it something. */
async function open() {
  const log = new Log({ superUser: "Root" });
  running = await start("polling", { port: 0, log });
  const { port } = running;
  async function ask(
    method: string,
    path: string,
    { body, cookie, headers }: { body?: unknown; cookie?: string; headers?: object } = {},
  ) {
    const response = await fetch(`http://localhost:${port}${path}`, {
      method,
      headers: { ...(cookie && { cookie }), "Content-Type": "application/json", Connection: "close", ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text && JSON.parse(text), headers: response.headers };
  }
  const tries = (name: unknown, password: unknown = "correct horse", cookie?: string) =>
    ask("POST", "/session", { body: { name, password }, ...(cookie && { cookie }) });
  const signIn = async (name: string) => (await tries(name)).headers.get("set-cookie")!.split(";")[0]!;
  return { log, ask, tries, signIn };
}

describe("signing in", () => {
  it("creates an account under a new name, and knows it again, however the name is spelled", async () => {
    const { tries } = await open();
    expect(await tries("Ada")).toMatchObject({ status: 201, body: { name: "Ada" } });
    expect(await tries("ＡＤＡ ")).toMatchObject({ status: 200, body: { name: "Ada" } });
    expect(await tries("root")).toMatchObject({ status: 201, body: { name: "root", superUser: true } });
    const wrong = await tries("Ada", "wrong horse");
    expect(wrong).toMatchObject({ status: 401, body: { error: "This is not the password of this account." } });
    expect(wrong.headers.get("set-cookie")).toBeNull();
  });

  it("creates one account when several people ask for it at once", async () => {
    const { tries } = await open();
    const answers = await Promise.all(
      ["one horse", "two horses", "three horses"].map((password) => tries("Ada", password)),
    );
    const [first, ...others] = answers.map(({ status }) => status).toSorted((one, other) => one - other);
    expect(first).toBe(201);
    for (const other of others) expect(other).toBeOneOf([401, 409]); // too late, or a moment too late
  });

  it.each([
    ["no body", undefined, 400],
    ["null", null, 422],
    ["a list", [1], 422],
    ["a number as a name", { name: 7, password: "correct horse" }, 422],
    ["a name that nobody can see", { name: "\u200D", password: "correct horse" }, 422],
    ["a name that changes the direction of writing", { name: "Ada\u202E", password: "correct horse" }, 422],
    ["a short password", { name: "Ada", password: "1234567" }, 422],
    ["a very long password", { name: "Ada", password: "x".repeat(1_001) }, 422],
    ["an object as a password", { name: "Ada", password: { length: 8 } }, 422],
  ])("is refused with %s, in words", async (_what, body, status) => {
    const { ask, log } = await open();
    const answer = await ask("POST", "/session", { body });
    expect(answer).toMatchObject({ status, body: { error: expect.stringMatching(/^[A-Z].*\.$/) } });
    expect(log.people.in("lobby")).toEqual([]);
  });

  it("is limited for one name before the password is hashed, and other names are not affected", async () => {
    limits.signIns = { points: 2, duration: 60 };
    const { tries } = await open();
    for (let n = 0; n < 2; n++) await tries("Ada", "wrong horse");
    cost.maxmem = 1; // whoever hashes now fails
    const { status, body, headers } = await tries("ADA");
    expect([status, body]).toEqual([
      429,
      { error: expect.stringMatching(/^Too many tries to sign in\. Try again in \d+ s\.$/) },
    ]);
    expect(Number(headers.get("retry-after"))).toBeGreaterThan(50);
    Object.assign(cost, usualCost);
    expect((await tries("Bob")).status).toBe(201);
  });

  it("is limited for all names of one address together", async () => {
    limits.signInsOfAll = { points: 2, duration: 60 };
    const { tries } = await open();
    expect([(await tries("Ada")).status, (await tries("Bob")).status, (await tries("Cyd")).status]).toEqual([
      201, 201, 429,
    ]);
  });

  it("fails while somebody is banned, with the reason, and only for whoever has the password", async () => {
    const { ask, tries, signIn } = await open();
    await signIn("Ada");
    const root = await signIn("Root");
    await ask("PUT", "/bans/ada", { cookie: root, body: { reason: "Spam", until: Date.now() + 60_000 } });
    expect(await tries("Ada")).toMatchObject({
      status: 403,
      body: { error: expect.stringContaining("The reason: Spam") },
    });
    expect(await tries("Ada", "wrong horse")).toMatchObject({ status: 401 });
  });

  it("that is under way when the ban comes fails, too", async () => {
    const { ask, log, tries, signIn } = await open();
    await signIn("Ada");
    const root = await signIn("Root");
    cost.N = 2 ** 4;
    limits.hashes = 10; // all of them at once
    const answers = await Promise.all([
      ...Array.from({ length: 5 }, () => tries("Ada")),
      ask("PUT", "/bans/Ada", { cookie: root, body: { reason: "Spam", until: Date.now() + 60_000 } }),
      ...Array.from({ length: 5 }, () => tries("Ada")),
    ]);
    expect(answers.every(({ status }) => [200, 403].includes(status))).toBe(true);
    expect(log.people.find("Ada")!.sessions.size).toBe(0);
  });
});

describe("a password", () => {
  it("is kept as a salted hash, and is the same in both Unicode forms", async () => {
    const [one, other] = await Promise.all([hashOf("caf\u00E9 au lait"), hashOf("caf\u00E9 au lait")]);
    expect(one).not.toBe(other);
    expect(await matches("cafe\u0301 au lait", one)).toBe(true);
    expect(await matches("cafe au lait", one)).toBe(false);
  });
});

describe("the rare verbs", () => {
  it.each([
    ["PUT", "/rooms/garden"],
    ["DELETE", "/rooms/garden"],
    ["PUT", "/bans/Ada"],
    ["DELETE", "/bans/Ada"],
    ["GET", "/activity"],
  ])("%s %s is for whoever is signed in", async (method, path) => {
    const { ask, signIn } = await open();
    const body = method === "PUT" ? { reason: "Spam", until: Date.now() + 60_000 } : undefined;
    expect(await ask(method, path, { body })).toMatchObject({ status: 401, body: { error: "Sign in first." } });
    const ada = await signIn("Ada");
    await ask("DELETE", "/session", { cookie: ada });
    expect(await ask(method, path, { body, cookie: ada })).toMatchObject({
      status: 401,
      body: { error: "You signed out." },
    });
    const bob = await signIn("Bob");
    const { status } = await ask(method, path, { body, cookie: bob });
    const expected = { PUT: 201, DELETE: 404 }[method]!;
    expect(status).toBe(path.startsWith("/rooms") ? expected : 403);
  });

  it.each([
    ["POST, DELETE", "/session"],
    ["PUT, DELETE", "/rooms/garden"],
    ["PUT, DELETE", "/bans/Ada"],
    ["GET, HEAD", "/activity"],
  ])("there are %s at %s, and no GET changes anything", async (methods, path) => {
    const { ask } = await open();
    for (const method of ["GET", "PATCH", "POST", "PUT", "DELETE"].filter((each) => !methods.includes(each))) {
      const { status, headers } = await ask(method, path);
      expect([method, status, headers.get("allow")]).toEqual([method, 405, methods]);
    }
  });

  it.each([
    ["no reason", { until: 8e15 }],
    ["an empty reason", { reason: " ", until: 8e15 }],
    ["no end", { reason: "Spam" }],
    ["an end that is no time", { reason: "Spam", until: "soon" }],
    ["an end in the past", { reason: "Spam", until: 1 }],
    ["an end after the end of time", { reason: "Spam", until: 1e300 }],
    ["null as an end", { reason: "Spam", until: null }],
  ])("a ban with %s is refused, in words", async (_what, body) => {
    const { ask, signIn, log } = await open();
    await signIn("Ada");
    const answer = await ask("PUT", "/bans/Ada", { cookie: await signIn("Root"), body });
    expect(answer).toMatchObject({ status: 422, body: { error: expect.stringMatching(/^[A-Z].*\.$/) } });
    expect(log.people.bans).toEqual([]);
  });

  it("the super user cannot be banned", async () => {
    const { ask, signIn, log } = await open();
    const root = await signIn("Root");
    const body = { reason: "Spam", until: Date.now() + 60_000 };
    expect((await ask("PUT", "/bans/ROOT", { cookie: root, body })).status).toBe(403);
    expect((await ask("PUT", "/bans/Nobody", { cookie: root, body })).status).toBe(404);
    expect(log.people.bans).toEqual([]);
  });

  it("the super user looks at the activity of all rooms, and sees no conversation", async () => {
    const { ask, log, signIn } = await open();
    const [ada, root] = [await signIn("Ada"), await signIn("Root")];
    await ask("PUT", "/rooms/garden", { cookie: ada });
    await ask("POST", "/msgs", { cookie: ada, body: { room: "garden", text: "hello" } });
    await ask("POST", "/msgs", { cookie: ada, body: { to: "Root", text: "psst" } });
    await ask("PUT", "/bans/Ada", { cookie: root, body: { reason: "Spam", until: Date.now() + 60_000 } });
    const { body } = await ask("GET", "/activity", { cookie: root });
    expect(body).toEqual({
      rooms: [
        { room: "lobby", perMinute: 0, people: ["Ada", "Root"] },
        { room: "garden", perMinute: 1, last: expect.any(Number), people: [] },
      ],
      bans: [{ name: "Ada", reason: "Spam", until: expect.any(Number), by: "Root" }],
      audit: [
        { time: expect.any(Number), by: "Root", what: "signed in as the super user" },
        { time: expect.any(Number), by: "Root", what: expect.stringMatching(/^banned Ada until .*: Spam$/) },
      ],
    });
    expect(log.rooms).toEqual(["lobby", "garden"]);
  });

  it.each([
    ["another origin", { Origin: "http://localhost:1" }],
    ["another site", { "Sec-Fetch-Site": "same-site" }],
  ])("a page of %s cannot use them", async (_what, headers) => {
    const { ask, signIn, log } = await open();
    const ada = await signIn("Ada");
    for (const [method, path] of [
      ["DELETE", "/session"],
      ["PUT", "/rooms/garden"],
      ["GET", "/activity"],
    ] as const)
      expect((await ask(method, path, { cookie: ada, headers })).status).toBe(403);
    expect(log.rooms).toEqual(["lobby"]);
    expect(log.people.find("Ada")!.sessions.size).toBe(1);
  });
});

it("who posts too fast is refused with the seconds to wait and the draft id, and another address is not affected", async () => {
  limits.posts = { points: 2, duration: 60 };
  const closing = new AbortController().signal;
  const chat = chatOf({ log: new Log(), closing });
  const post = (address: string, draftId: string) =>
    chat.add({ user: "Ada", text: "hello", draftId }, stranger(closing), address).then(
      () => "accepted",
      ({ status, later, draftId: refused }) => [status, later, refused],
    );
  const id = "00000000-0000-4000-8000-00000000000";
  expect([await post("::1", `${id}1`), await post("::1", `${id}2`)]).toEqual(["accepted", "accepted"]);
  const [status, later, refused] = await post("::1", `${id}3`);
  expect([status, refused]).toEqual([429, `${id}3`]);
  expect(later).toBeGreaterThan(50);
  expect(await post("127.0.0.1", `${id}3`)).toBe("accepted");
});
