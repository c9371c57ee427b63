// What the rows of the conversation say, the same in every view.
import type { Message } from "../shared-chat/message.ts";
import { lobby } from "../shared-chat/rooms.ts";
import type { Chat, ChatState } from "./chat.ts";
import { keyOf, type Room } from "./known-rooms.ts";
import type { Item } from "./outbox.ts";
import { linkTo } from "./places.ts";
import { timing } from "./timing.ts";

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });
const calendar = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: "short", timeStyle: "medium" });

/** A date and a time in few words. */
export const dateOf = (time: number): string => moment.format(time);

/** The list of messages of a room. */
export interface Log {
  /** The key of the room. */
  readonly room: string;
  readonly label: string;
  /** Whether it is the one on the screen. */
  readonly open: boolean;
  readonly messages: readonly Message[];
  /** Why the messages before these are not shown, as long as there is room for it. */
  readonly notice: Room["notice"];
}

/** A list for each room: a screen reader reads what is added to it. The open place has one, too, when it is nobody's room. */
export function logsOf({ rooms, place }: ChatState): Log[] {
  const all: { key: string; messages: readonly Message[]; notice?: Room["notice"] }[] = [...rooms];
  if (!rooms.some(({ key }) => key === place.key)) all.push({ key: place.key, messages: [] });
  return all.map(({ key, messages, notice }) => {
    const label = key === lobby ? "Messages" : `Messages in ${key}`;
    const open = key === place.key;
    return { room: key, label, open, messages, notice: messages.length < timing.shown ? notice : undefined };
  });
}

/** What a row shows of a message. It never changes. */
export interface Row {
  readonly mine: boolean;
  /** Leads to the conversation with the author. The keyboard has a field for that: a thousand links would be in its way. */
  readonly link: { readonly href: string; readonly title: string } | undefined;
  /** For a program, for the eye, and in full. */
  readonly time: { readonly iso: string; readonly short: string; readonly full: string };
}

const keys = new WeakMap<object, number>();
let last = 0;

/** A number that a message or a notice has for itself, and keeps. The id of a message is none: those of another log begin with 1 again. */
export function keyFor(object: object): number {
  const key = keys.get(object) ?? ++last;
  keys.set(object, key);
  return key;
}

/** The row of a message. Ask once for each: a person who signs in or out gets all messages anew. */
export function rowOf(message: Message, chat: Chat): Row {
  const { user } = message;
  const when = new Date(message.time);
  const mine = chat.isOwn(message);
  return {
    mine,
    link: chat.state.name && !mine ? { href: linkTo(`@${user}`), title: `Write to ${user} alone` } : undefined,
    time: { iso: when.toISOString(), short: clock.format(when), full: calendar.format(when) },
  };
}

/** What the button says that leads to the messages below. */
export const belowLabel = ({ below }: ChatState): string => (below === 1 ? "1 new message" : `${below} new messages`);

const states = { sending: "sending …", waiting: "waiting, too many at once …", sent: "sent", refused: "not sent" };

/** How far an item of the outbox has come. */
export function progressOf({ state }: Item, { door }: ChatState): string {
  return door === "ended" && state !== "refused" ? "waiting until you sign in again" : states[state];
}

/** Whether an item of the outbox is for the open place. */
export const isHere = ({ draft }: Item, { name, place }: ChatState): boolean => keyOf(draft, name) === place.key;

/** Links to what was typed in other places and has not arrived. */
export function elsewhere(state: ChatState): { label: string; href: string }[] {
  const counts = new Map<string, { href: string; count: number }>(); // by what is said of them
  for (const item of state.outbox) {
    if (isHere(item, state)) continue;
    const { room, to } = item.draft;
    const name = to === undefined ? (room ?? lobby) : `@${to}`;
    const words = `${item.state === "refused" ? "not sent" : "waiting"} ${to === undefined ? `in #${name}` : `to ${name}`}`;
    counts.set(words, { href: linkTo(name), count: (counts.get(words)?.count ?? 0) + 1 });
  }
  return Array.from(counts, ([words, { href, count }]) => ({ label: `${count} ${words}`, href }));
}
