import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";
import fc from "fast-check";
import { afterEach, it } from "vitest";
import { type Entry, memory, newEpoch, type Store } from "./journal.ts";
import { limits } from "./limits.ts";
import { Log } from "./log.ts";
import type { Update } from "./message.ts";
import type { Person, Session } from "./people.ts";
import { type Reader, readerFor } from "./reader.ts";
import { Refusal } from "./refusal.ts";
import { lobby } from "./rooms.ts";

const defaults = { ...limits };
afterEach(() => void Object.assign(limits, defaults));

/** What a machine keeps for several logs, without a disk. */
class Shelf {
  epoch = newEpoch();
  entries: Entry[] = [];
  /** Whether it answers. */
  there = true;
  readonly #wakes = new Set<() => void>();

  /** Tells all logs that something may be new. */
  wake(): void {
    for (const wake of this.#wakes) wake();
  }

  async turn(): Promise<void> {
    await nextTurn();
    if (!this.there) throw new Error("There is no shelf.");
  }

  /** The store of one log. */
  store(): Store {
    return {
      shared: true,
      open: async (wake) => {
        await this.turn();
        this.#wakes.add(wake);
        return this.epoch;
      },
      append: async (entries) => {
        await this.turn();
        if ((this.entries.at(-1)?.tick ?? 0) !== entries[0]!.tick - 1) return 0;
        this.entries.push(...structuredClone(entries));
        return entries.length;
      },
      read: async (after) => {
        await this.turn();
        const place = this.entries.findIndex(({ tick, time }) => tick === after?.tick && time === after.time);
        return after && place < 0 ? undefined : structuredClone(this.entries.slice(place + 1));
      },
      forget: async (ticks) => {
        await this.turn();
        this.entries = this.entries.filter(({ tick }) => !ticks.includes(tick));
      },
      close: async () => {},
    };
  }
}

async function logOn(shelf: Shelf): Promise<Log> {
  const log = new Log({ store: shelf.store(), superUser: "Root" });
  await log.open();
  return log;
}

/** What a person hears now. */
const readerOf = ({ people }: Log, person: Person): Reader =>
  readerFor(person, people.changed({ person, changed: 0 } as Session), new AbortController().signal);

const names = ["Ada", "Bob", "Root"];

/** What a screen shows that was at these ids: the newest id of each room afterwards. Nothing may be missing, and nothing may come twice. */
function shows({ msg, rooms, reset }: Update, seen: Map<string, number>, { name }: Reader): Map<string, number> {
  const next = new Map(reset ? [] : [...seen].map(([room, id]) => [room, id + 1]));
  const labels = new Set(rooms?.map((room) => ("room" in room ? room.room : `@${room.with}`)));
  for (const room of rooms ?? [])
    if (room.from !== undefined) next.set("room" in room ? room.room : `@${room.with}`, room.from);
  for (const { id, room = lobby, user, to } of msg) {
    const label = to === undefined ? room : `@${to === name ? user : to}`;
    assert.equal(id, next.get(label) ?? 1, label);
    next.set(label, id + 1);
  }
  return new Map([...next].filter(([room]) => !rooms || labels.has(room)).map(([room, id]) => [room, id - 1]));
}

const steps = fc.array(
  fc.record({
    what: fc.constantFrom(
      "say",
      "say",
      "say",
      "say",
      "join",
      "leave",
      "sign in",
      "sign out",
      "ban",
      "look",
      "look",
      "turn",
    ),
    who: fc.nat({ max: names.length - 1 }),
    where: fc.nat({ max: 5 }),
    node: fc.nat({ max: 1 }),
  }),
  { maxLength: 150, size: "max" },
);

it("A log that is opened later, and logs that share a store, know the same, whatever happened and was tidied away", async () => {
  Object.assign(limits, { kept: 2, first: 2, rooms: 3, drafts: 6, unneeded: 4, audit: 3 });
  await fc.assert(
    fc.asyncProperty(steps, async (history) => {
      const shelf = new Shelf();
      const nodes = [await logOn(shelf), await logOn(shelf)];
      for (const name of names) await nodes[0]!.people.create(name, "secret");
      for (const node of nodes) await caughtUp(node, shelf);
      const looks: { name: string; cursor: string; seen: Map<string, number> }[] = [];
      for (const { what, who, where, node } of history) {
        const log = nodes[node]!;
        const { people } = log;
        const person = people.find(names[who]!)!;
        const room = ["garden", "attic", "cellar"][where % 3]!;
        const place = [{}, { room }, { to: names[where % 3] }][where % 3]!;
        const [session] = person.sessions;
        const draft = { text: "hello", ...(where < 3 && { draftId: randomUUID() }), ...place };
        if (what === "say") await log.add(draft, readerOf(log, person)).catch(refused);
        else if (what === "join") await people.join(person, room).catch(refused);
        else if (what === "leave") await people.leave(person, room).catch(refused);
        else if (what === "sign in") await people.signIn(person, randomUUID()).catch(refused);
        else if (what === "sign out") await (session && people.end(session, "Bye."));
        else if (what === "ban")
          await people
            .ban(person, { name: person.name, reason: "Spam", until: Date.now() + where, by: "Root" })
            .catch(refused);
        else if (what === "turn") await caughtUp(log, shelf);
        else {
          const reader = readerOf(log, person);
          const update = log.since("", reader);
          looks.push({ name: person.name, cursor: update.cursor, seen: shows(update, new Map(), reader) });
        }
      }
      const all = [...nodes, await logOn(shelf)];
      for (const log of all) await caughtUp(log, shelf);
      const told = all.map((log) =>
        names.map((name) => {
          const person = log.people.find(name)!;
          const reader = readerOf(log, person);
          const { you, rooms, msg } = log.since("", reader);
          for (const look of looks)
            if (look.name === name)
              assert.deepEqual(
                byName(shows(log.since(look.cursor, reader), look.seen, reader)),
                byName(new Map(rooms!.map((room) => ["room" in room ? room.room : `@${room.with}`, room.last]))),
              );
          const sessions = [...person.sessions].map(({ id, changed }) => `${id} ${changed}`);
          return {
            you,
            rooms: rooms!.map((each) => JSON.stringify(each)).toSorted(),
            msg,
            sessions,
            audit: log.people.audit,
          };
        }),
      );
      assert.deepEqual(told[1], told[0]);
      assert.deepEqual(told[2], told[0]);
      assert(shelf.entries.length < 100);
    }),
    { numRuns: 300 },
  );
}, 60_000);

it("What is added while an empty journal is read stays", async () => {
  const shelf = new Shelf();
  const log = await logOn(shelf);
  shelf.wake();
  const ada = await log.people.create("Ada", "secret");
  for (let turn = 0; turn < 10; turn++) {
    assert.equal(log.people.find("Ada"), ada);
    await nextTurn();
  }
});

const byName = (rooms: Map<string, number>) => Object.fromEntries([...rooms].filter(([, last]) => last > 0));

function refused(error: unknown): undefined {
  if (!(error instanceof Refusal)) throw error;
}

/** Waits until a log has read what is there. */
async function caughtUp(log: Log, shelf: Shelf) {
  const { tick = 0 } = shelf.entries.at(-1) ?? {};
  while (Number(log.cursor.split(".")[1]) < tick) {
    shelf.wake();
    await nextTurn();
  }
}

it("is the same journal when a store in memory is opened again", async () => {
  const store = memory();
  assert.equal(await store.open(() => {}), await store.open(() => {}));
});
