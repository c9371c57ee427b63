import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { limits } from "./limits.ts";
import { Log } from "./log.ts";
import type { Person, Session } from "./people.ts";
import { type Reader, readerFor } from "./reader.ts";

const defaults = { ...limits };
beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  Object.assign(limits, defaults);
  vi.useRealTimers();
});

/** A log with these accounts, each with one session. Root is the super user. */
async function logWith(...names: string[]) {
  const log = new Log({ superUser: "Root" });
  const { people } = log;
  const all: Person[] = [];
  for (const name of names) all.push(await people.create(name, "secret"));
  for (const person of all) await people.signIn(person, person.name);
  const told: Session[] = [];
  people.listen((session) => told.push(session!), new AbortController().signal);
  return { log, people, all, told, sessionOf: (name: string) => people.session(name)! };
}

/** What a person hears now. */
function readerOf({ people }: Log, person: Person): Reader {
  const changed = Math.max(...[...person.sessions].map((session) => people.changed(session)));
  return readerFor(person, changed, new AbortController().signal);
}

describe("a session", () => {
  it("ends once, and the right is gone before anybody is told", async () => {
    const { people, told, sessionOf } = await logWith("Ada");
    const ada = sessionOf("Ada");
    people.listen((session) => expect(session?.ended).toBe("Bye."), new AbortController().signal);
    await people.end(ada, "Bye.");
    await people.end(ada, "Again.");
    expect([told, ada.ended, ada.person.sessions.size]).toEqual([[ada], "Bye.", 0]);
  });

  it("ends by itself after 12 hours, and is then remembered for as long again", async () => {
    const { people, all, told, sessionOf } = await logWith("Ada");
    await vi.advanceTimersByTimeAsync(limits.session - 1);
    expect(told).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(sessionOf("Ada").ended).toBe("Your session has expired. Please sign in again.");
    await vi.advanceTimersByTimeAsync(limits.session);
    await people.signIn(all[0]!, "second");
    expect(people.session("Ada")).toBeDefined();
    await vi.advanceTimersByTimeAsync(1);
    await people.signIn(all[0]!, "third");
    expect(people.session("Ada")).toBeUndefined();
  });

  it("that ended early is not ended a second time when it would have expired", async () => {
    const { people, told, sessionOf } = await logWith("Ada");
    await people.end(sessionOf("Ada"), "You signed out.");
    await vi.advanceTimersByTimeAsync(limits.session);
    expect([told.length, sessionOf("Ada").ended]).toEqual([1, "You signed out."]);
  });
});

describe("a ban", () => {
  const hour = 3_600_000;

  it("ends all sessions of that person, and lasts until its end", async () => {
    const { people, all, told } = await logWith("Ada", "Bob", "Root");
    const [ada] = all;
    await people.signIn(ada!, "phone");
    told.length = 0;
    const ban = { name: "Ada", reason: "Spam", until: Date.now() + hour, by: "Root" };
    await people.ban(ada!, ban);
    expect(told.map(({ person, ended }) => [person.name, ended])).toEqual([
      ["Ada", expect.stringContaining("Spam")],
      ["Ada", expect.stringContaining("Spam")],
    ]);
    await expect(people.signIn(ada!, "again")).rejects.toThrow("Spam");
    expect(people.bans).toEqual([ban]);
    await vi.advanceTimersByTimeAsync(hour);
    expect(people.bans).toEqual([]);
    await people.signIn(ada!, "again");
  });

  it("is recorded with who said it, and so is its end: the newest 200 events are kept", async () => {
    const { people, all } = await logWith("Ada");
    const ban = { name: "Ada", reason: "Spam", until: Date.now() + hour, by: "Root" };
    for (let n = 0; n < 101; n++) {
      await people.ban(all[0]!, ban);
      await people.unban(all[0]!, "Root");
    }
    await people.unban(all[0]!, "Root"); // there is none
    expect(people.audit.length).toBe(limits.audit);
    expect(people.audit.at(-1)).toEqual({ time: Date.now(), by: "Root", what: "ended the ban of Ada" });
  });
});

describe("rooms", () => {
  it("have one name, that of their first visitor, and joining twice is joining once", async () => {
    const { people, all, told } = await logWith("Ada", "Bob");
    const [ada, bob] = all;
    expect(await people.join(ada!, "Garden")).toEqual({ room: "Garden", made: true });
    expect(await people.join(bob!, "ＧＡＲＤＥＮ")).toEqual({ room: "Garden", made: false });
    expect(await people.join(bob!, "garden")).toEqual({ room: "Garden", made: false });
    expect(await people.join(bob!, "LOBBY")).toEqual({ room: "lobby", made: false });
    expect(told.map(({ person }) => person.name)).toEqual(["Ada", "Bob"]);
    expect(people.in("Garden")).toEqual(["Ada", "Bob"]);
  });

  it("that one is not in and rooms that do not exist are left with the same words", async () => {
    const { people, all } = await logWith("Ada", "Bob");
    await people.join(all[0]!, "garden");
    const words = [];
    for (const room of ["garden", "nowhere"])
      words.push(await people.leave(all[1]!, room).catch((error: unknown) => error));
    expect(words[0]).toMatchObject({ status: 404, message: "You are not in this room." });
    expect(words[1]).toEqual(words[0]);
    await expect(people.leave(all[0]!, "Lobby")).rejects.toThrow("Everybody is in the lobby.");
  });

  it("are 20 at most for one person", async () => {
    limits.roomsEach = 2;
    const { people, all } = await logWith("Ada");
    await people.join(all[0]!, "one");
    await people.join(all[0]!, "two");
    await expect(people.join(all[0]!, "three")).rejects.toThrow("You are in 2 rooms. Leave one first.");
    await people.join(all[0]!, "ONE");
    await people.leave(all[0]!, "two");
    await people.join(all[0]!, "three");
  });

  it("are 100 at most, and an empty one makes place for a new one", async () => {
    limits.rooms = 3;
    const { log, people, all } = await logWith("Ada", "Bob");
    await people.join(all[0]!, "one");
    await people.join(all[0]!, "two");
    await expect(people.join(all[1]!, "three")).rejects.toThrow("There are 3 rooms already.");
    expect(log.rooms).toEqual(["lobby", "one", "two"]);
    await people.leave(all[0]!, "one");
    await people.join(all[1]!, "three");
    expect(log.rooms).toEqual(["lobby", "two", "three"]);
  });

  it("that are new are told to the super user at once, and to those who are in them; others are not told", async () => {
    const { people, all, told, sessionOf } = await logWith("Ada", "Bob", "Root");
    await people.join(all[0]!, "garden");
    expect(new Set(told)).toEqual(new Set([sessionOf("Ada"), sessionOf("Root")]));
  });

  it("that are made again under the same name begin anew, also for the super user who was away", async () => {
    limits.rooms = 2;
    const { log, people, all, told } = await logWith("Ada", "Root");
    const [ada, root] = all;
    await people.join(ada!, "garden");
    for (const text of ["one", "two"]) await log.add({ room: "garden", text }, readerOf(log, ada!));
    const { cursor } = log.since("", readerOf(log, root!));
    await people.leave(ada!, "garden");
    await people.join(ada!, "attic");
    await people.leave(ada!, "attic");
    told.length = 0;
    await people.join(ada!, "garden");
    expect(new Set(told.map(({ person }) => person.name))).toEqual(new Set(["Root", "Ada"])); // all that hear it are hung up on
    await log.add({ room: "garden", text: "new" }, readerOf(log, ada!));
    for (const person of [ada!, root!]) {
      const { msg, rooms } = log.since(cursor, readerOf(log, person));
      expect(msg).toMatchObject([{ id: 1, text: "new" }]);
      expect(rooms).toContainEqual({ room: "garden", last: 1, from: 1 });
    }
  });
});

describe("a super user who joins a room", () => {
  it("has heard it before, so it does not begin anew: leaving it in the middle of a long catch-up would skip a part", async () => {
    const { log, people, all } = await logWith("Ada", "Root");
    const [ada, root] = all;
    await people.join(ada!, "garden");
    const { cursor } = log.since("", readerOf(log, root!));
    await log.add({ room: "garden", text: "one" }, readerOf(log, ada!));
    await people.join(root!, "garden");
    const { msg, rooms } = log.since(cursor, readerOf(log, root!));
    expect(msg).toMatchObject([{ id: 1, text: "one" }]);
    expect(rooms).toContainEqual({ room: "garden", last: 1 });
  });
});

describe("an account", () => {
  it("is one, however its name is spelled", async () => {
    const { people } = await logWith("Ada");
    expect(people.find(" ＡＤＡ\u200C")?.name).toBe("Ada");
    await expect(people.create("ada", "secret")).rejects.toThrow("Somebody has created this account a moment ago.");
    expect(people.find("__proto__")).toBeUndefined();
    const atOnce = await Promise.allSettled(["Cyd", "Bob", "BOB", "bob"].map((name) => people.create(name, "secret")));
    expect(atOnce.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected", "rejected"]);
  });

  it("is refused when there are too many", async () => {
    limits.people = 1;
    const { people } = await logWith("Ada");
    await expect(people.create("Bob", "secret")).rejects.toThrow("This server has no room for another account.");
  });
});
