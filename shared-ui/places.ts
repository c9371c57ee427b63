// Where one is, where one can go, what keeps one from writing there, and what the header says: decided once, for every view.
import { limits } from "../shared-chat/limits.ts";
import { canonical, lobby } from "../shared-chat/rooms.ts";
import { activity, type Chat, type ChatState } from "./chat.ts";

/** The part of an address that leads to a place: "#garden", "#@Bob". */
export function linkTo(name: string): string {
  return name.startsWith("@") ? `#@${encodeURIComponent(name.slice(1))}` : `#${encodeURIComponent(name)}`;
}

/** The place to which the address of this page leads; "" when it names none. */
export function linkedPlace(): string {
  const name = location.hash.slice(1);
  try {
    return decodeURIComponent(name);
  } catch {
    return name; // a percent sign that a person has typed
  }
}

/** Whether the window is too narrow for the rooms beside the conversation: then they are in a drawer. The same as in style.css. */
export const narrow = globalThis.matchMedia?.("(max-width: 48rem)");

/** How a place is called: as its first visitor spelled it, or as the address spells it. */
const placeName = ({ rooms, place }: ChatState) => rooms.find(({ key }) => key === place.key)?.name ?? place.name;
const labelOf = (name: string) => (name === activity ? "Activity" : name.startsWith("@") ? name : `#${name}`);

/** The heading of the open place. */
export const heading = (state: ChatState): string => labelOf(placeName(state));

/** Whether there is more than the lobby for this person. */
export const hasRooms = ({ name, rooms }: ChatState): boolean => name !== "" || rooms.length > 1;

/** Whether there is a bar that says where one is. The lobby alone needs none. */
export const hasBar = (state: ChatState): boolean => hasRooms(state) || state.place.key !== lobby;

/** What the header says of the pause before the next attempt to connect: "in 5 s", or an empty text. */
export const countdown = ({ retryIn }: ChatState): string => (retryIn > 0 ? `in ${retryIn} s` : "");

/** Whether one can hurry: skip that pause. */
export const canHurry = ({ connection }: ChatState): boolean =>
  connection !== "connected" && connection !== "connecting";

/** A link in the list of places. */
export interface PlaceLink {
  readonly key: string;
  readonly label: string;
  readonly href: string;
  /** "3 new", or an empty text. */
  readonly count: string;
  readonly open: boolean;
}

/** The rooms and conversations, and for the super user the activity. */
export function placesOf({ rooms, place, you }: ChatState): PlaceLink[] {
  const all = [...rooms, ...(you?.superUser ? [{ key: activity, name: activity, unread: 0 }] : [])];
  return all.map(({ key, name, unread }) => {
    return { key, label: labelOf(name), href: linkTo(name), count: newOnes(unread), open: key === place.key };
  });
}

/** What the button says that opens the drawer. */
export function menuLabel({ rooms }: ChatState): string {
  const count = newOnes(rooms.reduce((sum, { unread }) => sum + unread, 0));
  return count ? `Rooms (${count})` : "Rooms";
}

const newOnes = (count: number) => (count > 0 ? `${count} new` : "");

/** What there is to know about the open place, and whether one can leave it. */
export function hereOf(state: ChatState): { note: string; canLeave: boolean } {
  const { door, place, rooms, you } = state;
  const isPrivate = place.key.startsWith("@");
  // The super user reads and writes in every room.
  const canLeave = door === "open" && !isPrivate && place.key !== lobby && !you?.superUser;
  if (door !== "open" || !isPrivate) return { note: "", canLeave };
  // The page does not know who has an account. The server does, and refuses a message to a stranger.
  if (rooms.some(({ key }) => key === place.key)) return { note: "Only the two of you read this.", canLeave };
  return { note: `Goes to ${heading(state)} alone, if there is such an account.`, canLeave };
}

/** A way out for whoever cannot write. */
export interface Choice {
  readonly label: string;
  readonly take: (chat: Chat, signIn: () => void) => unknown;
}

const signIn = (label: string): Choice => ({ label, take: (_chat, open) => open() });

/** Why one cannot write here, and the ways out; undefined when one can, or when it is not known yet. */
export function closedDoor(state: ChatState): { why: string; choices: Choice[] } | undefined {
  const { you, door, place } = state;
  const label = heading(state);
  if (door === "strangers") {
    const what = place.key.startsWith("@") ? "write to" : "join";
    return { why: `Sign in to ${what} ${label}.`, choices: [signIn("Sign in")] };
  }
  if (door === "members") {
    const why = you?.superUser ? `There is no room ${label} yet.` : `You are not in ${label}.`;
    const join = {
      label: `${you?.superUser ? "Create" : "Join"} ${label}`,
      take: (chat: Chat) => chat.join(place.name),
    };
    return { why, choices: [join] };
  }
  if (door === "nowhere") return { why: whyNowhere(place), choices: [] };
  if (door !== "ended") return undefined;
  const goOn = { label: "Go on without signing in", take: (chat: Chat) => chat.goOnWithout() };
  return { why: you?.ended ?? "", choices: [signIn("Sign in again"), goOn] };
}

function whyNowhere({ key, name }: ChatState["place"]): string {
  if (key === activity) return "Only the super user sees the activity.";
  if (key.startsWith("@")) return key === "@" ? "Type a name after the @." : "This is you.";
  return `No room can be called “${name}”. The name of a room has letters, digits, - and _, at most ${limits.name} in all.`;
}

/** Whether one of these ways is to sign in. Then the header has no button for it. */
export const doorHasSignIn = ({ door }: ChatState): boolean => door === "ended" || door === "strangers";

/** Goes where a person has typed to go: "garden", "#garden", "@Bob". Resolves to whether they have arrived. */
export async function goTo(typed: string, chat: Chat): Promise<boolean> {
  const name = typed.trim().replace(/^#/, "");
  const known = chat.state.rooms.some(({ key }) => key === canonical(name));
  if (!name || (!known && !name.startsWith("@") && (await chat.join(name)) !== "")) return false;
  location.hash = linkTo(name);
  return true;
}

/** Leaves the open room, and goes to the lobby. */
export async function leave(chat: Chat): Promise<void> {
  if ((await chat.leave(placeName(chat.state))) === "") location.hash = "";
}
