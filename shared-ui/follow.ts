// A person at the end of a conversation stays there, whatever is added; one who has scrolled up reads on undisturbed, and each room
// keeps its place. It asks the page what was drawn, and not the view when it draws: so it is the same for every view.
import type { Chat } from "./chat.ts";

/** How far from the end counts as the end, in pixels. */
const near = 48;

/** Lets the element that scrolls, with the logs of all rooms in it, follow the open one. Returns the function that ends this. */
export function follow(scroller: HTMLElement, chat: Chat): () => void {
  let open: string | undefined; // the room on the screen
  let end = 0; // how far one could scroll when the page was last laid out

  const openLog = () => scroller.querySelector<HTMLElement>("[role=log]:not([hidden])")?.dataset.room;
  const reach = () => scroller.scrollHeight - scroller.clientHeight;
  const settle = () => {
    const drawn = openLog();
    if (drawn !== chat.state.place.key) return; // the view is about to draw another room
    if (chat.top === undefined) toEnd(scroller);
    else if (drawn !== open) scroller.scrollTop = chat.top;
    open = drawn;
    end = reach();
  };
  // What was added since the last layout is no reason to say that the person has scrolled up.
  const scrolled = () => {
    if (open !== chat.state.place.key) return;
    const { scrollTop } = scroller;
    chat.scrolled(scrollTop > Math.min(end, reach()) - near ? undefined : scrollTop);
  };

  const drawn = new MutationObserver((records) => {
    const added = new Set(records.flatMap(({ addedNodes }) => Array.from(addedNodes)));
    // The history is there to be read, not to be read aloud.
    for (const log of scroller.querySelectorAll("[role=log]")) {
      const first = log.querySelector(".message");
      if (!first || !(added.has(first) || added.has(log))) continue;
      log.ariaBusy = "true";
      requestAnimationFrame(() => (log.ariaBusy = "false"));
    }
    if (openLog() !== open) settle();
  });
  drawn.observe(scroller, { childList: true, subtree: true, attributeFilter: ["hidden"] });
  // Also when the conversation gets smaller, because of a longer draft or a keyboard on the screen.
  const laidOut = new ResizeObserver(settle);
  for (const element of [scroller, ...scroller.children]) laidOut.observe(element);
  scroller.addEventListener("scroll", scrolled);
  return () => {
    drawn.disconnect();
    laidOut.disconnect();
    scroller.removeEventListener("scroll", scrolled);
  };
}

/** Scrolls to the end. Whoever is there follows it. */
export function toEnd(scroller: HTMLElement): void {
  scroller.scrollTop = scroller.scrollHeight;
}
