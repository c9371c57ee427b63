// Who has an account, which rooms they are in, and which sessions they have. All of it is records in the journal: whoever changes something adds
// a record, and what is known here changes when the record is applied, on this machine and on every other. The right is dropped first, and
// then the connections end.
import type { Entry, Event, Journal } from "./journal.ts";
import { limits } from "./limits.ts";
import { Refusal } from "./refusal.ts";
import { canonical, lobby } from "./rooms.ts";

export interface Person {
  readonly name: string;
  /** What the server checks a password against: a salt and a hash, never the password. */
  readonly secret: string;
  readonly superUser: boolean;
  /** The rooms that this person has joined, and the tick of the clock at which that was. */
  rooms: ReadonlyMap<string, number>;
  /** The sessions that go on. */
  readonly sessions: Set<Session>;
  /** The tick at which the rooms changed last. */
  changed: number;
  ban: Ban | undefined;
}

/** A time during which a person may not sign in. */
export interface Ban {
  readonly name: string;
  readonly reason: string;
  /** As `Date.now()` counts. */
  readonly until: number;
  /** The super user who says so. */
  readonly by: string;
}

/** A person on one device. It ends once. The reason is kept until the session would have expired, for a page that was away meanwhile. */
export interface Session {
  /** What the server recognises it by: the hash of its token. */
  readonly id: string;
  readonly person: Person;
  /** When it ends by itself, as `Date.now()` counts. */
  readonly until: number;
  /** The tick of the clock at which it began or ended. */
  changed: number;
  /** Why it is over, in words. */
  ended: string | undefined;
}

/** Something that was done, for the super user to look back on. */
export interface AuditEvent {
  readonly time: number;
  readonly by: string;
  readonly what: string;
}

// The records, as they are stored.
interface PersonRecord {
  name: string;
  secret: string;
  rooms: [room: string, since: number][];
  changed: number;
  ban?: Ban | undefined;
}
type SessionRecord = { person: string; until: number; ended?: string };

/** What this needs to know of rooms. */
interface Rooms {
  /** The names of all public rooms. */
  rooms: string[];
  /** The name of a public room as its first visitor spelled it. */
  roomNamed(name: string): string | undefined;
}

export class People {
  readonly #rooms: Rooms;
  readonly #journal: Pick<Journal, "add">;
  readonly #superUser: string | undefined;
  readonly #people = new Map<string, Person>(); // by canonical name
  readonly #sessions = new Map<string, Session>(); // by id
  readonly #ticks = new Map<string, number>(); // of each record, where it was written last
  readonly #early = new Map<string, (() => unknown)[]>(); // sessions whose person is not known yet, by canonical name
  readonly #listeners = new Set<(session: Session | undefined) => void>();
  #audit: (AuditEvent & { record: string })[] = [];
  #roomsChanged = 0; // the tick at which a room was made or taken away

  constructor(rooms: Rooms, journal: Pick<Journal, "add">, superUser?: string) {
    this.#rooms = rooms;
    this.#journal = journal;
    this.#superUser = superUser && canonical(superUser);
  }

  get audit(): readonly AuditEvent[] {
    return this.#audit.map(({ time, by, what }) => ({ time, by, what }));
  }

  get bans(): Ban[] {
    return [...this.#people.values()].flatMap((person) => banOf(person) ?? []);
  }

  /** The person with this name, however it is spelled. */
  find(name: string): Person | undefined {
    return this.#people.get(canonical(name));
  }

  /** Whether a name belongs to an account, or to that of the super user, which may not be there yet. */
  isTaken(name: string): boolean {
    return this.find(name) !== undefined || canonical(name) === this.#superUser;
  }

  /** The names of those who are in a room. */
  in(room: string): string[] {
    return [...this.#people.values()].filter(({ rooms }) => room === lobby || rooms.has(room)).map(({ name }) => name);
  }

  session(id: string): Session | undefined {
    return this.#sessions.get(id);
  }

  /** The tick at which what this session hears changed last. */
  changed({ person, changed }: Session): number {
    return Math.max(changed, person.changed, person.superUser ? this.#roomsChanged : 0);
  }

  /**
   * Creates an account.
   * @throws {Refusal} 409 when there is one with this name, 403 when there are too many.
   */
  async create(name: string, secret: string): Promise<Person> {
    await this.#add((tick) => {
      if (this.find(name)) throw new Refusal(409, "Somebody has created this account a moment ago.");
      if (this.#people.size >= limits.people) throw new Refusal(403, "This server has no room for another account.");
      return { events: [record(`person:${canonical(name)}`, { name, secret, rooms: [], changed: tick })] };
    });
    return this.find(name)!;
  }

  /**
   * Begins a session.
   * @param id what the server recognises it by.
   * @throws {Refusal} 403 with the reason when the person is banned.
   */
  async signIn(person: Person, id: string): Promise<Session> {
    await this.#add((tick) => {
      this.#knows(person);
      const ban = banOf(person);
      if (ban) throw new Refusal(403, words(ban));
      const until = Date.now() + limits.session;
      const events = [record(`session:${id}`, { person: canonical(person.name), until }), ...this.#oldSessions()];
      if (person.superUser) events.push(audit(tick, person.name, "signed in as the super user"));
      return { events };
    });
    return this.#sessions.get(id)!;
  }

  /** Ends a session, with the reason for whoever finds out later. */
  end(session: Session, reason: string): Promise<void> {
    return this.#add(() => ({ events: this.#sessions.get(session.id) === session ? ended(session, reason) : [] }));
  }

  /** Forgets a session that is over: the person goes on without it. */
  forget(session: Session): Promise<void> {
    return this.#add(() => ({ events: [record(`session:${session.id}`, null)] }));
  }

  /**
   * Somebody joins a room, which is made if it does not exist.
   * @returns its name as its first visitor spelled it, and whether it is new.
   * @throws {Refusal} 403 when there are too many.
   */
  join(person: Person, name: string): Promise<{ room: string; made: boolean }> {
    return this.#journal.add(({ tick }) => {
      this.#knows(person);
      const known = this.#rooms.roomNamed(name);
      const room = known ?? name;
      if (room === lobby || person.rooms.has(room)) return { events: [], result: { room, made: false } };
      if (person.rooms.size >= limits.roomsEach)
        throw new Refusal(403, `You are in ${limits.roomsEach} rooms. Leave one first.`);
      const events = known === undefined ? this.#newRoom(name) : [];
      const at = tick + events.length;
      events.push(personRecord(person, { rooms: [...person.rooms, [room, at]], changed: at }));
      return { events, result: { room, made: known === undefined } };
    });
  }

  /**
   * Somebody leaves a room.
   * @throws {Refusal} 404 when they are not in it, whether it exists or not; 403 when it is the lobby.
   */
  leave(person: Person, name: string): Promise<void> {
    return this.#add((tick) => {
      this.#knows(person);
      const room = this.#rooms.roomNamed(name);
      if (room === lobby) throw new Refusal(403, "Everybody is in the lobby.");
      if (room === undefined || !person.rooms.has(room)) throw new Refusal(404, "You are not in this room.");
      const rooms = [...person.rooms].filter(([other]) => other !== room);
      return { events: [personRecord(person, { rooms, changed: tick })] };
    });
  }

  /** Ends all sessions of a person, takes them out of their rooms, and lets nobody sign in as them for a time. */
  ban(person: Person, ban: Ban): Promise<void> {
    return this.#add((tick) => {
      this.#knows(person);
      const sessions = [...person.sessions].flatMap((session) => ended(session, words(ban)));
      const what = `banned ${person.name} until ${day.format(ban.until)} UTC: ${ban.reason}`;
      const changes = personRecord(person, { ban, rooms: [], changed: tick });
      return { events: [...sessions, changes, audit(tick, ban.by, what)] }; // who is told that a session ends reads why
    });
  }

  /** Ends a ban. */
  unban(person: Person, by: string): Promise<void> {
    return this.#add((tick) => {
      this.#knows(person);
      if (!banOf(person)) return { events: [] };
      return { events: [personRecord(person, { ban: undefined }), audit(tick, by, `ended the ban of ${person.name}`)] };
    });
  }

  /** Calls this listener with every session that begins or whose rights have changed, and without one when those of all may have, until the signal is aborted. */
  listen(listener: (session: Session | undefined) => void, until: AbortSignal): void {
    this.#listeners.add(listener);
    until.addEventListener("abort", () => this.#listeners.delete(listener));
  }

  /** A record has a new value. Returns the ticks of the entries that are not needed any more. */
  apply({ tick, time, record: name, value }: Extract<Entry, { record: string }>): number[] {
    const before = this.#ticks.get(name);
    this.#ticks.set(name, tick);
    const unneeded = before === undefined ? [] : [before];
    const [kind, key] = [name.slice(0, name.indexOf(":")), name.slice(name.indexOf(":") + 1)];
    if (kind === "person") this.#applyPerson(key, value as PersonRecord);
    if (kind === "session") this.#applySession(key, tick, value as SessionRecord | null);
    if (value === null) {
      unneeded.push(tick); // it goes together with what it took away
      this.#ticks.delete(name);
    }
    if (kind === "audit") {
      this.#audit.push({ ...(value as { by: string; what: string }), time, record: name });
      for (const { record: old } of this.#audit.splice(0, this.#audit.length - limits.audit)) {
        unneeded.push(this.#ticks.get(old)!);
        this.#ticks.delete(old);
      }
    }
    if (kind === "room") {
      this.#roomsChanged = tick;
      for (const { superUser, sessions } of this.#people.values()) if (superUser) this.#tell(sessions);
    }
    return unneeded;
  }

  /** Forgets everything, and hangs up on everybody: what follows is read anew. */
  restart(): void {
    this.#people.clear();
    this.#sessions.clear();
    this.#ticks.clear();
    this.#early.clear();
    this.#audit = [];
    this.#roomsChanged = 0;
    this.#tell([undefined]);
  }

  #applyPerson(key: string, { name, secret, rooms, changed, ban }: PersonRecord) {
    const superUser = key === this.#superUser;
    const person = this.#people.get(key) ?? {
      name,
      secret,
      superUser,
      sessions: new Set(),
      rooms: new Map(),
      changed,
      ban,
    };
    const others = changed !== person.changed;
    Object.assign(person, { rooms: new Map(rooms), changed, ban });
    this.#people.set(key, person);
    for (const begin of this.#early.get(key) ?? []) begin();
    this.#early.delete(key);
    if (others) this.#tell(person.sessions);
  }

  #applySession(id: string, tick: number, value: SessionRecord | null) {
    const known = this.#sessions.get(id);
    if (!value) {
      this.#sessions.delete(id);
      return;
    }
    const person = this.#people.get(value.person);
    if (!person) {
      // The record of a person is written anew when they join a room: what a store still keeps of it may stand behind the session.
      const begin = () => this.#ticks.get(`session:${id}`) === tick && this.#applySession(id, tick, value);
      this.#early.set(value.person, [...(this.#early.get(value.person) ?? []), begin]);
      return;
    }
    const session = known ?? { id, person, until: value.until, changed: tick, ended: undefined };
    Object.assign(session, { ended: value.ended, changed: tick });
    this.#sessions.set(id, session);
    if (session.ended !== undefined) {
      person.sessions.delete(session);
      this.#tell([session]);
    } else if (!known) {
      person.sessions.add(session);
      this.#tell([session]); // somebody may have come with it before we knew it
      const expire = () => void this.end(session, "Your session has expired. Please sign in again.").catch(() => {});
      setTimeout(expire, session.until - Date.now()).unref();
    }
  }

  /** @throws {Refusal} 503 when it is somebody of a journal that was replaced meanwhile. */
  #knows(person: Person) {
    if (this.find(person.name) === person) return;
    throw new Refusal(503, "The server begins anew. Please try again soon.", undefined, 2);
  }

  #add(build: (tick: number) => { events: Event[] }): Promise<void> {
    return this.#journal.add(({ tick }) => ({ ...build(tick), result: undefined }));
  }

  #newRoom(name: string): Event[] {
    const { rooms } = this.#rooms;
    if (rooms.length < limits.rooms) return [record(`room:${canonical(name)}`, { name })];
    // An empty room makes place for a new one; without this, a few people could use up all of them for ever.
    const empty = rooms.find((room) => room !== lobby && this.in(room).length === 0);
    if (empty === undefined) throw new Refusal(403, `There are ${limits.rooms} rooms already.`);
    return [record(`room:${canonical(empty)}`, null), record(`room:${canonical(name)}`, { name })];
  }

  #tell(sessions: Iterable<Session | undefined>) {
    for (const session of Array.from(sessions)) for (const listener of this.#listeners) listener(session);
  }

  // One that expired is kept for as long again: whoever was away when it did must read why.
  #oldSessions(): Event[] {
    const old = [...this.#sessions.values()].filter(({ until }) => until + limits.session < Date.now());
    return old.map(({ id }) => record(`session:${id}`, null));
  }
}

const record = (name: string, value: unknown): Event => ({ record: name, value });

const audit = (tick: number, by: string, what: string): Event => record(`audit:${tick}`, { by, what });

function personRecord(person: Person, changes: Partial<PersonRecord>): Event {
  const { name, secret, rooms, changed, ban } = person;
  return record(`person:${canonical(name)}`, { name, secret, rooms: [...rooms], changed, ban, ...changes });
}

/** Nothing, when it is over already. */
function ended({ id, person, until, ended: already }: Session, reason: string): Event[] {
  if (already !== undefined) return [];
  return [record(`session:${id}`, { person: canonical(person.name), until, ended: reason })];
}
const day = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "short", timeZone: "UTC" });

/** The ban that a person is under now. */
function banOf({ ban }: Person): Ban | undefined {
  return ban && ban.until > Date.now() ? ban : undefined;
}

function words({ reason, until }: Ban): string {
  return `You are banned until ${day.format(until)} UTC. The reason: ${reason}`;
}
