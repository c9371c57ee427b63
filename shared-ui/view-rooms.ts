// The part of the view about rooms and people: where one is, where one can go, and who one is.
import { canonical, lobby } from "../shared-chat/rooms.ts";
import { limits } from "../shared-chat/limits.ts";
import { activity, type Chat, type ChatState } from "./chat.ts";
import { button, find, linkTo, make, write } from "./dom.ts";

const nav = find("rooms");
const drawer = find<HTMLDialogElement>("drawer");
const menu = find<HTMLButtonElement>("menu");
const where = find<HTMLInputElement>("where");
const narrow = matchMedia("(max-width: 48rem)"); // the same as in style.css

let chat: Chat;

/** Prepares it for a chat. */
export function showRooms(store: Chat): void {
  chat = store;
  find("sign").addEventListener("click", () => (chat.state.name ? void chat.signOut() : openSignIn()));
  find("go").addEventListener("submit", (event) => {
    event.preventDefault();
    void go(where.value.trim().replace(/^#/, ""));
  });
  menu.addEventListener("click", () => drawer.showModal());
  find("close").addEventListener("click", () => drawer.close());
  drawer.addEventListener("click", ({ target }) => target instanceof HTMLAnchorElement && drawer.close());
  narrow.addEventListener("change", placeNav);
  placeNav();
}

/** Draws what has changed. */
export function drawRooms(state: ChatState, drawn: Partial<ChatState>): void {
  const { name, you, rooms, place, door } = state;
  const several = name !== "" || rooms.length > 1;
  nav.hidden = !several;
  menu.hidden = !several;
  find("bar").hidden = !several && place.key === lobby;
  document.body.dataset.door = door;
  write(find("me"), name);
  write(find("sign"), name ? "Sign out" : "Sign in");
  find("sign").hidden = door === "ended" || door === "strangers"; // the door has the button
  write(find("place"), labelOf(placeName(state)));
  if (rooms !== drawn.rooms || place !== drawn.place || you !== drawn.you) drawList(state);
  drawDoor(state);
}

/** Puts the focus where the person goes on: into the field for a message, or on the way out for whoever cannot write here. */
export function focusHere(): void {
  const { door } = chat.state;
  const closed = door === "strangers" || door === "members";
  if (door !== "nowhere") (closed ? find("choices").querySelector("button")! : find("text")).focus();
}

/** How a place is called: as its first visitor spelled it, or as the address spells it. */
const placeName = ({ rooms, place }: ChatState) => rooms.find(({ key }) => key === place.key)?.name ?? place.name;
const labelOf = (name: string) => (name === activity ? "Activity" : name.startsWith("@") ? name : `#${name}`);

// Where one can go -------------------------------------------------------------------------------------------------------

/** In a narrow window the rooms are in a drawer: a modal dialog, which the browser closes on Escape. */
function placeNav() {
  drawer.close();
  if (narrow.matches) drawer.append(nav);
  else document.querySelector("header")!.after(nav);
}

const links = new Map<string, { row: HTMLElement; link: HTMLElement; count: HTMLElement }>(); // by the key of the room

function drawList({ rooms, place, you }: ChatState) {
  const list = find("list");
  const all = [...rooms, ...(you?.superUser ? [{ key: activity, name: activity, unread: 0 }] : [])];
  for (const [key, { row }] of links) if (!all.some((room) => room.key === key) && links.delete(key)) row.remove();
  for (const [index, { key, name, unread }] of all.entries()) {
    const { row, link, count } = links.get(key) ?? makeLink(key, name);
    write(count, unread > 0 ? `${unread} new` : "");
    if (key === place.key) link.ariaCurrent = "page";
    else link.ariaCurrent = null;
    if (list.children[index] !== row) list.insertBefore(row, list.children[index] ?? null);
  }
  const unread = rooms.reduce((sum, room) => sum + room.unread, 0);
  write(menu, unread > 0 ? `Rooms (${unread} new)` : "Rooms");
}

function makeLink(key: string, name: string) {
  const count = make("span", { class: "count" });
  const link = make("a", { href: linkTo(name) }, make("bdi", {}, labelOf(name)), " ", count);
  const made = { row: make("li", {}, link), link, count };
  links.set(key, made);
  return made;
}

/** Goes where a person has typed to go. */
async function go(name: string) {
  if (!name) return;
  drawer.close();
  const known = chat.state.rooms.some(({ key }) => key === canonical(name));
  if (!known && !name.startsWith("@") && (await chat.join(name)) !== "") return;
  where.value = "";
  location.hash = linkTo(name);
}

// Where one is, and what keeps one from writing there --------------------------------------------------------------------

let drawnDoor = "";

function drawDoor(state: ChatState) {
  const { you, door, place } = state;
  const name = placeName(state);
  const known = state.rooms.some(({ key }) => key === place.key);
  const now = JSON.stringify([you, door, name, known]);
  if (now === drawnDoor) return; // a button that was replaced would lose the focus
  drawnDoor = now;
  const label = labelOf(name);
  const isPrivate = name.startsWith("@");
  const isRoom = !isPrivate && place.key !== lobby;

  const here: (string | Node)[] = [];
  // The page does not know who has an account. The server does, and refuses a message to a stranger.
  if (door === "open" && isPrivate)
    here.push(known ? "Only the two of you read this." : `Goes to ${label} alone, if there is such an account.`);
  // The super user reads and writes in every room.
  if (door === "open" && isRoom && !you?.superUser) here.push(button("Leave", () => void leaveRoom(name)));
  find("here").replaceChildren(...here);

  const signIn = button(door === "ended" ? "Sign in again" : "Sign in", openSignIn);
  const without = button("Go on without signing in", () => void chat.goOnWithout());
  const join = button(`${you?.superUser ? "Create" : "Join"} ${label}`, () => void chat.join(name));
  const doors: Partial<Record<typeof door, [why: string, ...choices: Node[]]>> = {
    strangers: [`Sign in to ${isPrivate ? "write to" : "join"} ${label}.`, signIn],
    members: [you?.superUser ? `There is no room ${label} yet.` : `You are not in ${label}.`, join],
    nowhere: [whyNowhere(place)],
    ended: [you?.ended ?? "", signIn, without],
  };
  const [why, ...choices] = doors[door] ?? [""];
  find("door").hidden = !doors[door];
  write(find("why"), why);
  find("choices").replaceChildren(...choices);
}

function whyNowhere({ key, name }: ChatState["place"]): string {
  if (key === activity) return "Only the super user sees the activity.";
  if (key.startsWith("@")) return key === "@" ? "Type a name after the @." : "This is you.";
  return `No room can be called “${name}”. The name of a room has letters, digits, - and _, at most ${limits.name} in all.`;
}

async function leaveRoom(name: string) {
  if ((await chat.leave(name)) === "") location.hash = "";
}

// Who one is -------------------------------------------------------------------------------------------------------------

function openSignIn() {
  const dialog = find<HTMLTemplateElement>("sign-in").content.firstElementChild!.cloneNode(true) as HTMLDialogElement;
  const [form, problem] = [dialog.querySelector("form")!, dialog.querySelector<HTMLElement>(".problem")!];
  const { name, password } = form.elements as unknown as Record<"name" | "password", HTMLInputElement>;
  name.value = chat.typed("user");
  dialog.querySelector(".cancel")!.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  let asking = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (asking) return;
    asking = true;
    write(problem, "");
    write(problem, await chat.signIn(name.value, password.value));
    asking = false;
    if (problem.textContent) password.select();
    else {
      dialog.close();
      focusHere();
    }
  });
  document.body.append(dialog);
  dialog.showModal();
  if (name.value) password.focus();
}
