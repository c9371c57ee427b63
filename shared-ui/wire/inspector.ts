// The wire inspector: what crossed the wire, newest first, below the conversation. It draws at most once per animation frame,
// and only what is visible.
import type { Entry } from "./entry.ts";

const most = 100;
const clock = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });
const arrows = { up: "↑", down: "↓", here: "·" };

/** Adds the inspector to the page. Returns the function that adds an entry to it. */
export function inspector(): (entry: Entry) => void {
  const details = document.createElement("details");
  details.id = "wire";
  const summary = make("summary", "", "Wire ", make("span", "newest"));
  const list = make("ol", "");
  const region = make("div", "entries", list);
  region.tabIndex = 0; // so that the keyboard can scroll it
  region.role = "region";
  region.ariaLabel = "What crossed the wire, newest first";
  details.append(summary, region);
  addEventListener("chat:shown", () => document.getElementById("door")!.after(details)); // a view may make its own elements

  let pending: Entry[] = []; // entries that are not drawn yet
  let drawing = false;
  const draw = () => {
    drawing = false;
    const newest = pending.at(-1);
    if (newest) summary.lastElementChild!.replaceChildren(...cells(newest));
    if (!details.open) return;
    list.prepend(...pending.toReversed().map((entry) => make("li", entry.way, ...cells(entry))));
    while (list.childElementCount > most) list.lastElementChild!.remove();
    pending = [];
  };
  const drawSoon = () => {
    if (!drawing) requestAnimationFrame(draw);
    drawing = true;
  };
  details.addEventListener("toggle", drawSoon);

  return (entry) => {
    pending.push(entry);
    if (pending.length > most) pending.shift(); // closed, or in a background tab: the oldest would not be drawn anyway
    drawSoon();
  };
}

function cells({ at, way, what, text, bytes }: Entry): (HTMLElement | string)[] {
  const time = make("time", "", clock.format(at), `.${String(Math.floor(at % 1_000)).padStart(3, "0")}`);
  const arrow = make("span", "way", arrows[way]);
  arrow.role = "img";
  arrow.ariaLabel = way;
  const size = make("span", "size", bytes === undefined ? "" : `${bytes.toLocaleString("en")} B`);
  const parts = [time, arrow, make("b", "", what), size, make("span", "carried", text)];
  return parts.flatMap((part) => [part, " "]); // with spaces, so that a row can be copied as text
}

function make(tag: string, className: string, ...children: (Node | string)[]): HTMLElement {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children);
  return element;
}
