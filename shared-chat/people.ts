// Who has an account, which rooms they are in, and which sessions they have. Every change ticks the clock of the log, so that a cursor
// tells whether a reader knows of it. The right is dropped first, and then the connections end.
import { limits } from "./limits.ts";
import type { Log } from "./log.ts";
import { Refusal } from "./refusal.ts";
import { canonical, lobby } from "./rooms.ts";

export interface Person {
  readonly name: string;
  /** What the server checks a password against: a salt and a hash, never the password. */
  readonly secret: string;
  readonly superUser: boolean;
  /** The rooms that this person has joined, and the tick of the clock at which that was. */
  readonly rooms: Map<string, number>;
  readonly sessions: Set<Session>;
  /** The tick at which the rooms changed last. */
  changed: number;
  ban?: Ban;
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
  readonly person: Person;
  /** When it ends by itself, as `Date.now()` counts. */
  readonly until: number;
  /** The tick of the clock at which it began or ended. */
  changed: number;
  /** Why it is over, in words. */
  ended?: string;
}

/** Something that was done, for the super user to look back on. */
export interface Event {
  readonly time: number;
  readonly by: string;
  readonly what: string;
}

export class People {
  readonly #log: Log;
  readonly #superUser: string | undefined;
  readonly #people = new Map<string, Person>(); // by canonical name
  readonly #sessions = new Map<string, Session>(); // by the hash of the token
  readonly #listeners = new Set<(session: Session) => void>();
  readonly #audit: Event[] = [];
  #roomsChanged = 0; // the tick at which a room was made or taken away

  constructor(log: Log, superUser?: string) {
    this.#log = log;
    this.#superUser = superUser && canonical(superUser);
  }

  get audit(): readonly Event[] {
    return this.#audit;
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

  /**
   * Creates an account.
   * @throws {Refusal} 409 when there is one with this name, 403 when there are too many.
   */
  create(name: string, secret: string): Person {
    if (this.find(name)) throw new Refusal(409, "Somebody has created this account a moment ago.");
    if (this.#people.size >= limits.people) throw new Refusal(403, "This server has no room for another account.");
    const superUser = canonical(name) === this.#superUser;
    const person = {
      name,
      secret,
      superUser,
      rooms: new Map(),
      sessions: new Set<Session>(),
      changed: this.#log.tick(),
    };
    this.#people.set(canonical(name), person);
    return person;
  }

  /**
   * Begins a session.
   * @param id what the server recognises it by.
   * @throws {Refusal} 403 with the reason when the person is banned.
   */
  signIn(person: Person, id: string): void {
    const ban = banOf(person);
    if (ban) throw new Refusal(403, words(ban));
    this.#forgetOldSessions();
    const session = { person, until: Date.now() + limits.session, changed: this.#log.tick() };
    person.sessions.add(session);
    this.#sessions.set(id, session);
    setTimeout(() => this.end(session, "Your session has expired. Please sign in again."), limits.session).unref();
    if (person.superUser) this.#record(person.name, "signed in as the super user");
  }

  session(id: string): Session | undefined {
    return this.#sessions.get(id);
  }

  /** Ends a session, with the reason for whoever finds out later. */
  end(session: Session, reason: string): void {
    if (session.ended !== undefined) return;
    session.ended = reason;
    session.person.sessions.delete(session);
    session.changed = this.#log.tick();
    this.#tell([session]);
  }

  /** Forgets a session that is over: the person goes on without it. */
  forget(id: string): void {
    this.#sessions.delete(id);
  }

  /** The tick at which what this session hears changed last. */
  changed({ person, changed }: Session): number {
    return Math.max(changed, person.changed, person.superUser ? this.#roomsChanged : 0);
  }

  /**
   * Somebody joins a room, which is made if it does not exist.
   * @returns its name as its first visitor spelled it, and whether it is new.
   * @throws {Refusal} 403 when there are too many.
   */
  join(person: Person, name: string): { room: string; made: boolean } {
    const known = this.#log.roomNamed(name);
    if (known === lobby || (known && person.rooms.has(known))) return { room: known, made: false };
    if (person.rooms.size >= limits.roomsEach)
      throw new Refusal(403, `You are in ${limits.roomsEach} rooms. Leave one first.`);
    const room = known ?? this.#makeRoom(name);
    person.rooms.set(room, (person.changed = this.#log.tick()));
    this.#tell(person.sessions);
    return { room, made: known === undefined };
  }

  /**
   * Somebody leaves a room.
   * @throws {Refusal} 404 when they are not in it, whether it exists or not; 403 when it is the lobby.
   */
  leave(person: Person, name: string): void {
    const room = this.#log.roomNamed(name);
    if (room === lobby) throw new Refusal(403, "Everybody is in the lobby.");
    if (!room || !person.rooms.delete(room)) throw new Refusal(404, "You are not in this room.");
    person.changed = this.#log.tick();
    this.#tell(person.sessions);
  }

  /** Ends all sessions of a person, takes them out of their rooms, and lets nobody sign in as them for a time. */
  ban(person: Person, ban: Ban): void {
    person.ban = ban;
    person.rooms.clear();
    this.#record(ban.by, `banned ${person.name} until ${day.format(ban.until)} UTC: ${ban.reason}`);
    person.sessions.forEach((session) => this.end(session, words(ban)));
  }

  /** Ends a ban. */
  unban(person: Person, by: string): void {
    if (!banOf(person)) return;
    delete person.ban;
    this.#record(by, `ended the ban of ${person.name}`);
  }

  /** Calls this listener with every session whose rights have changed, until the signal is aborted. */
  listen(listener: (session: Session) => void, until: AbortSignal): void {
    this.#listeners.add(listener);
    until.addEventListener("abort", () => this.#listeners.delete(listener));
  }

  #makeRoom(name: string): string {
    if (this.#log.rooms.length >= limits.rooms) {
      // An empty room makes place for a new one; without this, a few people could use up all of them for ever.
      const empty = this.#log.rooms.find((room) => room !== lobby && this.in(room).length === 0);
      if (!empty) throw new Refusal(403, `There are ${limits.rooms} rooms already.`);
      this.#log.removeRoom(empty);
    }
    this.#log.makeRoom(name);
    this.#roomsChanged = this.#log.tick();
    for (const { superUser, sessions } of this.#people.values()) if (superUser) this.#tell(sessions);
    return name;
  }

  #tell(sessions: Iterable<Session>) {
    for (const session of sessions) for (const listener of this.#listeners) listener(session);
  }

  #record(by: string, what: string) {
    this.#audit.push({ time: Date.now(), by, what });
    if (this.#audit.length > limits.audit) this.#audit.shift();
  }

  // One that expired is kept for as long again: whoever was away when it did must read why.
  #forgetOldSessions() {
    for (const [id, { until }] of this.#sessions) if (until + limits.session < Date.now()) this.#sessions.delete(id);
  }
}

const day = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "short", timeZone: "UTC" });

/** The ban that a person is under now. */
function banOf({ ban }: Person): Ban | undefined {
  return ban && ban.until > Date.now() ? ban : undefined;
}

function words({ reason, until }: Ban): string {
  return `You are banned until ${day.format(until)} UTC. The reason: ${reason}`;
}
