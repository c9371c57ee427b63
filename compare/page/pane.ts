// One pane: the variant's own page in a frame, and beside it what it costs.
import type { FromPane } from "../../shared-ui/wire/messages.ts";
import { chart } from "./chart.ts";
import { Frame } from "./frame.ts";
import { type Reader, quantile } from "./ledger.ts";
import { type Effect, effectOf, type Outage, type Shown } from "./effect.ts";
import { Traffic } from "./traffic.ts";
import { duration, milliseconds, size } from "./words.ts";

/** How many changes of the connection are kept. */
const kept = 100;

export class Pane {
  readonly name: string;
  readonly frame: Frame;
  readonly traffic = new Traffic();
  readonly shown: Shown[] = [];
  /** Draws the bytes of each second. */
  readonly drawChart: (strip: { seconds: number[]; bytes: number[] }) => void;
  outage: Outage | undefined;
  #requests = 0;
  #requestsBefore = 0;
  #transport = "";
  readonly #user: string;
  readonly #root: HTMLElement;
  #delay: number | undefined;

  constructor({ name, url, idea }: { name: string; url: string; idea: string }, user: string, into: HTMLElement) {
    this.name = name;
    this.#user = user;
    const template = document.querySelector<HTMLTemplateElement>("#pane")!;
    this.#root = document.importNode(template.content, true).firstElementChild as HTMLElement;
    this.#root.ariaLabel = name;
    this.#find("h2").textContent = name;
    this.#find(".idea").textContent = idea;
    into.append(this.#root);
    this.drawChart = chart(this.#find(".chart"));
    this.frame = new Frame(this.#find("iframe"), this.#find(".door"), name, url);
  }

  get state(): string {
    return this.shown.at(-1)?.state ?? "connecting";
  }

  /** Takes what the frame tells about itself. What it tells about messages belongs into the ledger. */
  hear(message: FromPane): void {
    if (message.type === "ready") {
      this.frame.isReady();
      this.frame.tell({ type: "name", user: this.#user });
      this.#become("connecting");
    }
    if (message.type === "state") this.#become(message.state, message.at);
    if (message.type === "transport") {
      this.#requests = message.requests;
      this.#transport = message.transport;
    }
  }

  #become(state: string, at = Date.now()) {
    const first = state === "connected" && !this.shown.some((before) => before.state === state);
    this.shown.push({ state, at });
    if (this.shown.length > kept) this.shown.shift();
    if (!first) return;
    this.startOver();
    this.traffic.forget(); // what the page itself weighs is another story
  }

  /** The last message of somebody else was so late. */
  measured(delay: number): void {
    this.#delay = delay;
  }

  startOver(): void {
    this.traffic.startOver();
    this.#requestsBefore = this.#requests;
    this.#delay = undefined;
  }

  /** What the last outage did. */
  effect(now: number): Effect | undefined {
    return this.outage && effectOf(this.outage, this.shown, now);
  }

  /** Shows all numbers. */
  draw(reader: Reader, lost: number, now: number): void {
    const { up, down, opened, connections } = this.traffic.since;
    const bytes = up.bytes + down.bytes;
    this.#root.dataset.state = this.state;
    this.#root.dataset.pace = this.#delay === undefined ? "" : this.#delay < 500 ? "now" : "late";
    this.#text(".state", this.state);
    this.#text(".latency", optional(this.#delay, milliseconds));
    this.#text(".median", optional(quantile(reader.delays, 0.5), duration));
    this.#text(".p95", optional(quantile(reader.delays, 0.95), duration));
    this.#text(".bytes", size(bytes));
    this.#text(".up", size(up.bytes));
    this.#text(".down", size(down.bytes));
    this.#text(".each", reader.arrived ? size(bytes / reader.arrived) : "–");
    this.#text(".requests", String(this.#requests - this.#requestsBefore));
    this.#text(".connections", `${connections} open, ${opened} new`);
    this.#text(".transport", this.#transport);
    this.#drawOutage(reader, lost, now);
  }

  #drawOutage({ duplicates }: Reader, lost: number, now: number) {
    const { outage } = this;
    if (!outage) return;
    const { over, noticed, recovered } = this.effect(now)!;
    const left = outage.until === undefined ? "" : `, ${Math.ceil((outage.until - now) / 1_000)} s left`;
    this.#text(".kind", `${outage.kind}${over ? ", over" : left}`);
    this.#text(".noticed", noticed === undefined ? (over ? "not at all" : "not yet") : duration(noticed));
    this.#text(".recovered", noticed === undefined ? "–" : optional(recovered, duration, "not yet"));
    this.#text(".lost", String(lost));
    this.#text(".duplicates", String(duplicates.filter((at) => at >= outage.since).length));
  }

  // Only what changed touches the page.
  #text(selector: string, text: string) {
    const element = this.#find(selector);
    if (element.textContent !== text) element.textContent = text;
  }

  #find<E extends HTMLElement = HTMLElement>(selector: string): E {
    return this.#root.querySelector<E>(selector)!;
  }
}

function optional(value: number | undefined, words: (value: number) => string, none = "–"): string {
  return value === undefined ? none : words(value);
}
