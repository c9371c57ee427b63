// Random histories: people talk, join, leave, sign in and out, lose frames and connections. When it is quiet again, every screen must show
// what its owner may read: all of it, in order, once, and nothing else. Everything here is the real thing, but for the network and the page.
import assert from "node:assert/strict"; // with `expect`, a thousand histories take several times as long
import type { IncomingMessage } from "node:http";
import { setImmediate as nextTurn } from "node:timers/promises";
import fc from "fast-check";
import { afterEach, it } from "vitest";
import { limits } from "../shared-chat/limits.ts";
import { Log } from "../shared-chat/log.ts";
import type { Message, RoomNews, Update } from "../shared-chat/message.ts";
import { Refusal } from "../shared-chat/refusal.ts";
import { Audience } from "./audience.ts";
import { catchUp } from "./catch-up.ts";
import { Sessions } from "./sessions.ts";

const defaults = { ...limits };
afterEach(() => void Object.assign(limits, defaults));

const owners = ["Ada", "Ada", "Bob", "Root"]; // of the devices; Root is the super user
const rooms = ["garden", "attic", "cellar"];
const places = ["lobby", "lobby", ...rooms, "Ada", "Bob", "Root"]; // where something is said

const labelOf = (room: RoomNews) => ("room" in room ? room.room : `@${room.with}`);

/** A person at a screen. What the server has sent waits in `wire` until it is received, or lost. */
class Device {
  readonly name: string;
  readonly shown = new Map<string, Message[]>();
  readonly wire: { update: Update; sent?: () => void }[] = [];
  readonly req = { headers: { host: "localhost:3001", cookie: "" }, socket: {} } as IncomingMessage;
  connected = false;
  #hasLost = false;
  readonly #world: World;
  readonly #next = new Map<string, number>(); // for each room the id of the next message
  readonly #whole = new Map<string, string>(); // and the cursor at which it was last complete
  #cursor = "";
  #gone = () => {};

  constructor(world: World, name: string) {
    this.#world = world;
    this.name = name;
  }

  connect() {
    const { log, sessions, audience } = this.#world;
    this.cut();
    const reader = sessions.reader(this.req);
    const goodbye = () => void (this.connected = false); // what is under way still arrives
    this.connected = true;
    this.#gone = catchUp(log, this.#cursor, reader, {
      send: (update, sent) => this.hears(update, sent),
      listen: () => audience.join(reader.topics, this),
      goodbye,
      hangUp: goodbye,
    });
  }

  cut() {
    this.#gone();
    this.connected = false;
    this.wire.length = 0;
  }

  hears(update: Update, sent?: () => void) {
    assert(this.connected);
    for (const message of update.msg)
      assert(this.#world.mayRead(this, message), `${this.name} may not read ${JSON.stringify(message)}`);
    this.wire.push({ update, ...(sent && { sent }) });
  }

  receive() {
    const frame = this.wire.shift();
    const hole = frame && this.#show(frame.update);
    if (hole === undefined) return frame?.sent?.();
    const { connected } = this;
    this.cut();
    this.#cursor = hole;
    if (connected) this.connect();
  }

  /** A frame of a connection that stays open is lost: a fault that the gap rule of the page repairs. */
  lose() {
    if (!this.wire[0] || this.wire[0].sent) return;
    this.wire.shift();
    this.#hasLost = true;
  }

  /** Somebody signs in: the page begins anew. */
  forget() {
    this.cut();
    this.#cursor = "";
    this.shown.clear();
    this.#whole.clear();
  }

  /** @returns the cursor to repair from when a message is missing. */
  #show({ msg, cursor, rooms: news }: Update): string | undefined {
    const known = news && new Set(news.map(labelOf));
    for (const room of this.shown.keys()) if (known && !known.has(room)) this.shown.delete(room);
    const complete = new Set<string>();
    for (const each of news ?? []) {
      if (each.from === undefined) continue;
      complete.add(labelOf(each));
      this.shown.set(labelOf(each), []);
      this.#next.set(labelOf(each), each.from);
    }
    for (const message of msg) {
      const { user, to, room: where = "lobby" } = message;
      const room = to === undefined ? where : `@${to === this.name ? user : to}`;
      const next = this.shown.has(room) ? (this.#next.get(room) ?? 1) : 1;
      if (!this.#hasLost) assert.equal(message.id, next); // without a loss no repair is needed, and nothing arrives twice
      if (message.id > next) return this.#whole.get(room) ?? "";
      complete.add(room);
      if (message.id < next) continue; // a repeat
      this.shown.set(room, [...(this.shown.get(room) ?? []), message]);
      this.#next.set(room, next + 1);
    }
    this.#cursor = cursor;
    for (const room of complete) this.#whole.set(room, cursor);
    return undefined;
  }
}

/** A server, everybody's devices, and what is true. */
class World {
  readonly log = new Log({ superUser: "Root" });
  readonly closing = new AbortController();
  readonly sessions = new Sessions({ log: this.log, closing: this.closing.signal });
  readonly audience = new Audience<Device>();
  readonly devices = owners.map((name) => new Device(this, name));
  readonly said = new Map<string, Message[]>(); // by room, or by the names of two people
  readonly #members = new Map(owners.map((name) => [name, new Set<string>()]));
  readonly #signedIn = new Set<Device>();

  async begin() {
    for (const name of new Set(owners)) await this.log.people.create(name, "secret");
    this.log.listen((update, topics) => {
      for (const device of this.audience.at(topics)) device.hears(update);
    }, this.closing.signal);
    for (const device of this.devices) await this.signIn(device);
  }

  async signIn(device: Device) {
    const cookie = await this.sessions.begin(device.req, this.log.people.find(device.name)!);
    device.req.headers.cookie = cookie.split(";")[0];
    this.#signedIn.add(device);
    device.forget();
  }

  async signOut(device: Device) {
    if (this.#signedIn.delete(device)) await this.sessions.end(device.req, "You signed out.");
  }

  mayRead(device: Device, { user, to, room }: Pick<Message, "user" | "to" | "room">): boolean {
    if (to === undefined && room === undefined) return true;
    if (!this.#signedIn.has(device)) return false;
    if (room !== undefined) return device.name === "Root" || this.#members.get(device.name)!.has(room);
    return [user, to].includes(device.name);
  }

  async say(device: Device, where: string) {
    const { name } = device;
    const [room, to] = owners.includes(where) ? [undefined, where] : [where === "lobby" ? undefined : where, undefined];
    const inRoom =
      !room || this.#members.get(name)!.has(room) || (name === "Root" && this.log.roomNamed(room) !== undefined);
    const may = this.#signedIn.has(device) && to !== name && inRoom;
    const draft = { user: name, text: "hello", ...(room && { room }), ...(to && { to }) };
    const message = await this.log
      .add(draft, this.sessions.reader(device.req))
      .then(({ message: accepted }) => accepted, refused);
    assert.equal(message !== undefined, may, `${name} to ${where}`);
    if (!message) return;
    const key = to === undefined ? where : [name, to].toSorted().join("+");
    const list = this.said.get(key) ?? [];
    assert.equal(message.id, list.length + 1);
    this.said.set(key, [...list, message]);
  }

  async join(device: Device, room: string) {
    const there = this.log.rooms;
    try {
      const { made } = await this.log.people.join(this.log.people.find(device.name)!, room);
      this.#members.get(device.name)!.add(room);
      if (made) for (const gone of there) if (!this.log.rooms.includes(gone)) this.said.delete(gone);
    } catch (error) {
      refused(error);
    }
  }

  async leave(device: Device, room: string) {
    try {
      await this.log.people.leave(this.log.people.find(device.name)!, room);
      this.#members.get(device.name)!.delete(room);
    } catch (error) {
      refused(error);
    }
  }

  async step(what: What, device: Device, where: number) {
    const room = rooms[where % rooms.length]!;
    if (what === "say") await this.say(device, places[where]!);
    else if (what === "join") await this.join(device, room);
    else if (what === "leave") await this.leave(device, room);
    else if (what === "sign in") await this.signIn(device);
    else if (what === "sign out") await this.signOut(device);
    else if (what === "connect") device.connect();
    else if (what === "cut") device.cut();
    else if (what === "receive") device.receive();
    else if (what === "lose") device.lose();
    else await nextTurn();
  }

  /** Everybody is back, and something is said everywhere: who has lost something notices. Then it is quiet. */
  async settle() {
    for (const device of this.devices) if (!this.#signedIn.has(device)) await this.signIn(device);
    const [, ada, bob] = this.devices;
    for (const room of this.log.rooms) {
      await this.join(ada!, room);
      await this.say(ada!, room);
    }
    for (const to of ["Bob", "Root"]) await this.say(ada!, to);
    await this.say(bob!, "Root");
    await nextTurn();
    for (let rounds = 0; this.devices.some(({ connected, wire }) => !connected || wire.length > 0); rounds++) {
      assert(rounds < 100, "It does not get quiet.");
      for (const device of this.devices) {
        if (device.wire.length > 0) device.receive();
        else if (!device.connected) device.connect();
      }
      await nextTurn();
    }
    this.closing.abort();
  }
}

function refused(error: unknown): undefined {
  if (!(error instanceof Refusal)) throw error;
}

type What = (typeof weights)[number][1];
const weights = [
  [12, "say"],
  [12, "receive"],
  [4, "turn"],
  [4, "connect"],
  [2, "cut"],
  [3, "join"],
  [1, "leave"],
  [1, "sign in"],
  [1, "sign out"],
  [1, "lose"],
] as const;
const steps = fc.array(
  fc.record({
    what: fc.oneof(...weights.map(([weight, what]) => ({ weight, arbitrary: fc.constant(what) }))),
    who: fc.nat({ max: owners.length - 1 }),
    where: fc.nat({ max: places.length - 1 }),
  }),
  { maxLength: 100, size: "max" },
);

it.each([
  ["that keeps everything", 1_000],
  ["that forgets", 4],
])(
  "every screen shows all that its owner may read, in order, once, and nothing else, whatever happens, with a log %s",
  async (_log, kept) => {
    Object.assign(limits, { kept, first: kept, piece: 200, rooms: 3 });
    await fc.assert(
      fc.asyncProperty(steps, async (history) => {
        const world = new World();
        await world.begin();
        for (const { what, who, where } of history) await world.step(what, world.devices[who]!, where);
        await world.settle();
        for (const device of world.devices) {
          const theirs = [...world.said].filter(([, [first]]) => world.mayRead(device, first!));
          const labels = theirs.map(([key]) =>
            key.includes("+") ? `@${key.split("+").find((name) => name !== device.name)}` : key,
          );
          assert.deepEqual([...device.shown.keys()].toSorted(), labels.toSorted());
          for (const [n, [, said]] of theirs.entries()) {
            const shown = device.shown.get(labels[n]!)!;
            const least = kept === 4 ? 1 : said.length;
            assert(shown.length >= least);
            assert.deepEqual(shown, said.slice(-shown.length));
          }
        }
      }),
      { numRuns: 1_000 },
    );
  },
);
