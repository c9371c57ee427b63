// One pane: the page of a variant in a frame, and next to it the traffic that it causes and how long its messages take.
import type { FromPane } from "../../shared-ui/wire/messages.ts";
import { createChart } from "./chart.ts";
import { quantile, type Receipts } from "./deliveries.ts";
import { type Effect, effectOf, type Outage, type StateChange } from "./effect.ts";
import { duration, milliseconds, size } from "./format.ts";
import { Frame } from "./frame.ts";
import { Traffic } from "./traffic.ts";

/** How many state changes of the connection are kept. */
const maxStateChanges = 100;

export class Pane {
  readonly name: string;
  readonly frame: Frame;
  readonly traffic = new Traffic();
  readonly stateChanges: StateChange[] = [];
  /** Draws the bytes of each second. */
  readonly drawChart: (traffic: { seconds: number[]; bytes: number[] }) => void;
  outage: Outage | undefined;
  #requests = 0;
  #requestsAtReset = 0;
  #transport = "";
  readonly #user: string;
  readonly #root: HTMLElement;
  #latency: number | undefined;

  constructor({ name, url, idea }: { name: string; url: string; idea: string }, user: string, parent: HTMLElement) {
    this.name = name;
    this.#user = user;
    const template = document.querySelector<HTMLTemplateElement>("#pane")!;
    this.#root = document.importNode(template.content, true).firstElementChild as HTMLElement;
    this.#root.ariaLabel = name;
    this.#find("h2").textContent = name;
    this.#find(".idea").textContent = idea;
    parent.append(this.#root);
    this.drawChart = createChart(this.#find(".chart"));
    this.frame = new Frame(this.#find("iframe"), this.#find(".overlay"), name, url);
  }

  get state(): string {
    return this.stateChanges.at(-1)?.state ?? "connecting";
  }

  /** Takes a report of the frame about its connection. The reports about messages are for `Deliveries`. */
  receive(message: FromPane): void {
    if (message.type === "ready") {
      this.frame.markReady();
      this.frame.send({ type: "name", user: this.#user });
      this.#changeState("connecting");
    }
    if (message.type === "state") this.#changeState(message.state, message.at);
    if (message.type === "transport") {
      this.#requests = message.requests;
      this.#transport = message.transport;
    }
  }

  #changeState(state: string, at = Date.now()) {
    const first = state === "connected" && !this.stateChanges.some((before) => before.state === state);
    this.stateChanges.push({ state, at });
    if (this.stateChanges.length > maxStateChanges) this.stateChanges.shift();
    if (!first) return;
    this.reset();
    this.traffic.resetAtNext(); // the bytes of the page itself do not count
  }

  /** The latency of the latest message from another pane. */
  measured(latency: number): void {
    this.#latency = latency;
  }

  reset(): void {
    this.traffic.reset();
    this.#requestsAtReset = this.#requests;
    this.#latency = undefined;
  }

  /** What the latest outage did. */
  effect(now: number): Effect | undefined {
    return this.outage && effectOf(this.outage, this.stateChanges, now);
  }

  /** Shows all numbers. */
  draw(receipts: Receipts, lost: number, now: number): void {
    const { up, down, opened, connections } = this.traffic.sinceReset;
    const bytes = up.bytes + down.bytes;
    this.#root.dataset.state = this.state;
    this.#root.dataset.pace = this.#latency === undefined ? "" : this.#latency < 500 ? "now" : "late";
    this.#text(".state", this.state);
    this.#text(".latency", optional(this.#latency, milliseconds));
    this.#text(".median", optional(quantile(receipts.latencies, 0.5), duration));
    this.#text(".p95", optional(quantile(receipts.latencies, 0.95), duration));
    this.#text(".bytes", size(bytes));
    this.#text(".up", size(up.bytes));
    this.#text(".down", size(down.bytes));
    this.#text(".each", receipts.arrived ? size(bytes / receipts.arrived) : "–");
    this.#text(".requests", String(this.#requests - this.#requestsAtReset));
    this.#text(".connections", `${connections} open, ${opened} new`);
    this.#text(".transport", this.#transport);
    this.#drawOutage(receipts, lost, now);
  }

  #drawOutage({ duplicates }: Receipts, lost: number, now: number) {
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

  // Writes to the page only when the text changes.
  #text(selector: string, text: string) {
    const element = this.#find(selector);
    if (element.textContent !== text) element.textContent = text;
  }

  #find<E extends HTMLElement = HTMLElement>(selector: string): E {
    return this.#root.querySelector<E>(selector)!;
  }
}

function optional(value: number | undefined, format: (value: number) => string, none = "–"): string {
  return value === undefined ? none : format(value);
}
