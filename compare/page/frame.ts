// The page of a variant in a frame. The frame is never blank: when the page cannot load, an overlay explains why.
import type { ToPane } from "../../shared-ui/wire/messages.ts";
import { untilTrusted } from "./certificate-check.ts";

/** How long after "load" a page may take to report that it is ready, in milliseconds. A browser's error page never reports. */
const readyTimeout = 500;
/** How long a page may take to load before its pane says what it waits for. */
const patience = 2_000;
/** The pause before the next attempt to load. */
const retryAfter = 2_000;

export class Frame {
  readonly #iframe: HTMLIFrameElement;
  readonly #overlay: HTMLElement;
  readonly #url: string;
  #view: string;
  #ready = false;
  #waits = false;
  #impatient: ReturnType<typeof setTimeout> | undefined;

  constructor(iframe: HTMLIFrameElement, overlay: HTMLElement, name: string, url: string, view: string) {
    this.#iframe = iframe;
    this.#overlay = overlay;
    this.#url = url;
    this.#view = view;
    iframe.title = `The chat over ${name}`;
    iframe.addEventListener("load", () => setTimeout(() => this.#loaded(), readyTimeout));
    void this.#load();
  }

  /** Loads the page again, drawn by this view. */
  show(view: string): void {
    this.#view = view;
    void this.#load();
  }

  /** Whether this window message comes from this frame, and from the page that belongs in it. */
  isSourceOf({ source, origin }: MessageEvent): boolean {
    return source === this.#iframe.contentWindow && origin === this.#url;
  }

  /** Whether the page of the variant is in the frame, and can be told to send. */
  get isReady(): boolean {
    return this.#ready;
  }

  /** Whether it waits for a person to accept the certificate. */
  get waits(): boolean {
    return this.#waits;
  }

  /** Why the page is not there, in words. */
  get problem(): string {
    if (this.#waits) return "it waits for you to accept its certificate. The link is in its pane.";
    return "its page has not loaded yet.";
  }

  /** Sends a message to the page in the frame. */
  send(message: ToPane): void {
    this.#iframe.contentWindow?.postMessage(message, this.#url);
  }

  /** The page in the frame has reported that it is ready. */
  markReady(): void {
    this.#ready = true;
    clearTimeout(this.#impatient);
    this.#overlay.hidden = true;
  }

  async #load() {
    this.#impatient = setTimeout(() => this.#explain(`This pane waits for ${this.#url} …`), patience);
    if (this.#url.startsWith("https:"))
      await untilTrusted(this.#url, () => {
        this.#waits = true;
        clearTimeout(this.#impatient);
        this.#explain(...certificateProblem(this.#url));
      });
    this.#waits = false;
    this.#ready = false;
    this.#iframe.src = `${this.#url}/?wire${this.#view === "dom" ? "" : `&view=${this.#view}`}`;
  }

  #loaded() {
    if (this.#ready || !this.#iframe.src) return;
    clearTimeout(this.#impatient);
    this.#explain(`${this.#url} does not respond. This pane keeps trying.`);
    setTimeout(() => void this.#load(), retryAfter);
  }

  // A text that is already there stays: the person may be about to click the link in it.
  #explain(...problem: (string | Node)[]) {
    const text = problem.map((part) => (typeof part === "string" ? part : part.textContent)).join("");
    if (this.#overlay.textContent !== text) this.#overlay.replaceChildren(...problem);
    this.#overlay.hidden = false;
  }
}

function certificateProblem(url: string): (string | Node)[] {
  const link = document.createElement("a");
  Object.assign(link, { href: `${url}/?wire#accepted`, target: "_blank", textContent: url });
  return [
    "This pane waits for you: your browser does not trust the server's certificate yet. The server made it on this machine and signed it itself, so it is safe to accept here. Open this link: ",
    link,
    " There choose Advanced, then Proceed (in Firefox: Accept the Risk), and come back to this tab. The pane loads by itself.",
  ];
}
