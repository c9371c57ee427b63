// The experiments, one step at a time: do this, see that, and why. The reader stays in charge: a button in the text of a step
// presses the button of the page with the same name, and nothing else happens by itself.
import type { Experiment } from "../experiments.ts";

const find = <E extends HTMLElement>(selector: string) => document.querySelector<E>(selector)!;

/** Shows the first experiment, and the others with the buttons "back" and "next". */
export function showGuide(experiments: readonly Experiment[]): void {
  const [back, next] = [find<HTMLButtonElement>("#back"), find<HTMLButtonElement>("#next")];
  let place = 0;

  function show() {
    const { title, parts } = experiments[place]!;
    const [todo, seen, why] = parts;
    find("#guide h2").textContent = title;
    find("#place").textContent = `${place + 1} of ${experiments.length}`;
    for (const [id, part] of [["do", todo!] as const, ["see", seen!] as const, ["why", why!] as const]) {
      find(`#${id} .label`).textContent = part.label;
      find(`#${id} .text`).replaceChildren(...nodesOf(part.text));
    }
    find<HTMLDetailsElement>("#why").open = false; // a guess comes first
    back.disabled = place === 0;
    next.disabled = place === experiments.length - 1;
  }

  back.addEventListener("click", () => (place--, show()));
  next.addEventListener("click", () => (place++, show()));
  show();
  find("#guide").hidden = false;
}

/** **bold**, `code` and addresses become elements, and a bold name of a button becomes a button that presses it. */
function nodesOf(text: string): (string | HTMLElement)[] {
  return text.split(/(\*\*.+?\*\*|`.+?`|https?:\/\/[\w:/.-]*[\w/])/).map((piece) => {
    if (piece.startsWith("**")) return presser(piece.slice(2, -2));
    if (piece.startsWith("`")) return create("code", { textContent: piece.slice(1, -1) });
    if (piece.startsWith("http")) return create("a", { textContent: piece, href: piece, target: "_blank" });
    return piece;
  });
}

function presser(name: string): HTMLElement {
  const button = Array.from(document.querySelectorAll<HTMLButtonElement>("#controls button")).find(
    ({ textContent }) => textContent.trim() === name,
  );
  if (!button) return create("b", { textContent: name });
  const copy = create("button", { type: "button", textContent: name, title: button.title });
  Object.assign(copy.dataset, button.dataset); // main.ts finds both: the copy rests, or stays pressed, when its original does
  copy.disabled = button.disabled;
  copy.ariaPressed = button.ariaPressed;
  copy.addEventListener("click", () => button.click());
  return copy;
}

function create<T extends keyof HTMLElementTagNameMap>(tag: T, properties: Partial<HTMLElementTagNameMap[T]>) {
  return Object.assign(document.createElement(tag), properties);
}
