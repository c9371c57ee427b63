// What the super user sees and does on the page about the activity, the same in every view.
import type { Activity, Chat } from "./chat.ts";
import { dateOf } from "./conversation.ts";

/** A table: what it is about, the head of each column, and the texts of the cells. */
export interface Table {
  readonly caption: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The tables. A row of `bans` begins with the name. */
export function tablesOf({ rooms, bans, audit }: Activity): Record<"rooms" | "bans" | "audit", Table> {
  return {
    rooms: {
      caption: "Rooms",
      columns: ["Room", "Members", "Messages a minute", "Last message"],
      rows: rooms.map(({ room, people, perMinute, last }) => {
        return [`#${room}`, people.join(", "), String(perMinute), last === undefined ? "never" : dateOf(last)];
      }),
    },
    bans: {
      caption: "Bans",
      columns: ["Name", "Reason", "Until", "By"],
      rows: bans.map(({ name, reason, until, by }) => [name, reason, dateOf(until), by]),
    },
    audit: {
      caption: "What was done",
      columns: ["When", "By", "What"],
      rows: audit.toReversed().map(({ time, by, what }) => [dateOf(time), by, what]),
    },
  };
}

/** Everybody who is in a room. */
export function membersOf({ rooms }: Activity): string[] {
  return Array.from(new Set(rooms.flatMap(({ people }) => people)));
}

/** This time tomorrow, as the value of a field for a local date and time. */
export function tomorrow(): string {
  const day = 24 * 60 * 60 * 1000;
  const offset = new Date().getTimezoneOffset() * 60 * 1000;
  return new Date(Date.now() + day - offset).toISOString().slice(0, 16);
}

/** Bans whoever the form names, and empties it when that is done. */
export async function ban(chat: Chat, form: HTMLFormElement): Promise<void> {
  const fields = form.elements as unknown as Record<"who" | "reason" | "until", HTMLInputElement>;
  const name = fields.who.value.trim().replace(/^@/, ""); // as a link to somebody is written
  const problem = await chat.ban(name, fields.reason.value, new Date(fields.until.value).getTime());
  if (!problem) fields.who.value = fields.reason.value = "";
}

/** Ends the ban of this person. Its row goes, with the button that was pressed: the focus goes to the next one, or to the form after the last. */
export async function unban(chat: Chat, name: string): Promise<void> {
  const pressed = document.activeElement; // in Safari a click gives a button no focus, so none gets lost
  const buttons = Array.from(document.querySelectorAll<HTMLElement>("#activity td button"));
  const at = buttons.findIndex((button) => button === pressed);
  const problem = await chat.unban(name);
  const isElsewhere = document.activeElement !== pressed && document.activeElement !== document.body;
  if (problem || at < 0 || isElsewhere) return;
  (buttons[at + 1] ?? buttons[at - 1] ?? document.querySelector<HTMLElement>("#activity input"))?.focus();
}
