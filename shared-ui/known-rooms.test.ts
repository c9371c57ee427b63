// What the page knows of its rooms: the gap rule, what begins anew, and what is unread.
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Message, Update } from "../shared-chat/message.ts";
import { Rooms } from "./known-rooms.ts";
import { timing } from "./timing.ts";

let rooms: Rooms;

beforeEach(() => {
  const kept = new Map<string, string>();
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    clear: () => kept.clear(),
  });
  rooms = new Rooms();
});

type Where = Pick<Message, "room" | "to">;
const message = (id: number, where: Where = {}, user = "Bob", time = id): Message => ({
  id,
  user,
  text: String(id),
  time,
  ...where,
});
const said = (tick: number, where: Where, ...ids: number[]): Update => ({
  msg: ids.map((id) => message(id, where, "Bob", 100 * tick)),
  cursor: `log.${tick}`,
});
const keepMark = (key: string, mark: unknown, who = "ada") =>
  localStorage.setItem(`realtime-chat:read ${who} ${key}`, JSON.stringify(mark));
const keptMark = (key: string, who = "ada"): unknown =>
  JSON.parse(localStorage.getItem(`realtime-chat:read ${who} ${key}`) ?? "null");
const garden = { room: "garden" };
const room = (key: string) => rooms.list.find((one) => one.key === key);
const ids = (key: string) => room(key)?.messages.map(({ id }) => id);

/** Ada is signed in, and in the garden: three messages in the lobby, and two in the garden. */
function ada(window = rooms) {
  window.become("Ada");
  window.take({
    msg: [message(1), message(2), message(3), message(11, garden), message(12, garden)],
    cursor: "log.5",
    you: { name: "Ada" },
    rooms: [
      { room: "lobby", last: 3, from: 1 },
      { room: "garden", last: 12, from: 11 },
    ],
  });
}

describe("the gap rule", () => {
  it("lets a newcomer start with any id", () => {
    expect(
      rooms.take({ ...said(802, {}, 801, 802), rooms: [{ room: "lobby", last: 802, from: 801 }] }),
    ).toBeUndefined();
    expect(ids("lobby")).toEqual([801, 802]);
  });

  it("holds for each room by itself, and drops repeats", () => {
    ada();
    expect(rooms.take(said(6, garden, 13))).toBeUndefined();
    expect(rooms.take(said(7, {}, 3, 4))).toBeUndefined();
    expect(ids("garden")).toEqual([11, 12, 13]);
    expect(ids("lobby")).toEqual([1, 2, 3, 4]);
  });

  it("asks again from where the room with the hole was complete, although other rooms went on", () => {
    ada();
    rooms.take(said(6, garden, 13));
    rooms.take(said(8, {}, 4)); // 14 in the garden, at 7, was lost
    rooms.take({ msg: [], cursor: "log.9" }); // and a heartbeat moves no room
    expect(rooms.take(said(10, garden, 15))).toBe("log.6");
    expect(ids("garden")).toEqual([11, 12, 13]);
    expect(rooms.take(said(10, garden, 14, 15))).toBeUndefined();
    expect(ids("garden")).toEqual([11, 12, 13, 14, 15]);
  });

  it("takes nothing of an update that has a hole in one room", () => {
    ada();
    const update = { msg: [message(4), message(14, garden)], cursor: "log.8" };
    expect(rooms.take(update)).toBe("log.5");
    expect(ids("lobby")).toEqual([1, 2, 3]);
  });

  it("notices the hole in a room that was silent since the page was opened", () => {
    ada();
    rooms.take(said(6, {}, 4));
    expect(rooms.take(said(8, garden, 14))).toBe("log.5");
  });

  it("lets a room begin that nobody has spoken in before, with 1", () => {
    ada();
    expect(rooms.take({ msg: [message(1, { to: "Ada" })], cursor: "log.6" })).toBeUndefined();
    expect(room("@bob")).toMatchObject({ name: "@Bob", unread: 1 });
    expect(rooms.take({ msg: [message(7, { to: "Ada" }, "Cyd")], cursor: "log.7" })).toBe("log.5");
    expect(room("@cyd")).toBeUndefined();
  });

  it("knows a conversation by the other one of two, whoever writes, and however a name is spelled", () => {
    ada();
    rooms.take({ msg: [message(1, { to: "Ada" }), message(2, { to: "Bob" }, "Ada")], cursor: "log.7" });
    rooms.take({ msg: [message(3, { to: "ADA" }, "bob"), message(4, { to: "BOB" }, "ada")], cursor: "log.8" });
    expect(ids("@bob")).toEqual([1, 2, 3, 4]);
  });
});

describe("a list of rooms", () => {
  it("is complete: what is not in it is not theirs any more", () => {
    ada();
    rooms.take({ msg: [], cursor: "log.6", you: { name: "Ada" }, rooms: [{ room: "lobby", last: 3 }] });
    expect(rooms.list.map(({ key }) => key)).toEqual(["lobby"]);
    expect(ids("lobby")).toEqual([1, 2, 3]);
  });

  it("leaves the rooms readable when the session is over", () => {
    ada();
    rooms.take({ msg: [], cursor: "log.6", you: { ended: "Over." }, rooms: [{ room: "lobby", last: 3 }] }, true);
    expect(ids("garden")).toEqual([11, 12]);
  });

  it("begins a room anew with `from`: without a notice for who has just joined, and with one for who missed something", () => {
    ada();
    const update = (from: number, last: number): Update => ({
      msg: [message(from, garden), message(from + 1, garden)],
      cursor: `log.${last}`,
      you: { name: "Ada" },
      rooms: [
        { room: "lobby", last: 3 },
        { room: "garden", last, from },
        { room: "kitchen", last: 40, from: 41 },
      ],
    });
    rooms.take(update(11, 12)); // again, from a cursor before the join
    expect(ids("garden")).toEqual([11, 12]);
    expect(room("garden")!.notice).toBeUndefined();
    expect(room("kitchen")!.notice).toBeUndefined();
    rooms.take(update(1_500, 1_501));
    expect(ids("garden")).toEqual([1_500, 1_501]);
    expect(room("garden")!.notice).toEqual({
      text: "You were away for a long time. Some messages in between were not kept.",
    });
    rooms.take(said(60, { room: "kitchen" }, 41));
    expect(ids("kitchen")).toEqual([41]);
  });

  it("of another log replaces everything, and a notice says why", () => {
    ada();
    const update = { msg: [message(1)], cursor: "new.1", rooms: [{ room: "lobby", last: 1, from: 1 }] };
    expect(rooms.take({ ...update, reset: "new-log" })).toBeUndefined();
    expect(ids("lobby")).toEqual([1]);
    expect(room("lobby")!.notice!.text).toMatch("started over");
    expect(room("garden")).toBeUndefined();
    expect(rooms.take(said(4, garden, 4))).toBe("new.1");
  });

  it("is in order: the lobby, the rooms, the conversations", () => {
    ada();
    rooms.take({ msg: [message(1, { to: "Ada" }), message(1, { room: "Attic" })], cursor: "log.7" });
    expect(rooms.list.map(({ name }) => name)).toEqual(["lobby", "Attic", "garden", "@Bob"]);
  });
});

describe("what is unread", () => {
  const unread = (window = rooms) => Object.fromEntries(window.list.map((one) => [one.key, one.unread]));

  it("is counted for each room that is not open", () => {
    ada();
    rooms.take(said(6, {}, 4));
    rooms.take(said(8, garden, 13, 14));
    expect(unread()).toEqual({ lobby: 0, garden: 2 });
    rooms.open("garden");
    rooms.take(said(9, {}, 5));
    rooms.take(said(10, garden, 15));
    expect(unread()).toEqual({ lobby: 1, garden: 0 });
  });

  it("survives a reload, and counts what was said meanwhile, loaded or not", () => {
    ada();
    rooms.take(said(6, garden, 13));
    rooms = new Rooms();
    rooms.become("Ada");
    rooms.take({
      msg: [message(300, garden)],
      cursor: "log.400",
      rooms: [
        { room: "lobby", last: 90, from: 91 },
        { room: "garden", last: 300, from: 300 },
      ],
    });
    expect(unread()).toEqual({ lobby: 0, garden: 288 });
  });

  it("ends where this person has answered, on whatever device", () => {
    ada();
    rooms.take({ msg: [message(13, garden), message(14, garden, "Ada"), message(15, garden)], cursor: "log.8" });
    expect(unread()).toMatchObject({ garden: 1 });
    localStorage.clear(); // a browser that is new to her
    rooms.become("Ada");
    rooms.take({
      msg: [
        message(14, garden, "Ada"),
        message(15, garden),
        message(1, { to: "Bob" }, "Ada"),
        message(2, { to: "Ada" }),
      ],
      cursor: "log.9",
      rooms: [
        { room: "lobby", last: 3, from: 4 },
        { room: "garden", last: 15, from: 14 },
        { with: "Bob", last: 2, from: 1 },
      ],
    });
    expect(unread()).toEqual({ lobby: 0, garden: 0, "@bob": 1 });
  });

  it("is not touched by a reload before the first update, which says how much there is", () => {
    ada();
    rooms = new Rooms();
    rooms.become("Ada");
    keepMark("garden", { id: 13, time: 13 }); // another window is further
    rooms.open("garden"); // the address of the page
    expect(keptMark("garden")).toEqual({ id: 13, time: 13 });
    localStorage.clear(); // a browser she has not used before: earlier messages count as read
    rooms.become("Ada");
    rooms.open("garden");
    rooms.take({
      msg: [],
      cursor: "log.5",
      rooms: [
        { room: "lobby", last: 3, from: 4 },
        { room: "garden", last: 12, from: 13 },
      ],
    });
    expect(unread()).toEqual({ lobby: 0, garden: 0 });
  });

  it("is counted in a room of any name, and a count that is broken spoils no other", () => {
    keepMark("constructor", { id: 2, time: 2 });
    keepMark("__proto__", { id: 3, time: 3 });
    for (const [key, mark] of [
      ["lobby", 3],
      ["garden", { id: "many", time: 0 }],
      ["tostring", { id: -5, time: 0 }],
    ] as const)
      keepMark(key, mark);
    rooms.become("Ada");
    const names = ["lobby", "constructor", "__proto__", "toString", "garden"];
    rooms.take({ msg: [], cursor: "log.5", rooms: names.map((name) => ({ room: name, last: 5, from: 6 })) });
    expect(rooms.list.map(({ key, unread: count }) => [key, count])).toEqual(
      expect.arrayContaining([
        ["constructor", 3],
        ["__proto__", 2],
        ["tostring", 0],
        ["garden", 0],
      ]),
    );
  });

  it("ends where this person has read in another window, and never goes back", () => {
    ada();
    rooms.take(said(8, garden, 13, 14));
    keepMark("lobby", { id: 1, time: 1 });
    keepMark("garden", { id: 15, time: 900 });
    rooms.readElsewhere();
    expect(unread()).toEqual({ lobby: 0, garden: 0 });
    rooms.take(said(9, garden, 15)); // the other window had it first
    expect(unread()).toEqual({ lobby: 0, garden: 0 });
    rooms.take(said(10, garden, 16));
    keepMark("garden", { id: 2, time: 2 }); // a window that is behind
    rooms.readElsewhere();
    expect(unread()).toEqual({ lobby: 0, garden: 1 });
    expect(keptMark("garden")).toEqual({ id: 15, time: 900 }); // for the next reload
    localStorage.clear();
    rooms.readElsewhere();
    expect(keptMark("garden")).toEqual({ id: 15, time: 900 });
  });

  it("is not undone by another window that is behind in some rooms, or is opened just now", () => {
    const other = new Rooms();
    other.open("garden");
    for (const window of [rooms, other]) ada(window);
    for (const window of [rooms, other]) window.take(said(6, {}, 4)); // in the lobby, which is open in `rooms`
    for (const window of [other, rooms]) window.take(said(7, garden, 13));
    for (const window of [rooms, other]) window.readElsewhere();
    expect(unread()).toEqual({ lobby: 0, garden: 0 });
    expect(unread(other)).toEqual({ lobby: 0, garden: 0 });
    const list = [
      { room: "lobby", last: 4, from: 5 },
      { room: "garden", last: 13, from: 14 },
    ];
    other.take(said(8, garden, 14)); // while the new one waits for its first update
    rooms = new Rooms();
    rooms.become("Ada");
    rooms.open("garden");
    rooms.take({ msg: [], cursor: "log.7", rooms: list });
    expect(keptMark("garden")).toEqual({ id: 14, time: 800 });
    rooms.open("lobby");
    rooms.take(said(8, garden, 14));
    expect(unread()).toEqual({ lobby: 0, garden: 0 });
    for (const id of [15, 16]) other.take(said(id, garden, id)); // and then it is closed
    rooms.open("garden");
    rooms.take(said(15, garden, 15));
    rooms.open("lobby");
    rooms.take(said(16, garden, 16));
    expect(unread()).toEqual({ lobby: 0, garden: 0 });
    expect(keptMark("garden")).toEqual({ id: 16, time: 1_600 });
  });

  it("begins with the first message of a room that was made again under the same name", () => {
    ada();
    rooms.take({
      msg: [],
      cursor: "log.9",
      rooms: [
        { room: "lobby", last: 3 },
        { room: "garden", last: 0, from: 1 },
      ],
    });
    expect(unread()).toEqual({ lobby: 0, garden: 0 });
    rooms.take(said(10, garden, 1, 2));
    expect(unread()).toEqual({ lobby: 0, garden: 2 });
    rooms.open("garden");
    rooms.open("lobby");
    rooms.take(said(11, garden, 3));
    expect(unread()).toEqual({ lobby: 0, garden: 1 });
  });

  it("is what was said since this person has read, also after a restart that has forgotten what they had read", () => {
    ada();
    rooms.open("@bob");
    rooms.take(said(6, { to: "Ada" }, 1, 2, 3));
    rooms.open("lobby");
    const restarted: Update = {
      msg: [message(1, {}, "Bob", 800), message(1, { to: "Ada" }, "Bob", 801), message(2, { to: "Bob" }, "Ada", 802)],
      cursor: "other.3",
      reset: "new-log",
      rooms: [
        { room: "lobby", last: 1, from: 1 },
        { with: "Bob", last: 2, from: 1 },
      ],
    };
    rooms.take(restarted);
    expect(unread()).toEqual({ lobby: 0, "@bob": 0 }); // she has answered
    rooms.take(said(9, { to: "Ada" }, 3));
    expect(unread()).toEqual({ lobby: 0, "@bob": 1 });

    rooms = new Rooms(); // her page was closed during the restart, so it has no cursor, and there is no reset
    rooms.become("Ada");
    keepMark("@bob", { id: 7, time: 600 });
    rooms.take({ msg: [], cursor: "other.0", rooms: [{ room: "lobby", last: 0, from: 1 }] });
    rooms.take(said(9, { to: "Ada" }, 1, 2));
    expect(unread()).toEqual({ lobby: 0, "@bob": 2 });
  });

  it("is what was said since then, also after the log was brought back from a copy", () => {
    ada();
    rooms.take({
      msg: [message(10, garden), message(11, garden, "Bob", 800), message(12, garden, "Bob", 801)],
      cursor: "copy.5",
      reset: "new-log",
      rooms: [
        { room: "lobby", last: 3, from: 4 },
        { room: "garden", last: 12, from: 10 },
      ],
    });
    expect(unread()).toEqual({ lobby: 0, garden: 2 });
  });

  it("stays as it is when the session is over and the server has forgotten everything", () => {
    ada();
    rooms.open("@bob");
    rooms.take(said(6, { to: "Ada" }, 1, 2));
    rooms.open("lobby");
    rooms.take(
      {
        msg: [],
        cursor: "other.0",
        reset: "new-log",
        you: { ended: "" },
        rooms: [{ room: "lobby", last: 0, from: 1 }],
      },
      true,
    );
    expect(unread()).toEqual({ lobby: 0, garden: 0, "@bob": 0 });
  });

  it("comes in pieces: a room that is new to this browser is read, and a conversation is not", () => {
    rooms.become("Ada");
    const pieces = (...numbers: number[]): Update => ({
      msg: numbers.flatMap((id) => [message(id, garden), message(id, { to: "Ada" })]),
      cursor: `log.${numbers[0]}`,
    });
    const news = [
      { room: "garden", last: 4, from: 1 },
      { with: "Bob", last: 4, from: 1 },
    ];
    rooms.take({ ...pieces(1, 2), rooms: [{ room: "lobby", last: 0, from: 1 }, ...news], more: true });
    expect(unread()).toEqual({ lobby: 0, garden: 0, "@bob": 4 });
    rooms.take(pieces(3, 4));
    expect(unread()).toEqual({ lobby: 0, garden: 0, "@bob": 4 });
    rooms.take(pieces(5));
    expect(unread()).toEqual({ lobby: 0, garden: 1, "@bob": 5 });
    rooms.become("Ada");
    rooms.open("@bob"); // the first piece is read, the second one is not
    rooms.take({ ...pieces(1, 2), rooms: [{ room: "lobby", last: 0, from: 1 }, ...news], more: true });
    expect(unread()).toEqual({ lobby: 0, garden: 0, "@bob": 0 });
    rooms.open("lobby");
    rooms.take(pieces(3, 4));
    expect(unread()).toEqual({ lobby: 0, garden: 0, "@bob": 2 });
  });

  it("is that of one person: nobody else inherits it, and of a stranger nothing is kept", () => {
    ada();
    const bobs: Update = {
      msg: [message(13, garden, "Cyd")],
      cursor: "log.6",
      rooms: [{ room: "garden", last: 13, from: 13 }],
    };
    keepMark("garden", { id: 10, time: 10 }, "bob");
    rooms.become("Bob");
    rooms.take(bobs);
    expect(unread()).toMatchObject({ garden: 3 });
    localStorage.clear();
    rooms.become("");
    rooms.take(bobs);
    expect(keptMark("garden", "")).toBeNull();
  });

  it("leaves all other rooms as they are", () => {
    ada();
    const before = room("garden");
    rooms.take(said(6, {}, 4));
    expect(room("garden")).toBe(before);
  });
});

it("keeps the newest messages of each room", () => {
  ada();
  for (let id = 13; id < 13 + timing.shown; id++) rooms.take(said(id, garden, id));
  expect(ids("garden")).toHaveLength(timing.shown);
  expect(ids("lobby")).toHaveLength(3);
});

it("knows what it has seen, in each room", () => {
  ada();
  const draft = { user: "Ada", text: "" };
  expect(rooms.hasSeen(draft, 3)).toBe(true);
  expect(rooms.hasSeen(draft, 4)).toBe(false);
  expect(rooms.hasSeen({ ...draft, ...garden }, 12)).toBe(true);
  expect(rooms.hasSeen({ ...draft, to: "Bob" }, 1)).toBe(false);
});
