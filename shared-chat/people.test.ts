import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { limits } from "./limits.ts";
import { Log } from "./log.ts";
import type { Person, Session } from "./people.ts";
import type { Reader } from "./reader.ts";
import { everyRoom, lobby, personal } from "./rooms.ts";

const defaults = { ...limits };
beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  Object.assign(limits, defaults);
  vi.useRealTimers();
});

/** A log with these accounts, each with one session. Root is the super user. */
function logWith(...names: string[]) {
  const log = new Log("Root");
  const { people } = log;
  const all = names.map((name) => people.create(name, "secret"));
  for (const person of all) people.signIn(person, person.name);
  const told: Session[] = [];
  people.listen((session) => told.push(session), new AbortController().signal);
  return { log, people, all, told, sessionOf: (name: string) => people.session(name)! };
}

/** What a person hears now. */
function readerOf({ people }: Log, person: Person): Reader {
  const { name, rooms, superUser } = person;
  return {
    name,
    topics: [lobby, ...rooms.keys(), personal(name), ...(superUser ? [everyRoom] : [])],
    since: new Map(rooms),
    changed: Math.max(...[...person.sessions].map((session) => people.changed(session))),
    until: new AbortController().signal,
  };
}

describe("a session", () => {
  it("ends once, and the right is gone before anybody is told", () => {
    const { people, told, sessionOf } = logWith("Ada");
    const ada = sessionOf("Ada");
    people.listen((session) => expect(session.ended).toBe("Bye."), new AbortController().signal);
    people.end(ada, "Bye.");
    people.end(ada, "Again.");
    expect([told, ada.ended, ada.person.sessions.size]).toEqual([[ada], "Bye.", 0]);
  });

  it("ends by itself after 12 hours, and is then remembered for as long again", () => {
    const { people, all, told, sessionOf } = logWith("Ada");
    vi.advanceTimersByTime(limits.session - 1);
    expect(told).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(sessionOf("Ada").ended).toBe("Your session has expired. Please sign in again.");
    vi.advanceTimersByTime(limits.session);
    people.signIn(all[0]!, "second");
    expect(people.session("Ada")).toBeDefined();
    vi.advanceTimersByTime(1);
    people.signIn(all[0]!, "third");
    expect(people.session("Ada")).toBeUndefined();
  });

  it("that ended early is not ended a second time when it would have expired", () => {
    const { people, told, sessionOf } = logWith("Ada");
    people.end(sessionOf("Ada"), "You signed out.");
    vi.advanceTimersByTime(limits.session);
    expect([told.length, sessionOf("Ada").ended]).toEqual([1, "You signed out."]);
  });
});

describe("a ban", () => {
  const hour = 3_600_000;

  it("ends all sessions of that person, and lasts until its end", () => {
    const { people, all, told } = logWith("Ada", "Bob", "Root");
    const [ada] = all;
    people.signIn(ada!, "phone");
    const ban = { name: "Ada", reason: "Spam", until: Date.now() + hour, by: "Root" };
    people.ban(ada!, ban);
    expect(told.map(({ person, ended }) => [person.name, ended])).toEqual([
      ["Ada", expect.stringContaining("Spam")],
      ["Ada", expect.stringContaining("Spam")],
    ]);
    expect(() => people.signIn(ada!, "again")).toThrow("Spam");
    expect(people.bans).toEqual([ban]);
    vi.advanceTimersByTime(hour);
    expect(people.bans).toEqual([]);
    people.signIn(ada!, "again");
  });

  it("is recorded with who said it, and so is its end: the newest 200 events are kept", () => {
    const { people, all } = logWith("Ada");
    const ban = { name: "Ada", reason: "Spam", until: Date.now() + hour, by: "Root" };
    for (let n = 0; n < 101; n++) {
      people.ban(all[0]!, ban);
      people.unban(all[0]!, "Root");
    }
    people.unban(all[0]!, "Root"); // there is none
    expect(people.audit.length).toBe(limits.audit);
    expect(people.audit.at(-1)).toEqual({ time: Date.now(), by: "Root", what: "ended the ban of Ada" });
  });
});

describe("rooms", () => {
  it("have one name, that of their first visitor, and joining twice is joining once", () => {
    const { people, all, told } = logWith("Ada", "Bob");
    const [ada, bob] = all;
    expect(people.join(ada!, "Garden")).toEqual({ room: "Garden", made: true });
    expect(people.join(bob!, "ＧＡＲＤＥＮ")).toEqual({ room: "Garden", made: false });
    expect(people.join(bob!, "garden")).toEqual({ room: "Garden", made: false });
    expect(people.join(bob!, "LOBBY")).toEqual({ room: "lobby", made: false });
    expect(told.map(({ person }) => person.name)).toEqual(["Ada", "Bob"]);
    expect(people.in("Garden")).toEqual(["Ada", "Bob"]);
  });

  it("that one is not in and rooms that do not exist are left with the same words", () => {
    const { people, all } = logWith("Ada", "Bob");
    people.join(all[0]!, "garden");
    const words = ["garden", "nowhere"].map((room) => {
      try {
        return people.leave(all[1]!, room);
      } catch (error) {
        return error;
      }
    });
    expect(words[0]).toMatchObject({ status: 404, message: "You are not in this room." });
    expect(words[1]).toEqual(words[0]);
    expect(() => people.leave(all[0]!, "Lobby")).toThrow("Everybody is in the lobby.");
  });

  it("are 20 at most for one person", () => {
    limits.roomsEach = 2;
    const { people, all } = logWith("Ada");
    people.join(all[0]!, "one");
    people.join(all[0]!, "two");
    expect(() => people.join(all[0]!, "three")).toThrow("You are in 2 rooms. Leave one first.");
    people.join(all[0]!, "ONE");
    people.leave(all[0]!, "two");
    people.join(all[0]!, "three");
  });

  it("are 100 at most, and an empty one makes place for a new one", () => {
    limits.rooms = 3;
    const { log, people, all } = logWith("Ada", "Bob");
    people.join(all[0]!, "one");
    people.join(all[0]!, "two");
    expect(() => people.join(all[1]!, "three")).toThrow("There are 3 rooms already.");
    expect(log.rooms).toEqual(["lobby", "one", "two"]);
    people.leave(all[0]!, "one");
    people.join(all[1]!, "three");
    expect(log.rooms).toEqual(["lobby", "two", "three"]);
  });

  it("that are made again under the same name begin anew, also for the super user who was away", async () => {
    limits.rooms = 2;
    const { log, people, all, told } = logWith("Ada", "Root");
    const [ada, root] = all;
    people.join(ada!, "garden");
    for (const text of ["one", "two"]) await log.add({ room: "garden", text }, readerOf(log, ada!));
    const { cursor } = log.since("", readerOf(log, root!));
    people.leave(ada!, "garden");
    people.join(ada!, "attic");
    people.leave(ada!, "attic");
    told.length = 0;
    people.join(ada!, "garden");
    expect(told.map(({ person }) => person.name)).toEqual(["Root", "Ada"]); // all that hear it are hung up on
    await log.add({ room: "garden", text: "new" }, readerOf(log, ada!));
    for (const person of [ada!, root!]) {
      const { msg, rooms } = log.since(cursor, readerOf(log, person));
      expect(msg).toMatchObject([{ id: 1, text: "new" }]);
      expect(rooms).toContainEqual({ room: "garden", last: 1, from: 1 });
    }
  });
});

describe("an account", () => {
  it("is one, however its name is spelled", () => {
    const { people } = logWith("Ada");
    expect(people.find(" ＡＤＡ\u200C")?.name).toBe("Ada");
    expect(() => people.create("ada", "secret")).toThrow("Somebody has created this account a moment ago.");
    expect(people.find("__proto__")).toBeUndefined();
  });

  it("is refused when there are too many", () => {
    limits.people = 1;
    const { people } = logWith("Ada");
    expect(() => people.create("Bob", "secret")).toThrow("This server has no room for another account.");
  });
});
