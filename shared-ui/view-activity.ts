// The page of the super user: what happens in the rooms, who is banned, and what was done.
import { ban, membersOf, type Table, tablesOf, tomorrow, unban } from "./activity.ts";
import type { Activity, Chat } from "./chat.ts";
import { button, find, make, putAt } from "./dom.ts";

let parts: ReturnType<typeof makePage> | undefined;
let drawn: Partial<Record<keyof Activity, string>> = {};

/** Draws what has changed. What has not is left alone: somebody may be reading it, or about to press a button. */
export function drawActivity(chat: Chat): void {
  const { activity } = chat.state;
  if (!activity) {
    find("activity").replaceChildren(); // this is not the super user any more
    [parts, drawn] = [undefined, {}];
    return;
  }
  const tables = tablesOf(activity);
  const { bodies, people } = (parts ??= makePage(chat, tables));
  for (const part of ["rooms", "bans", "audit"] as const) {
    const now = JSON.stringify(activity[part]);
    if (now === drawn[part]) continue;
    drawn[part] = now;
    const rows = tables[part].rows.map((cells) => cells.map((cell) => make("td", {}, cell)));
    if (part === "bans") for (const [first] of rows) first!.append(" ", unbanButton(first!.textContent, chat));
    fill(
      bodies[part],
      rows.map((cells) => make("tr", {}, ...cells)),
    );
    if (part === "rooms") people.replaceChildren(...membersOf(activity).map((name) => make("option", { value: name })));
  }
}

function makePage(chat: Chat, tables: ReturnType<typeof tablesOf>) {
  const [rooms, bans, audit] = [makeTable(tables.rooms), makeTable(tables.bans), makeTable(tables.audit)];
  const people = make("datalist", { id: "people" });
  const form = make(
    "form",
    { "aria-label": "Ban somebody" },
    label("Who", { name: "who", required: "", list: "people", autocomplete: "off" }),
    people,
    label("Reason", { name: "reason", required: "" }),
    label("Until", { name: "until", type: "datetime-local", required: "", value: tomorrow() }),
    make("button", {}, "Ban"),
  ) as HTMLFormElement;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void ban(chat, form);
  });
  find("activity").append(rooms.element, bans.element, form, audit.element);
  return { bodies: { rooms: rooms.body, bans: bans.body, audit: audit.body }, people };
}

/** A row that has not changed stays, with the focus on its button. */
function fill(body: HTMLElement, rows: HTMLElement[]) {
  const left = Array.from(body.children);
  const now = rows.map((row) => {
    const same = left.findIndex(({ textContent }) => textContent === row.textContent);
    return same < 0 ? row : left.splice(same, 1)[0]!;
  });
  for (const row of left) row.remove();
  for (const [index, row] of now.entries()) putAt(body, index, row);
}

function unbanButton(name: string, chat: Chat) {
  const made = button("Unban", () => void unban(chat, name));
  made.ariaLabel = `Unban ${name}`;
  return made;
}

const label = (text: string, field: Record<string, string>) => make("label", {}, text, " ", make("input", field));

function makeTable({ caption, columns }: Table) {
  const head = make("tr", {}, ...columns.map((column) => make("th", { scope: "col" }, column)));
  const body = make("tbody", {});
  return { element: make("table", {}, make("caption", {}, caption), make("thead", {}, head), body), body };
}
