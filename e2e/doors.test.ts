// Who may read and write what, tested at every door of each technique: posting, catching up, and delivery on an open connection.
// One suite, run four times.
import { randomUUID } from "node:crypto";
import { RateLimiterMemory } from "rate-limiter-flexible";
import { afterAll, describe, expect, it, vi } from "vitest";
import { limits } from "../shared-chat/limits.ts";
import { Log } from "../shared-chat/log.ts";
import type { Message, Update } from "../shared-chat/message.ts";
import { cost } from "../shared-server/passwords.ts";
import type { Options } from "../shared-server/start.ts";
import { endAll, runs } from "./process.ts";
import { cleanUp, open as openServer } from "./until-the-end.ts";
import { type HttpRequest, type JoinOptions, type Person, signIn, verbsOf, type Wire, wires } from "./wires.ts";

cost.N = 2 ** 4; // a password takes 0.2 s otherwise
for (const limit of [limits.signIns, limits.signInsOfAll]) limit.points = 1e9; // a test is faster than a person

/** Starts a variant until the end of the test. Root is the super user. */
async function open(wire: Wire, options: Partial<Options> = {}) {
  const opened = await openServer(wire, { log: new Log({ superUser: "Root" }), ...options });
  const connecting = async (joined: Promise<Person>) => {
    const person = await joined;
    cleanUp.push(() => person.leave());
    return person;
  };
  const leavesAtTheEnd = (verbs: ReturnType<typeof verbsOf>) => ({
    ...verbs,
    connects: (joinOptions?: JoinOptions) => connecting(verbs.connects(joinOptions)),
  });
  return {
    ...opened,
    stranger: leavesAtTheEnd(verbsOf(wire, opened.port)),
    signsIn: async (name: string) => leavesAtTheEnd(await signIn(wire, opened.port, name)),
  };
}

const texts = (messages: Message[]) => messages.map(({ text }) => text);
const byName = wires.map((wire) => [wire.name, wire] as const);

/** Reads updates until one of them is as expected. */
async function until(person: Person, expected: (update: Update) => unknown): Promise<Update> {
  for (;;) {
    const update = await person.next();
    if (expected(update)) return update;
  }
}

/** Reads updates until this text has arrived. */
const hears = (person: Person, text: string) => until(person, ({ msg }) => texts(msg).includes(text));

/** Posts, and expects that it is accepted. */
async function says(person: Person, draft: object): Promise<Message> {
  const { message, ...outcome } = await person.post({ user: "?", ...draft });
  if (!message) throw new Error(`Not accepted: ${JSON.stringify(outcome)}`);
  return message;
}

/** What a client shows that does what an update says: for each room or conversation its messages. */
class Screen {
  readonly rooms = new Map<string, Message[]>();

  constructor(person: Person, name: string) {
    const { update } = person;
    person.update = (received) => {
      this.apply(received, name);
      update.call(person, received);
    };
  }

  apply({ msg, rooms }: Update, name: string) {
    if (rooms) {
      const labels = rooms.map((room) => ("room" in room ? room.room : `@${room.with}`));
      for (const label of this.rooms.keys()) if (!labels.includes(label)) this.rooms.delete(label);
      rooms.forEach(({ from }, n) => from !== undefined && this.rooms.set(labels[n]!, []));
    }
    for (const message of msg) {
      const { user, to, room = "lobby" } = message;
      const label = to === undefined ? room : `@${to === name ? user : to}`;
      this.rooms.set(label, [...(this.rooms.get(label) ?? []), message]);
    }
  }

  ids = (room: string) => this.rooms.get(room)?.map(({ id }) => id);
}

const count = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n);

type Chat = Awaited<ReturnType<typeof open>>;
type Account = Chat["stranger"];

/** Who stands at the door of the garden: how they got there, whether they hear what is said, and the answer when they say something there. */
const people: [who: string, arrives: (chat: Chat) => Promise<Account>, hearsIt: boolean, answer: RegExp | undefined][] =
  [
    ["a stranger", async ({ stranger }) => stranger, false, /^You are not in this room\.$/],
    ["a member", async (chat) => member(chat), true, undefined],
    [
      "a former member",
      async (chat) => (await member(chat).then(leaves), chat.signsIn("Cyd")),
      false,
      /^You are not in this room\.$/,
    ],
    ["another person", async (chat) => chat.signsIn("Cyd"), false, /^You are not in this room\.$/],
    ["the super user", async (chat) => chat.signsIn("Root"), true, undefined],
    ["a banned person", banned, false, /^You are banned until .* The reason: Spam$/],
    ["a person who signed out", signedOut, false, /^You signed out\.$/],
    ["a person whose session expired", expired, false, /^Your session has expired\. Please sign in again\.$/],
    ["somebody with a session that nobody knows", unknown, false, /^Your session is over\. Please sign in again\.$/],
  ];

async function member(chat: Chat): Promise<Account> {
  const cyd = await chat.signsIn("Cyd");
  await cyd.joins("garden");
  return cyd;
}

const leaves = (account: Account) => account.leaves("garden");

async function banned(chat: Chat): Promise<Account> {
  const cyd = await member(chat);
  const root = await chat.signsIn("Root");
  await root.bans("Cyd", "Spam");
  return cyd;
}

async function signedOut(chat: Chat): Promise<Account> {
  const cyd = await member(chat);
  await cyd.signsOut();
  return cyd;
}

async function expired(chat: Chat): Promise<Account> {
  const { session } = limits;
  limits.session = 1;
  const cyd = await chat.signsIn("Cyd");
  await vi.waitUntil(async () => (await cyd.joins("garden")).status === 401);
  limits.session = session;
  return cyd;
}

async function unknown(chat: Chat): Promise<Account> {
  const cyd = await member(chat);
  const [name] = cyd.cookie.split("=");
  const connects = (options?: JoinOptions) => chat.stranger.connects({ ...options, headers: { cookie: `${name}=x` } });
  return { ...cyd, connects };
}

describe.each(byName)("%s", (_name, wire) => {
  describe.each(people)("the garden and %s", (_who, arrives, hearsIt, answer) => {
    it(`${hearsIt ? "is" : "is not"} open: catch-up, delivery and posting`, async () => {
      const chat = await open(wire);
      const since = chat.log.cursor; // older than what follows: whoever may read the garden gets all of it
      const bob = await chat.signsIn("Bob");
      await bob.joins("garden");
      const bobs = await bob.connects();
      await says(bobs, { room: "garden", text: "before" });
      await says(bobs, { text: "lobby before" });

      const account = await arrives(chat);
      const [returns, begins] = [await account.connects({ since }), await account.connects()];
      const heard = hearsIt ? ["before", "lobby before", "now", "lobby now"] : ["lobby before", "lobby now"];
      const catchUps = [await returns.next(), await begins.next()];
      expect(catchUps.map(({ msg }) => texts(msg))).toEqual([
        heard.slice(0, -heard.length / 2),
        heard.slice(0, -heard.length / 2),
      ]);
      for (const { rooms } of catchUps) expect(JSON.stringify(rooms ?? []).includes("garden")).toBe(hearsIt);

      await says(bobs, { room: "garden", text: "now" });
      await says(bobs, { text: "lobby now" });
      for (const person of [returns, begins]) {
        await hears(person, "lobby now");
        expect(texts(person.received)).toEqual(heard);
      }

      const { message, error = "" } = await begins.post({ user: "Zed", room: "garden", text: "hello" });
      if (answer) expect(error).toMatch(answer);
      else expect(message).toMatchObject({ user: expect.stringMatching(/^(Cyd|Root)$/), room: "garden" });
    });
  });

  it("somebody else's cursor brings one's own rooms only", async () => {
    const chat = await open(wire);
    const [ada, bob] = [await chat.signsIn("Ada"), await chat.signsIn("Bob")];
    await ada.joins("garden");
    await bob.joins("attic");
    const adas = await ada.connects();
    const { cursor } = await adas.next();
    const bobs = await bob.connects();
    await says(adas, { room: "garden", text: "in the garden" });
    await says(adas, { to: "Bob", text: "to Bob" });
    await says(bobs, { room: "attic", text: "in the attic" });
    const thief = await bob.connects({ since: cursor });
    expect(texts((await thief.next()).msg)).toEqual(["to Bob", "in the attic"]);
    const stranger = await chat.stranger.connects({ since: cursor });
    expect((await stranger.next()).msg).toEqual([]);
  });

  it("somebody else's draft id tells nothing of their message", async () => {
    const chat = await open(wire);
    const [ada, bob] = [await chat.signsIn("Ada"), await chat.signsIn("Bob")];
    await ada.joins("garden");
    const [adas, bobs, strangers] = [await ada.connects(), await bob.connects(), await chat.stranger.connects()];
    const draft = { user: "Ada", text: "secret", room: "garden", draftId: randomUUID() };
    await says(adas, draft);
    expect((await bobs.post(draft)).error).toBe("You are not in this room.");
    expect((await strangers.post(draft)).error).toMatch(/^This name belongs to an account/);
    const { message } = await bobs.post({ user: "Bob", text: "mine", draftId: draft.draftId });
    expect(message).toMatchObject({ id: 1, user: "Bob", text: "mine" });
  });

  it("what is said to one person alone reaches the two on all their devices, and nobody else", async () => {
    const chat = await open(wire);
    const accounts = [];
    for (const name of ["Ada", "Ada", "Bob", "Bob", "Cyd", "Root"]) accounts.push(await chat.signsIn(name));
    accounts.push(chat.stranger);
    const { cursor } = chat.log;
    const here = await Promise.all(accounts.map((account) => account.connects()));
    await says(here[0]!, { to: "bob", text: "hello, Bob" });
    await says(here[2]!, { to: "Ada", text: "hello, Ada" });
    await says(here[4]!, { text: "to all" });
    const away = await Promise.all(accounts.map((account) => account.connects({ since: cursor })));
    const late = await Promise.all(accounts.map((account) => account.connects()));
    for (const devices of [here, away, late]) {
      for (const [n, person] of devices.entries()) {
        await hears(person, "to all");
        expect(texts(person.received)).toEqual(n < 4 ? ["hello, Bob", "hello, Ada", "to all"] : ["to all"]);
      }
    }
    expect(here[3]!.received[0]).toMatchObject({ id: 1, user: "Ada", to: "Bob" });
    expect((await here[6]!.post({ user: "Zed", to: "Ada", text: "psst" })).error).toMatch(/^Sign in/);
  });

  it("the super user hears all rooms, made before or after, and no conversation", async () => {
    const chat = await open(wire);
    const [root, ada] = [await chat.signsIn("Root"), await chat.signsIn("Ada")];
    await chat.signsIn("Bob");
    await ada.joins("garden");
    const roots = await root.connects({ reconnects: true });
    const screen = new Screen(roots, "Root");
    await until(roots, ({ rooms }) => rooms?.length === 2);
    await ada.joins("attic");
    await until(roots, ({ rooms }) => rooms?.length === 3); // hung up, and back
    const adas = await ada.connects();
    for (const draft of [{ room: "garden" }, { room: "attic" }, { to: "Bob" }, {}])
      await says(adas, { ...draft, text: "hi" });
    await vi.waitFor(() => expect(screen.ids("lobby")).toEqual([1]));
    expect(Object.fromEntries(screen.rooms)).toEqual({
      garden: [expect.objectContaining({ id: 1, room: "garden" })],
      attic: [expect.objectContaining({ id: 1, room: "attic" })],
      lobby: [expect.objectContaining({ id: 1 })],
    });
  });

  it("leaving ends what all devices of that person hear, at once", async () => {
    const chat = await open(wire);
    const [ada, phone, bob] = [await chat.signsIn("Ada"), await chat.signsIn("Ada"), await chat.signsIn("Bob")];
    for (const account of [ada, bob]) await account.joins("garden");
    const devices = [await ada.connects({ reconnects: true }), await phone.connects({ reconnects: true })];
    const bobs = await bob.connects();
    for (const device of devices) await device.next();
    await ada.leaves("GARDEN");
    await says(bobs, { room: "garden", text: "she left" });
    await says(bobs, { text: "lobby" });
    for (const device of devices) {
      const { you, rooms } = await until(device, (update) => update.rooms);
      expect({ you, rooms }).toMatchObject({ you: { name: "Ada" }, rooms: [{ room: "lobby" }] });
      if (!texts(device.received).includes("lobby")) await hears(device, "lobby");
      expect(texts(device.received)).toEqual(["lobby"]);
    }
  });

  it("signing out ends this session at once, and other devices stay", async () => {
    const chat = await open(wire);
    const [ada, phone] = [await chat.signsIn("Ada"), await chat.signsIn("Ada")];
    const laptop = await ada.connects({ reconnects: true });
    const phones = await phone.connects();
    const cursor = (await laptop.next()).cursor;
    await phones.next();
    expect((await ada.signsOut()).status).toBe(204);
    expect((await until(laptop, ({ you }) => you)).you).toEqual({ ended: "You signed out." });
    const away = await ada.connects({ since: cursor });
    expect((await away.next()).you).toEqual({ ended: "You signed out." });
    const refused = await away.post({ user: "Ada", text: "still here" });
    expect(refused.error).toBe("You signed out.");
    if (wire.status.refused) expect(refused.status).toBe(401);
    await says(phones, { text: "from the phone" });
    await hears(phones, "from the phone");
    await ada.ask("DELETE", "/session"); // goes on without it
    expect((await (await ada.connects()).next()).you).toEqual({ ended: "Your session is over. Please sign in again." });
  });

  it("a session that expires ends its open connections at once, with the reason", async () => {
    limits.session = 400;
    const chat = await open(wire);
    const ada = await chat.signsIn("Ada");
    const adas = await ada.connects({ reconnects: true });
    const { you } = await until(adas, (update) => update.you?.ended !== undefined);
    expect(you).toEqual({ ended: "Your session has expired. Please sign in again." });
  });

  it("a ban ends all sessions of that person at once, with the reason, and lets them not back in", async () => {
    const chat = await open(wire);
    const [root, ada, phone] = [await chat.signsIn("Root"), await chat.signsIn("Ada"), await chat.signsIn("Ada")];
    const devices = [await ada.connects({ reconnects: true }), await phone.connects({ reconnects: true })];
    for (const device of devices) await device.next();
    expect((await ada.bans("Root", "Spam")).status).toBe(403);
    expect((await chat.stranger.bans("Ada", "Spam")).status).toBe(401);
    expect((await root.bans("ada", "Spam")).status).toBe(200);
    for (const device of devices)
      expect((await until(device, ({ you }) => you)).you?.ended).toMatch(/^You are banned until .* The reason: Spam$/);
    await expect(chat.signsIn("Ada")).rejects.toThrow("403");
    expect((await root.ask("DELETE", "/bans/Ada")).status).toBe(204);
    await chat.signsIn("Ada");
  });

  it("whoever joins reads what was said before, then what follows: no gap, nothing twice, while others talk", async () => {
    const chat = await open(wire);
    const [ada, bob] = [await chat.signsIn("Ada"), await chat.signsIn("Bob")];
    await bob.joins("garden");
    const bobs = await bob.connects();
    const adas = await ada.connects({ reconnects: true });
    const screen = new Screen(adas, "Ada");
    let joined: Promise<unknown> = Promise.resolve();
    for (let n = 1; n <= 60; n++) {
      await says(bobs, { room: "garden", text: String(n) });
      await says(bobs, { text: String(n) });
      if (n === 20) joined = ada.joins("garden");
      if (n === 40) joined = joined.then(() => ada.leaves("garden")).then(() => ada.joins("garden"));
    }
    await joined;
    await vi.waitFor(
      () => expect([screen.ids("garden"), screen.ids("lobby")]).toEqual([count(1, 60), count(1, 60)]),
      5_000,
    );
  });

  it("a busy room does not push out a quiet one", async () => {
    Object.assign(limits, { kept: 20, first: 10 });
    const chat = await open(wire);
    const ada = await chat.signsIn("Ada");
    for (const room of ["quiet", "busy"]) await ada.joins(room);
    const adas = await ada.connects();
    const { cursor } = await adas.next();
    await says(adas, { room: "quiet", text: "psst" });
    for (let n = 0; n < 30; n++) await says(adas, { room: "busy", text: "blah" });
    for (const since of [cursor, ""]) {
      const phone = await ada.connects({ since });
      expect(texts((await phone.next()).msg)).toContain("psst");
    }
  });

  it("the heartbeat reaches a quiet room while others talk elsewhere", async () => {
    limits.heartbeat = 100;
    const chat = await open(wire);
    const [ada, bob] = [await chat.signsIn("Ada"), await chat.signsIn("Bob")];
    await bob.joins("garden");
    const [adas, bobs] = [await ada.connects(), await bob.connects()];
    await adas.next();
    const silence = new AbortController();
    const talk = async () => {
      while (!silence.signal.aborted) await says(bobs, { room: "garden", text: "blah" });
    };
    const talked = talk();
    for (let n = 0; n < 3; n++) expect((await adas.next()).msg).toEqual([]);
    silence.abort();
    await talked;
    expect(adas.received).toEqual([]);
  });

  it("a stranger cannot use the name of an account, however it is spelled", async () => {
    const chat = await open(wire);
    await chat.signsIn("Zoé");
    const stranger = await chat.stranger.connects();
    for (const user of ["Zoé", "ZOÉ", "Zoe\u0301", "Zoe\u034F\u0301", "Ｚｏé", "Z o é", "Zo\u200Cé", "Zoé\u2800"])
      expect([user, (await stranger.post({ user, text: "hi" })).error]).toEqual([
        user,
        expect.stringMatching(/^This name belongs/),
      ]);
    await says(stranger, { user: "Zoë", text: "hi" });
  });

  it("the author is who is signed in, whatever the draft says", async () => {
    const chat = await open(wire);
    await chat.signsIn("Bob");
    const ada = await (await chat.signsIn("Ada")).connects();
    for (const user of ["Bob", "Zed", "", 7, undefined]) {
      const { message } = await ada.post({ user, text: "hi" });
      expect(message).toMatchObject({ user: "Ada" });
    }
  });

  it("a room with a strange name is a room like any other", async () => {
    const chat = await open(wire);
    const [ada, bob] = [await chat.signsIn("constructor"), await chat.signsIn("__proto__")];
    for (const room of ["__proto__", "constructor", "toString", "Gärten_1-2", "部屋"]) {
      expect((await ada.joins(room)).body).toEqual({ room });
      const adas = await ada.connects();
      await adas.next();
      await says(adas, { room, text: room });
      expect((await adas.receives(1))[0]).toMatchObject({ room, text: room, user: "constructor" });
      const bobs = await bob.connects();
      expect((await bobs.post({ user: "", room, text: "hi" })).error).toBe("You are not in this room.");
    }
    const adas = await ada.connects();
    await says(adas, { to: "__proto__", text: "psst" });
    for (const room of ["", ".", "a b", "@ada", "*", "a/b", "\uFE0F", "\u3164", "x".repeat(33), "\uFFFF"])
      expect([room, (await ada.joins(room)).status]).toEqual([room, expect.toBeOneOf([404, 422])]);
    expect((await ada.ask("PUT", "/rooms/%E0%A4%A")).status).toBe(400);
  });

  describe("who may ask", () => {
    it.each(["same-site", "cross-site"])(
      "Sec-Fetch-Site: %s is refused on every path with data, and at an upgrade",
      async (site) => {
        const chat = await open(wire);
        const headers = { "Sec-Fetch-Site": site };
        for (const { request } of [
          ...wire.endpoints,
          { request: { method: "DELETE", path: "/session" } },
          { request: { method: "PUT", path: "/rooms/x" } },
          { request: { method: "GET", path: "/activity" } },
        ]) {
          if (request.path === "/") continue;
          const { status } = await wire.request(chat.port, {
            ...request,
            headers: { ...(request as HttpRequest).headers, ...headers },
          });
          expect([request.path, status]).toEqual([request.path, 403]);
        }
      },
    );

    it("two servers on localhost do not sign each other out", async () => {
      const [one, other] = [await open(wire), await open(wire)];
      const [ada, bob] = [await one.signsIn("Ada"), await other.signsIn("Bob")];
      const cookie = `x=1; ${ada.cookie}; ${bob.cookie}`;
      const you = async (chat: Chat) => (await (await chat.stranger.connects({ headers: { cookie } })).next()).you;
      expect([await you(one), await you(other)]).toEqual([{ name: "Ada" }, { name: "Bob" }]);
    });

    it("a second cookie of our name, which another program on localhost has set, speaks for nobody", async () => {
      const chat = await open(wire);
      const [ada, mallory] = [await chat.signsIn("Ada"), await chat.signsIn("Mallory")];
      const cookie = `${mallory.cookie}; ${ada.cookie}`;
      const { you } = await (await chat.stranger.connects({ headers: { cookie } })).next();
      expect(you).toEqual({ ended: expect.stringMatching(/^Another program on localhost has set a cookie/) });
    });

    it("a page that takes itself for somebody else is told who it is, and what it says is refused", async () => {
      const chat = await open(wire);
      const ada = await chat.signsIn("Ada");
      const { cursor } = await (await ada.connects()).next();
      const mistaken = await ada.connects({ since: cursor, as: "Bob" });
      expect((await mistaken.next()).you).toEqual({ name: "Ada" });
      expect((await mistaken.post({ user: "Bob", text: "hello", as: "Bob" })).error).toBe("You are signed in as Ada.");
      const stranger = await chat.stranger.connects({ since: cursor, as: "Ada" });
      expect((await stranger.next()).you).toEqual({});
      expect((await stranger.post({ user: "Cyd", text: "hello", as: "Ada" })).error).toBe(
        "You are not signed in any more.",
      );
      expect(
        await says(await ada.connects({ since: cursor, as: "Ada" }), { text: "hello", as: "ada" }),
      ).not.toHaveProperty("as");
    });

    it("the cookie is named after the port that the browser asked for, which behind a proxy is another", async () => {
      const publicOrigin = `${wire.scheme}://localhost:4567`;
      const chat = await open(wire, { publicOrigin });
      const asks = async (Host: string) => {
        const body = JSON.stringify({ name: "Ada", password: "correct horse" });
        const headers = { Host, "content-type": "application/json" };
        const answer = await wire.request(chat.port, { method: "POST", path: "/session", body, headers });
        return String(answer.headers["set-cookie"]).replace(/=[^;]*/, "=TOKEN");
      };
      const cookie =
        wire.scheme === "https"
          ? ["__Host-chat", "; HttpOnly; Secure; SameSite=Strict"]
          : ["chat", "; HttpOnly; SameSite=Strict"];
      expect(await asks("localhost:4567")).toBe(`${cookie[0]}-4567=TOKEN; Path=/${cookie[1]}`);
      expect(await asks(`localhost:${chat.port}`)).toBe(`${cookie[0]}-${chat.port}=TOKEN; Path=/${cookie[1]}`);
    });

    it("the cookie of a proxy with https is secure", async () => {
      const chat = await open(wire, { publicOrigin: "https://chat.example.org" });
      const body = JSON.stringify({ name: "Ada", password: "correct horse" });
      const headers = { Host: "chat.example.org", "content-type": "application/json" };
      const answer = await wire.request(chat.port, { method: "POST", path: "/session", body, headers });
      expect(String(answer.headers["set-cookie"])).toMatch(/^__Host-chat-443=.*; Secure; SameSite=Strict$/);
    });
  });

  it("a stopping server ends the connections of all who are signed in", async () => {
    limits.grace = 60_000; // longer than this test may take
    const chat = await open(wire);
    const accounts = [await chat.signsIn("Ada"), await chat.signsIn("Root"), chat.stranger];
    const connected = await Promise.all(accounts.map((account) => account.connects()));
    for (const person of connected) await person.next();
    await chat.stop();
    for (const person of connected) expect(await person.ended).toMatch(wire.endOnShutdown);
  });

  describe("limits", () => {
    it("who posts too fast is told when to come back, and nothing is lost", async () => {
      limits.posts = { points: 3, duration: 1 };
      const consume = vi.spyOn(RateLimiterMemory.prototype, "consume");
      const chat = await open(wire);
      const ada = await chat.stranger.connects();
      const drafts = count(1, 5).map((n) => ({ user: "Ada", text: String(n), draftId: randomUUID() }));
      for (const draft of drafts) {
        let outcome = await ada.post(draft);
        while (outcome.error !== undefined) {
          expect(outcome).toMatchObject({ error: "You post too fast. Try again in 1 s.", later: 1 });
          if (wire.status.refused) expect(outcome.status).toBe(429);
          await vi.waitUntil(async () => (outcome = await ada.post(draft)).message, { interval: 200, timeout: 5_000 });
        }
      }
      expect(texts(await ada.receives(5))).toEqual(["1", "2", "3", "4", "5"]);
      expect(consume).toHaveBeenCalledWith("127.0.0.1");
    });
  });
});

describe("the environment", () => {
  afterAll(endAll);

  it.each([
    ["sets the limits for posting", {}, false],
    ["lifts the limits for posting with RATE_LIMIT=off", { RATE_LIMIT: "off" }, true],
  ])(
    "%s",
    async (_what, env, lifted) => {
      const { port, kill, ended } = runs(["shared-server/cli.ts", "polling"], { SUPER_USER: "root", ...env });
      const wire = wires.find(({ name }) => name === "polling")!;
      const { ask } = verbsOf(wire, await port());
      const statuses = await Promise.all(
        count(1, 25).map(async (n) => (await ask("POST", "/msgs", { user: "Ada", text: String(n) })).status),
      );
      expect(statuses.includes(429)).toBe(!lifted);
      const root = await signIn(wire, await port(), "Root");
      expect((await root.ask("GET", "/activity")).status).toBe(200);
      kill("SIGTERM");
      expect(await ended).toBe(0);
    },
    60_000,
  );
});

describe("socket-io", () => {
  const socketIo = wires.find(({ name }) => name === "socket-io")!;

  /** Opens a connection of Engine.IO by long polling. */
  async function handshake(chat: Chat, cookie = "", headers = {}) {
    const path = "/socket.io/?EIO=4&transport=polling";
    const request = (method: string, query = "", by = cookie, body?: string) =>
      socketIo.request(chat.port, {
        method,
        path: path + query,
        headers: { ...headers, ...(by && { cookie: by }) },
        ...(body && { body }),
      });
    const { sid } = JSON.parse((await request("GET")).text.slice(1));
    return { sid: `&sid=${sid}`, request };
  }

  it("a stolen sid is worth nothing without its cookie, or with another: not to read, to post or to upgrade", async () => {
    const chat = await open(socketIo);
    const [ada, bob] = [await chat.signsIn("Ada"), await chat.signsIn("Bob")];
    const { sid, request } = await handshake(chat, ada.cookie);
    await request("POST", sid, ada.cookie, "40");
    // Of two ids the library takes the last, so ours must not look at the first alone.
    for (const two of [`&sid=x${sid}`, `${sid}&sid=x`]) expect((await request("GET", two, "")).status).toBe(403);
    for (const cookie of ["x=1", bob.cookie, `${ada.cookie}x`]) {
      expect((await request("GET", sid, cookie)).status).toBe(403);
      expect((await request("POST", sid, cookie, '42["msg:post",{"text":"stolen"}]')).status).toBe(403);
      const path = `/socket.io/?EIO=4&transport=websocket${sid}`;
      const upgrade = { method: "GET", path, headers: { cookie }, upgrade: true };
      expect((await socketIo.request(chat.port, upgrade)).status).toBe(403);
    }
    await request("POST", sid, ada.cookie, '42["msg:post",{"text":"mine"}]');
    expect(texts(chat.log.since("").msg)).toEqual(["mine"]);
  });

  it("a stranger's sid ends with their sign-in, and a long poll of Ada is hers although each of its connections is closed", async () => {
    const chat = await open(socketIo);
    const ada = await chat.signsIn("Ada");
    const { sid, request } = await handshake(chat, ada.cookie, { Connection: "close" });
    await request("POST", sid, ada.cookie, "40");
    expect((await request("GET", sid)).text).toContain('"you":{"name":"Ada"}');
    const strangers = await handshake(chat);
    expect((await strangers.request("POST", strangers.sid, ada.cookie, "40")).status).toBe(403);
  });

  it("a room with the name of somebody's socket is not heard by that socket", async () => {
    const chat = await open(socketIo);
    const { sid, request } = await handshake(chat);
    await request("POST", sid, "", "40");
    const [, id = ""] = /"sid":"([^"]+)"/.exec((await request("GET", sid)).text) ?? [];
    const ada = await chat.signsIn("Ada");
    expect((await ada.joins(id)).body).toEqual({ room: id });
    const adas = await ada.connects();
    await says(adas, { room: id, text: "secret" });
    await says(adas, { text: "to all" });
    let heard = "";
    await vi.waitUntil(async () => (heard += (await request("GET", sid)).text).includes("to all"));
    expect(heard).not.toContain("secret");
  });
});
