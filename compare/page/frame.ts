// The page of a variant, in a frame that is never blank: whatever keeps it from loading is said in its place.
import type { ToPane } from "../../shared-ui/wire/messages.ts";
import { open } from "./door.ts";

/** After "load" a page has so long to say that it is ready, in milliseconds. Where the browser shows an error, nobody says so. */
const settles = 500;
/** Then we try again. */
const again = 2_000;

export class Frame {
  readonly #iframe: HTMLIFrameElement;
  readonly #door: HTMLElement;
  readonly #url: string;
  #ready = false;

  constructor(iframe: HTMLIFrameElement, door: HTMLElement, name: string, url: string) {
    this.#iframe = iframe;
    this.#door = door;
    this.#url = url;
    iframe.title = `The chat over ${name}`;
    iframe.addEventListener("load", () => setTimeout(() => this.#loaded(), settles));
    void this.#load();
  }

  /** Whether this message of a window is from this frame, and from the page that belongs into it. */
  owns({ source, origin }: MessageEvent): boolean {
    return source === this.#iframe.contentWindow && origin === this.#url;
  }

  /** Tells the page in the frame something. */
  tell(message: ToPane): void {
    this.#iframe.contentWindow?.postMessage(message, this.#url);
  }

  /** The page in the frame has said that it is there. */
  isReady(): void {
    this.#ready = true;
    this.#door.hidden = true;
  }

  async #load() {
    if (this.#url.startsWith("https:")) await open(this.#url, () => this.#say(...certificate(this.#url)));
    this.#ready = false;
    this.#iframe.src = `${this.#url}/?wire`;
  }

  #loaded() {
    if (this.#ready || !this.#iframe.src) return;
    this.#say(`${this.#url} does not answer. This pane tries again by itself.`);
    setTimeout(() => void this.#load(), again);
  }

  // Words that are there already stay: somebody may be about to click the link in them.
  #say(...words: (string | Node)[]) {
    if (this.#door.hidden) this.#door.replaceChildren(...words);
    this.#door.hidden = false;
  }
}

function certificate(url: string): (string | Node)[] {
  const link = document.createElement("a");
  Object.assign(link, { href: url, target: "_blank", textContent: url });
  return [
    "Your browser does not trust the certificate of this server yet: open ",
    link,
    ", accept it there, and this pane loads by itself.",
  ];
}
