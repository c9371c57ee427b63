// The page of the super user: what happens in the rooms, who is banned, and what was done.
import type { Activity, Chat } from "./chat.ts";
import { button, find, make } from "./dom.ts";

const moment = new Intl.DateTimeFormat(undefined, { dateStyle: "short", timeStyle: "medium" });
const day = 24 * 60 * 60 * 1000;

let parts: { rooms: HTMLElement; bans: HTMLElement; audit: HTMLElement; people: HTMLElement } | undefined;
let drawn: Partial<Activity> = {};

/** Draws what has changed. What has not is left alone: somebody may be reading it, or about to press a button. */
export function drawActivity(chat: Chat): void {
  parts ??= makePage(chat);
  const { activity } = chat.state;
  const changed = (part: keyof Activity) => JSON.stringify(activity?.[part]) !== JSON.stringify(drawn[part]);
  if (changed("rooms"))
    fill(
      parts.rooms,
      (activity?.rooms ?? []).map(({ room, people, perMinute, last }) => [
        `#${room}`,
        people.join(", "),
        String(perMinute),
        last === undefined ? "never" : moment.format(last),
      ]),
    );
  if (changed("rooms")) {
    const people = new Set(activity?.rooms.flatMap((room) => room.people));
    parts.people.replaceChildren(...Array.from(people, (name) => make("option", { value: name })));
  }
  if (changed("bans"))
    fill(
      parts.bans,
      (activity?.bans ?? []).map(({ name, reason, until, by }) => [
        make("span", {}, name, " ", unban(name, chat)),
        reason,
        moment.format(until),
        by,
      ]),
    );
  if (changed("audit"))
    fill(
      parts.audit,
      (activity?.audit ?? []).toReversed().map(({ time, by, what }) => [moment.format(time), by, what]),
    );
  drawn = activity ?? {};
}

function makePage(chat: Chat) {
  const rooms = table("Rooms", "Room", "Members", "Messages a minute", "Last message");
  const bans = table("Bans", "Name", "Reason", "Until", "By");
  const audit = table("What was done", "When", "By", "What");
  const [who, reason, until] = [
    make("input", { required: "", list: "people", autocomplete: "off" }),
    make("input", { required: "" }),
    make("input", { type: "datetime-local", required: "" }),
  ] as HTMLInputElement[];
  const people = make("datalist", { id: "people" });
  const form = make(
    "form",
    { "aria-label": "Ban somebody" },
    label("Who", who!),
    people,
    label("Reason", reason!),
    label("Until", until!),
    make("button", {}, "Ban"),
  );
  until!.value = localTime(Date.now() + day);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const name = who!.value.trim().replace(/^@/, ""); // as a link to somebody is written
    if ((await chat.ban(name, reason!.value, new Date(until!.value).getTime())) === "") who!.value = reason!.value = "";
  });
  find("activity").append(rooms.element, bans.element, form, audit.element);
  return { rooms: rooms.body, bans: bans.body, audit: audit.body, people };
}

function unban(name: string, chat: Chat) {
  const made = button("Unban", () => void chat.unban(name));
  made.ariaLabel = `Unban ${name}`;
  return made;
}

const label = (text: string, field: Node) => make("label", {}, text, " ", field);

/** The value of a field for a local date and time. */
function localTime(time: number): string {
  const offset = new Date(time).getTimezoneOffset() * 60 * 1000;
  return new Date(time - offset).toISOString().slice(0, 16);
}

function table(caption: string, ...columns: string[]) {
  const head = make("tr", {}, ...columns.map((column) => make("th", { scope: "col" }, column)));
  const body = make("tbody", {});
  return { element: make("table", {}, make("caption", {}, caption), make("thead", {}, head), body), body };
}

function fill(body: HTMLElement, rows: (Node | string)[][]) {
  body.replaceChildren(...rows.map((cells) => make("tr", {}, ...cells.map((cell) => make("td", {}, cell)))));
}
