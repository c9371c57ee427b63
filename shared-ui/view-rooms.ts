// The part of the view about rooms and people: where one is, where one can go, and who one is.
import { focusHere } from "./after-draw.ts";
import type { Chat, ChatState } from "./chat.ts";
import { button, find, make, putAt, write } from "./dom.ts";
import * as places from "./places.ts";

const nav = find("rooms");
const drawer = find<HTMLDialogElement>("drawer");
const menu = find<HTMLButtonElement>("menu");
const where = find<HTMLInputElement>("where");

let chat: Chat;

/** Prepares it for a chat. */
export function showRooms(store: Chat): void {
  chat = store;
  find("sign").addEventListener("click", () => (chat.state.name ? void chat.signOut() : openSignIn()));
  find("go").addEventListener("submit", async (event) => {
    event.preventDefault();
    drawer.close();
    if (await places.goTo(where.value, chat)) where.value = "";
  });
  menu.addEventListener("click", () => drawer.showModal());
  find("close").addEventListener("click", () => drawer.close());
  drawer.addEventListener("click", ({ target }) => (target as Element).closest("a") && drawer.close());
  places.narrow.addEventListener("change", placeNav);
  placeNav();
}

/** Draws what has changed. */
export function drawRooms(state: ChatState, drawn: Partial<ChatState>): void {
  const { name, you, rooms, place } = state;
  nav.hidden = !places.hasRooms(state);
  menu.hidden = !places.hasRooms(state);
  find("bar").hidden = !places.hasBar(state);
  write(find("me"), name);
  write(find("sign"), name ? "Sign out" : "Sign in");
  find("sign").hidden = places.doorHasSignIn(state);
  write(find("place"), places.heading(state));
  if (rooms !== drawn.rooms || place !== drawn.place || you !== drawn.you) drawList(state);
  drawDoor(state);
}

// Where one can go -------------------------------------------------------------------------------------------------------

/** In a narrow window the rooms are in a drawer: a modal dialog, which the browser closes on Escape. */
function placeNav() {
  drawer.close();
  if (places.narrow.matches) drawer.append(nav);
  else document.querySelector("header")!.after(nav);
}

const links = new Map<string, { row: HTMLElement; link: HTMLElement; count: HTMLElement }>(); // by the key of the room

function drawList(state: ChatState) {
  const list = find("list");
  const all = places.placesOf(state);
  for (const [key, { row }] of links) if (!all.some((place) => place.key === key) && links.delete(key)) row.remove();
  for (const [index, place] of all.entries()) {
    const { row, link, count } = links.get(place.key) ?? makeLink(place);
    write(count, place.count);
    if (place.open) link.ariaCurrent = "page";
    else link.ariaCurrent = null;
    putAt(list, index, row);
  }
  write(menu, places.menuLabel(state));
}

function makeLink({ key, label, href }: places.PlaceLink) {
  const count = make("span", { class: "count" });
  const link = make("a", { href }, make("bdi", {}, label), " ", count);
  const made = { row: make("li", {}, link), link, count };
  links.set(key, made);
  return made;
}

// Where one is, and what keeps one from writing there --------------------------------------------------------------------

let drawnDoor = "";

function drawDoor(state: ChatState) {
  const [{ note, canLeave }, closed] = [places.hereOf(state), places.closedDoor(state)];
  const now = JSON.stringify([note, canLeave, closed, places.heading(state)]);
  if (now === drawnDoor) return; // a button that was replaced would lose the focus
  drawnDoor = now;
  find("here").replaceChildren(note, ...(canLeave ? [button("Leave", () => void places.leave(chat))] : []));
  find("door").hidden = !closed;
  write(find("why"), closed?.why ?? "");
  const choices = closed?.choices ?? [];
  find("choices").replaceChildren(
    ...choices.map(({ label, take }) => button(label, () => void take(chat, openSignIn))),
  );
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
      focusHere(chat.state);
    }
  });
  document.body.append(dialog);
  dialog.showModal();
  if (name.value) password.focus();
}
