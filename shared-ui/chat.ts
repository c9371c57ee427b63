// The chat as a store: `state` is what the page shows, and the methods are what a person can do. No DOM and no framework here:
// view.ts draws it in plain DOM, and the views in ../views/ subscribe in the same way.
import { limits } from "../shared-chat/limits.ts";
import type { Draft, Message, Update } from "../shared-chat/message.ts";
import { Refusal } from "../shared-chat/refusal.ts";
import { canonical, lobby } from "../shared-chat/rooms.ts";
import { type Attempt, Connection, type ConnectionState } from "./connection.ts";
import { type Item, Outbox } from "./outbox.ts";
import { ask, RetryLater, send } from "./request.ts";
import { type Room, Rooms } from "./known-rooms.ts";
import { isText, keep, recall } from "./storage.ts";
import { timing } from "./timing.ts";
import { changing, isChanging, onChange, tell, type Who, whoIsSignedIn } from "./who.ts";

/** How messages travel. */
export interface Technique {
  /** What it does, in one sentence for the person. */
  sentence: string;
  /** Makes one attempt to connect, and reports to it what happens. */
  connect: (attempt: Attempt) => void;
  /**
   * Sends a draft, and `as` with it: who has written it. Resolves to the message that it became. Rejects with a Refusal, with RetryLater when it is welcome later, or with any
   * other error when there was no answer.
   */
  post: (draft: Draft & { as: string }) => Promise<Message>;
}

/** What the person sees. A state is never changed, only replaced: a view compares with === to find out what is new. */
export interface ChatState {
  /** "offline": there is no connection, and this device has no network. */
  readonly connection: "connecting" | "connected" | "reconnecting" | "offline";
  /** The seconds until the next attempt to connect; 0 when none is planned. */
  readonly retryIn: number;
  /** Whose drafts and outbox these are; "" for a stranger. */
  readonly name: string;
  /** Whom the server takes this page for, and in `ended` why the session is over. Undefined until it has said so. */
  readonly you?: NonNullable<Update["you"]>;
  /** The lobby first, then the other rooms, then the private conversations. */
  readonly rooms: readonly Room[];
  /** What the person looks at. */
  readonly place: Place;
  /** What keeps the person from writing there. */
  readonly door: Door;
  /** How many messages have come here since the person scrolled up; 0 at the end. */
  readonly below: number;
  /** What was typed here by this person and has not arrived yet, in any room. */
  readonly outbox: readonly Item[];
  /** Why something cannot be sent, or an empty text. */
  readonly problem: string;
  /** What has happened to this person, in words, or an empty text. */
  readonly news: string;
  /** The key of a room that was joined just now, until the server says so. */
  readonly joining?: string;
  /** What the super user sees at #!activity. */
  readonly activity?: Activity;
}

/** A room, such as "lobby" or "garden", a person to write to, such as "@Bob", or `activity`. `key` is the same for all spellings. */
export interface Place {
  readonly key: string;
  readonly name: string;
}

/** Where the super user sees what happens on this server. No room can have this name. */
export const activity = "!activity";

/**
 * - `open`: write.
 * - `unknown`: the server has not said yet who this is.
 * - `joining`: they have just been let in, and what was said there comes in a moment. Write.
 * - `strangers`: only for people who are signed in.
 * - `members`: join it first.
 * - `nowhere`: there can be no such room, or it is this person alone.
 * - `ended`: the session is over.
 * - `activity`: the super user reads here what happens.
 */
export type Door = "open" | "unknown" | "joining" | "strangers" | "members" | "nowhere" | "ended" | "activity";

/** What happens on this server. Times are milliseconds since 1970. */
export interface Activity {
  readonly rooms: readonly { room: string; people: readonly string[]; perMinute: number; last?: number }[];
  readonly bans: readonly { name: string; reason: string; until: number; by: string }[];
  readonly audit: readonly { time: number; by: string; what: string }[];
}

/** The two fields of the form. */
export type Field = "user" | "text";

/** A verb that the server may refuse: resolves to the reason in words, or to "". It is in `news`, too, unless it is about signing in. */
export type Answer = Promise<string>;

export class Chat {
  readonly #rooms = new Rooms();
  #state: ChatState = {
    connection: "connecting",
    retryIn: 0,
    name: "",
    rooms: this.#rooms.list,
    place: placeOf(lobby),
    door: "unknown",
    below: 0,
    outbox: [],
    problem: "",
    news: "",
  };
  /** The name from the last visit. The page reads it once, because another window may be used by another person, who changes it. */
  readonly #lastName = recall("user", isText, () => localStorage) ?? "";
  /** What was typed since the page was loaded, by key: where the browser stores nothing, it must still be there after a refusal. */
  readonly #typed = new Map<string, string>();
  readonly #listeners = new Set<() => void>();
  readonly #connection: Connection;
  readonly #outbox: Outbox;
  #who: Who = { name: "", since: 0 };
  #link: { state: ConnectionState; retryAt: number } = { state: "connecting", retryAt: 0 };
  /** Where the person has scrolled up: by the key of the room, how far, and the newest message that was there then. */
  readonly #reading = new Map<string, { top: number; newest: Message | undefined }>();
  #told = true;
  #waitsForFrame = false;

  constructor({ connect, post }: Technique) {
    this.#connection = new Connection({
      connect: (attempt) => {
        this.#follow(); // the cookie may be another person's by now
        connect(attempt);
      },
      updated: (update) => this.#updated(update),
      changed: (state, retryAt) => this.#connectionChanged(state, retryAt),
    });
    this.#outbox = new Outbox({
      post: (draft) => this.#post(draft, post),
      hasSeen: (draft, id) => this.#rooms.hasSeen(draft, id),
      changed: (outbox) => this.#change({ outbox }),
    });
    this.#become(whoIsSignedIn() ?? this.#who);
  }

  get state(): ChatState {
    return this.#state;
  }

  /** Calls the listener after each change, once for all changes of one turn. Returns the function that ends this. */
  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  start(): void {
    onChange(() => {
      if (this.#follow()) return this.#connection.reconnect(0);
      this.#rooms.readElsewhere();
      this.#change({ rooms: this.#rooms.list });
    });
    setInterval(() => this.#watchActivity(), timing.poll);
    setInterval(() => this.#look(), 500); // the countdown
    addEventListener("online", () => this.#look());
    addEventListener("offline", () => this.#look());
    this.#connection.start();
  }

  reconnectNow = (): void => this.#connection.reconnect(0);

  // Writing --------------------------------------------------------------------------------------------------------------

  /** The first value of a field: what this window had before a reload, in this room; or the name from the last visit. */
  typed(field: Field): string {
    if (field === "text") return this.#recall(this.#textKey) ?? "";
    return this.#state.name || (this.#recall(field) ?? this.#lastName);
  }

  /** The person types into a field. */
  type(field: Field, value: string): void {
    if (field === "text") {
      this.#keep(this.#textKey, value);
      const problem = tooLong("message", value, limits.text);
      if (problem !== this.#state.problem) this.#change({ problem }); // most letters change nothing that is drawn
    } else if (!this.#state.name) {
      this.#keep(field, value);
      keep(field, value, () => localStorage);
    }
  }

  /** Sends a text to the open room. Returns the field to type into next. Then set the text field to `typed("text")`, which is empty after a success. */
  send(user: string, text: string): Field {
    const name = this.#author(user);
    if (!name) return "user";
    const problem = tooLong("message", text, limits.text) || closed[this.#state.door];
    this.#change({ problem, news: "" });
    if (!text.trim() || problem) return "text";
    this.#outbox.add(name, text.trim(), this.#address());
    this.#keep(this.#textKey, "");
    return "text";
  }

  #keep(key: string, value: string) {
    this.#typed.set(key, value);
    keep(key, value);
  }

  #recall(key: string): string | undefined {
    return this.#typed.get(key) ?? recall(key, isText);
  }

  /** Sends a refused item again, under the name in the form. Returns the field to type into next. */
  retry(item: Item, user: string): Field {
    const name = this.#author(user);
    if (!name) return "user";
    this.#outbox.retry(item, name);
    return "text";
  }

  discard = (item: Item): void => this.#outbox.discard(item);

  /** Whether this person wrote a message: on any device, or, for a stranger, in this window. */
  isOwn(message: Message): boolean {
    const { name } = this.#state;
    return name ? canonical(name) === canonical(message.user) : this.#outbox.isOwn(message);
  }

  // Rooms ----------------------------------------------------------------------------------------------------------------

  /** Looks at a place: "garden", "@Bob", `activity`, or "" for the lobby. It changes nothing on the server. */
  open(name: string): void {
    const place = placeOf(name || lobby);
    this.#rooms.open(place.key);
    const news = place.key === this.#state.joining ? this.#state.news : ""; // that the room is new
    this.#change({ place, rooms: this.#rooms.list, problem: "", news });
    this.#watchActivity();
  }

  /** How far the person has scrolled up in the open room, in pixels; undefined at the end, where everybody begins. */
  get top(): number | undefined {
    return this.#reading.get(this.#state.place.key)?.top;
  }

  /** The person scrolls the open room: up to this position, or (undefined) down to the end. */
  scrolled(top: number | undefined): void {
    const { rooms, place, below } = this.#state;
    const newest = (this.#reading.get(place.key) ?? { newest: messagesOf(rooms, place).at(-1) }).newest;
    if (top === undefined) this.#reading.delete(place.key);
    else this.#reading.set(place.key, { top, newest });
    if (top === undefined && below > 0) this.#change({});
  }

  /** Joins a room, and makes it if there is none of this name. */
  async join(name: string): Answer {
    const who = this.#who;
    const problem = await this.#changeRights("PUT", `/rooms/${encodeURIComponent(name.trim())}`);
    if (!problem) this.#changeFor(who, { joining: canonical(name) });
    return problem;
  }

  leave = (name: string): Answer => this.#changeRights("DELETE", `/rooms/${encodeURIComponent(name)}`);

  // People ---------------------------------------------------------------------------------------------------------------

  /** Signs in. A new name creates the account. */
  signIn(name: string, password: string): Answer {
    return this.#changePerson(async () => {
      const response = await send("POST", "/session", { name: name.trim(), password });
      const person = (await response.json()) as { name: string };
      return { name: person.name, news: response.status === 201 ? `You created the account ${person.name}.` : "" };
    });
  }

  /** Signs out, in all windows of this browser. What was typed stays here for this person. */
  async signOut(): Answer {
    const news = await this.#changePerson(() => ask("DELETE", "/session").then(() => ({ name: "", news: "" })));
    if (news) this.#change({ news });
    return news;
  }

  /** The session is over, and the person goes on as a stranger. */
  goOnWithout = (): Answer => this.signOut();

  // For the super user ---------------------------------------------------------------------------------------------------

  /** Ends the sessions of a person, who cannot sign in until then; as `Date.now()` counts. */
  ban = (name: string, reason: string, until: number): Answer => this.#changeBans("PUT", name, { reason, until });
  unban = (name: string): Answer => this.#changeBans("DELETE", name);

  async #changeBans(method: string, name: string, body?: object): Answer {
    const who = this.#who;
    const news = await inWords(() => ask(method, `/bans/${encodeURIComponent(name.trim())}`, body));
    this.#changeFor(who, { news });
    this.#watchActivity();
    return news;
  }

  #watchActivity() {
    if (this.#state.door !== "activity" || document.hidden) return;
    const who = this.#who;
    void inWords(async () => this.#changeFor(who, { activity: await ask<Activity>("GET", "/activity") }));
  }

  // ----------------------------------------------------------------------------------------------------------------------

  /** The server hangs up on this person, on all devices. This page need not wait for it. */
  async #changeRights(method: string, path: string): Answer {
    const who = this.#who;
    let made = "";
    const problem = await inWords(async () => {
      const response = await send(method, path);
      if (response.status === 201) made = `New room #${((await response.json()) as { room: string }).room}.`;
    });
    this.#changeFor(who, { news: problem || made });
    if (!problem) this.#connection.reconnect(0);
    return problem;
  }

  async #changePerson(how: () => Promise<{ name: string; news: string }>): Answer {
    return inWords(async () => {
      const { name, news } = await changing(how);
      this.#become(tell(name), news);
      this.#connection.reconnect(0);
    });
  }

  /**
   * From now on this page is another person's, or a stranger's (""). It begins anew, without a cursor: one that somebody else has read up to
   * would bring only what is new since then. Connect again after it: whom the page takes itself for is in the address of a connection.
   */
  #become(who: Who, news = "") {
    const { name } = (this.#who = who);
    this.#connection.forget(name);
    this.#rooms.become(name);
    this.#reading.clear();
    const { you: _you, activity: _activity, ...others } = this.#state;
    this.#state = { ...others, name };
    this.#outbox.become(canonical(name));
    this.#change({ rooms: this.#rooms.list, problem: "", news });
  }

  /** Another window of this browser may have signed in or out: follows it. Returns whether this page begins anew. */
  #follow(): boolean {
    const who = whoIsSignedIn();
    if (!who || who.since === this.#who.since) return false;
    const { name, news, you } = this.#state;
    const isKnown = who.name === name && you?.ended === undefined; // an update has said it already
    this.#become(who, isKnown ? news : changed(name, who.name));
    return true;
  }

  #updated(update: Update): string | undefined {
    const { you } = update;
    const before = this.#state;
    if (you) {
      const name = you.ended === undefined ? (you.name ?? "") : before.name;
      const resumed = before.you?.ended !== undefined && you.ended === undefined;
      if (name !== before.name || resumed) {
        this.#become(tell(name), changed(before.name, name));
        return "";
      }
      if (JSON.stringify(you) !== JSON.stringify(this.#state.you)) this.#change({ you });
      if (you.ended !== undefined) this.#outbox.disconnected(); // what was typed waits for this person to sign in again
    }
    const missing = this.#rooms.take(update, this.#state.you?.ended !== undefined);
    if (missing !== undefined) return missing;
    this.#changeOncePerFrame({ rooms: this.#rooms.list, ...(update.rooms && { joining: "" }) });
    this.#outbox.arrived(update.msg);
    return undefined;
  }

  #connectionChanged(state: ConnectionState, retryAt: number) {
    this.#link = { state, retryAt };
    this.#look();
    if (state !== "connected") this.#outbox.disconnected();
    else if (this.#state.you?.ended === undefined) this.#outbox.connected();
  }

  /** What the page says of the connection depends on the network of this device, too, and on the time. */
  #look() {
    const { state, retryAt } = this.#link;
    const usual = state === "connected" || state === "connecting" ? state : "reconnecting";
    const connection = usual === "connected" || navigator.onLine ? usual : "offline";
    const retryIn = connection === "reconnecting" ? Math.max(0, Math.ceil((retryAt - Date.now()) / 1_000)) : 0;
    if (connection !== this.#state.connection || retryIn !== this.#state.retryIn) this.#change({ connection, retryIn });
  }

  /** How many messages of the open room are newer than what the person scrolled up from. */
  #below({ rooms, place }: ChatState): number {
    const reading = this.#reading.get(place.key);
    if (!reading) return 0;
    const messages = messagesOf(rooms, place);
    return messages.length - 1 - messages.lastIndexOf(reading.newest!); // all of them in a room that has begun anew
  }

  async #post(draft: Draft, post: Technique["post"]): Promise<Message> {
    const { name } = this.#state;
    // The author is whoever the cookie says, and the server refuses a draft that says otherwise in `as`. What one person has typed must not go out with the cookie of another.
    if (isChanging() || (whoIsSignedIn() ?? this.#who).since !== this.#who.since)
      throw new Error("Somebody is signing in or out.");
    try {
      return await post({ ...draft, as: name });
    } catch (error) {
      // This session is over, or the cookie is another one. The first update of a new connection says who this is now. The outbox ignores the
      // answers of an old connection: the draft is not refused, it waits for its author.
      if (error instanceof Refusal && error.status === 401) {
        this.#connection.forget();
        this.#connection.reconnect(timing.retry);
      }
      throw error;
    }
  }

  /** Where a draft goes that is written now. */
  #address(): Pick<Draft, "room" | "to"> {
    const { key, name } = this.#state.place;
    if (key === lobby) return {};
    return key.startsWith("@") ? { to: name.slice(1) } : { room: name };
  }

  get #textKey() {
    const { name, place } = this.#state;
    return `text ${canonical(name)} ${place.key === lobby ? "" : place.key}`.trimEnd();
  }

  /** The name of the author, or an empty text when it must be typed or shortened first. */
  #author(user: string): string {
    if (this.#state.name) return this.#state.name;
    const name = user.trim();
    const problem = name ? tooLong("name", name, limits.name) : "Please type your name first.";
    this.#change({ problem });
    return problem ? "" : name;
  }

  #change(changes: Partial<ChatState>) {
    this.#replaceState(changes);
    if (!this.#told) return;
    this.#told = false;
    queueMicrotask(() => {
      this.#told = true;
      for (const listener of this.#listeners) listener();
    });
  }

  /** What the server has answered to somebody. The page may be another person's by now: they must not see it. */
  #changeFor(who: Who, changes: Partial<ChatState>) {
    if (who === this.#who) this.#change(changes);
  }

  /** A burst of messages comes as many updates in one frame. Whoever draws each of them draws what nobody can see. */
  #changeOncePerFrame(changes: Partial<ChatState>) {
    if (this.#waitsForFrame) return this.#replaceState(changes);
    this.#change(changes);
    this.#waitsForFrame = true;
    const told = this.#state;
    afterFrame(() => {
      this.#waitsForFrame = false;
      if (this.#state !== told) this.#changeOncePerFrame({});
    });
  }

  #replaceState(changes: Partial<ChatState>) {
    const state = { ...this.#state, ...changes };
    this.#state = { ...state, door: doorOf(state), below: this.#below(state) };
  }
}

/** Calls it when the next frame is drawn. A page that is not on the screen has no frames, and waits a moment. */
function afterFrame(then: () => void) {
  const frame = requestAnimationFrame(() => {
    clearTimeout(moment);
    setTimeout(then); // this comes before the page is drawn
  });
  const moment = setTimeout(() => {
    cancelAnimationFrame(frame);
    then();
  }, timing.unseen);
}

const placeOf = (name: string): Place => ({ key: canonical(name), name });

const messagesOf = (rooms: readonly Room[], { key }: Place) => rooms.find((room) => room.key === key)?.messages ?? [];

// The server refuses other names (shared-chat/message.ts). Its parser would be larger than all of this page.
const roomName = new RegExp(`^[\\p{L}\\p{M}\\p{N}_-]{1,${limits.name}}$`, "u");

/** Whether there can be a room of this name, or a person to write to. */
function isPlace(name: string): boolean {
  if (name.startsWith("@")) return canonical(name) !== "@";
  return roomName.test(name.normalize()) && canonical(name) !== "";
}

const closed: Record<Door, string> = {
  open: "",
  joining: "",
  unknown: "Please wait for the connection.",
  strangers: "Please sign in first.",
  members: "Please join this room first.",
  nowhere: "Nobody can write here.",
  ended: "This cannot be sent now. It is kept here until you can sign in again.",
  activity: "Nobody can write here.",
};

function doorOf({ you, rooms, joining, place: { key, name } }: ChatState): Door {
  if (you?.ended !== undefined) return "ended";
  if (key === lobby) return "open";
  if (!you) return "unknown";
  if (key === activity) return you.superUser ? "activity" : "nowhere";
  if (!isPlace(name) || (you.name && key === `@${canonical(you.name)}`)) return "nowhere";
  if (!you.name) return "strangers";
  if (key.startsWith("@") || rooms.some((room) => room.key === key)) return "open";
  return key === joining ? "joining" : "members";
}

/** What has changed about the person, when it was not done in this window. */
function changed(before: string, now: string): string {
  if (before === now) return "";
  return [before && `You are no longer signed in as ${before}.`, now && `You are signed in as ${now}.`]
    .filter(Boolean)
    .join(" ");
}

/** Resolves to why something failed, in words, or to an empty text. */
async function inWords(what: () => Promise<unknown>): Answer {
  try {
    await what();
    return "";
  } catch (error) {
    if (error instanceof Refusal || error instanceof RetryLater) return error.message;
    return "The server did not answer. Please try again.";
  }
}

// The server would refuse it. What is larger than a frame would even cost the connection, again and again.
function tooLong(what: string, value: string, most: number): string {
  // Always the same words: the problem is read aloud whenever it changes.
  return [...value.trim()].length > most ? `This ${what} has more than ${most} characters. Please shorten it.` : "";
}
