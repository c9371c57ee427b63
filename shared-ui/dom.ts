// What a view finds, makes and writes in the DOM by itself: the one in plain DOM, and the one in Ember.

/** The element with this id. */
export const find = <E extends HTMLElement = HTMLElement>(id: string): E => document.getElementById(id) as E;

/** Makes an element with these attributes and children. Text goes in as text, never as markup. */
export function make(tag: string, attributes: Record<string, string>, ...children: (Node | string)[]): HTMLElement {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** A button that does something. */
export function button(label: string, clicked: () => void): HTMLButtonElement {
  const element = make("button", { type: "button" }, label) as HTMLButtonElement;
  element.addEventListener("click", clicked);
  return element;
}

/** A live region is read aloud when it changes, so it is touched only then. */
export function write(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Puts an element at this place among the children of a list. One that is there already is not touched: it would lose the focus. */
export function putAt(list: Element, index: number, element: Element): void {
  if (list.children[index] !== element) list.insertBefore(element, list.children[index] ?? null);
}
