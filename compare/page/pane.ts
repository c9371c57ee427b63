// One pane: the page of a variant in a frame, and next to it the traffic that it causes and how long its messages take.
import type { FromPane } from "../../shared-ui/wire/messages.ts";
import { type ChartData, createChart } from "./chart.ts";
import { quantile, type Receipts } from "./deliveries.ts";
import { effectOf, type Outage, type StateChange } from "./effect.ts";
import { duration, milliseconds, size } from "./format.ts";
import { Frame } from "./frame.ts";
import { minute, type Tap, Traffic } from "./traffic.ts";

/** How many state changes of the connection are kept. */
const maxStateChanges = 100;
/** For how long the facts of an outage stay the large ones when all is well again, in milliseconds. */
const aftermath = 10_000;

/** After this long, a pane that is connected has noticed that its connections were closed, in milliseconds. */
const settling = 1_000;

/** All that a pane and its column in the strip show. The words are for the elements of the same name. */
export interface Facts {
  state: string;
  transport: string;
  median: string;
  last: string;
  p95: string;
  bytes: string;
  up: string;
  down: string;
  each: string;
  requests: string;
  connections: string;
  outage: string;
  reopened: string;
  noticed: string;
  recovered: string;
  lost: string;
  duplicates: string;
  /** "now": the figures are from before an outage, and its facts are the news. "over": there was one. */
  phase: "" | "now" | "over";
  /** What the bars of the strip compare. */
  bars: { median: number; bytes: number };
}

/** Where the page of a variant is, and the views that can draw it. It begins with the first of them. */
export interface Address {
  name: string;
  url: string;
  idea: string;
  views: string[];
}

/** What the server says of a pane: the counters of its tap at a time, and its latest outage. */
export interface Counters extends Tap {
  at: number;
  outage?: Outage;
}

export class Pane {
  readonly name: string;
  readonly frame: Frame;
  traffic = new Traffic();
  readonly stateChanges: StateChange[] = [];
  outage: Outage | undefined;
  #since = Infinity; // the first connection. Nothing counts before: loading the page, or trying to, is not what a technique costs
  #zero = Date.now(); // when the counters were reset
  #shaded = new Map<number, Outage>(); // by `since`: the outages of the chart
  #requests = 0;
  #requestsAtReset = 0;
  #transport = "";
  readonly #user: string;
  readonly #root: HTMLElement;
  readonly #drawChart: (data: ChartData) => void;
  #latency: number | undefined;

  constructor({ name, url, idea, views }: Address, user: string, parent: HTMLElement) {
    this.name = name;
    this.#user = user;
    const template = document.querySelector<HTMLTemplateElement>("#pane")!;
    this.#root = document.importNode(template.content, true).firstElementChild as HTMLElement;
    this.#root.ariaLabel = name;
    this.#root.id = name;
    this.#root.dataset.technique = name;
    this.#find("h2").textContent = name;
    this.#find(".idea").textContent = idea;
    for (const link of this.#root.querySelectorAll<HTMLAnchorElement>(".source a"))
      link.href = `/${name}/${link.textContent}.txt`;
    parent.append(this.#root);
    this.#drawChart = createChart(this.#find(".chart"));
    this.frame = new Frame(this.#find("iframe"), this.#find(".overlay"), name, url, views[0]!);
    const choice = this.#find<HTMLSelectElement>(".view");
    choice.append(...views.map((view) => new Option(view === "dom" ? "plain DOM" : view, view)));
    choice.hidden = views.length === 1;
    choice.addEventListener("change", () => {
      [this.#since, this.traffic] = [Infinity, new Traffic()]; // the page is loaded again
      this.frame.show(choice.value);
    });
  }

  get state(): string {
    return this.frame.waits ? "waits for you" : (this.stateChanges.at(-1)?.state ?? "connecting");
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
    this.stateChanges.push({ state, at });
    if (this.stateChanges.length > maxStateChanges) this.stateChanges.shift();
    if (state !== "connected" || this.#since < Infinity) return;
    this.reset();
    this.#since = this.#zero;
  }

  /** Takes the newest counters of its tap, and the latest outage: it is why a page that was just opened cannot connect. */
  take(tap: Counters): void {
    const now = Date.now();
    const { outage } = tap;
    // An outage that was over before this pane was there, or before the counters were reset, is not its business.
    const counts = outage && (outage.since >= this.#zero || !isOver(outage, now));
    if (counts && outage.since !== this.outage?.since) this.traffic.outageBegins();
    if (tap.at >= this.#since) this.traffic.add(tap, now / 1_000); // older ones may not have all of what loaded the page
    this.outage = counts ? outage : undefined;
    if (counts) this.#shaded.set(outage.since, outage);
    for (const [since, { until = now }] of this.#shaded) if (until < now - minute * 1_000) this.#shaded.delete(since);
  }

  /** The latency of the latest message from another pane. */
  measured(latency: number): void {
    this.#latency = latency;
  }

  /** Counts from zero. An outage that is over is forgotten. */
  reset(): void {
    this.traffic.reset();
    this.#requestsAtReset = this.#requests;
    this.#latency = undefined;
    this.#zero = Date.now();
    this.#shaded.clear();
    if (this.outage && isOver(this.outage, this.#zero)) this.outage = undefined;
  }

  /** What there is to show. `lost` is undefined as long as a missing message may still be on its way. */
  facts(receipts: Receipts, lost: number | undefined, now: number): Facts {
    const traffic = this.traffic.sinceReset;
    const up = traffic?.up.bytes ?? 0;
    const down = traffic?.down.bytes ?? 0;
    const [median, p95] = [0.5, 0.95].map((part) => quantile(receipts.latencies, part));
    const counted = (text: string) => (traffic ? text : "–");
    return {
      state: this.state,
      transport: this.#transport,
      median: optional(median, milliseconds),
      last: optional(this.#latency, milliseconds),
      p95: optional(p95, milliseconds),
      bytes: counted(size(up + down)),
      up: counted(size(up)),
      down: counted(size(down)),
      each: receipts.arrived ? counted(size((up + down) / receipts.arrived)) : "–",
      requests: counted(String(this.#requests - this.#requestsAtReset)),
      connections: counted(`${traffic?.connections} open, ${traffic?.opened} new`),
      bars: { median: median ?? 0, bytes: up + down },
      ...this.#outageFacts(receipts, lost, now),
    };
  }

  #outageFacts(receipts: Receipts, lost: number | undefined, now: number) {
    const { outage } = this;
    const none = { outage: "–", reopened: "–", noticed: "–", recovered: "–", lost: "–", duplicates: "–" };
    if (!outage || this.frame.waits) return { ...none, phase: "" as const };
    const { kind, since, until = Infinity } = outage;
    const { over, noticed, recovered } = effectOf(outage, this.stateChanges, now);
    const left = until === Infinity ? "" : `: ${Math.ceil((until - now) / 1_000)} s`;
    const well = over && (noticed === undefined || recovered !== undefined) && lost !== undefined;
    const stale = kind !== "slow" && !(well && now > until + (recovered ?? 0) + aftermath);
    const early = since < this.#since; // this pane was not there when it began
    const duplicates = receipts.duplicates.filter((at) => at >= since).length;
    // On a slow network there is most likely nothing to notice, so nothing is promised.
    const pending = kind === "slow" ? "–" : "not yet";
    // Nothing closes in a freeze, so a pane may miss it. A cut is missed by a pane that waits for nothing just then: polling, between two polls.
    return {
      outage: `${kind}${over ? ", over" : left}`,
      reopened: optional(this.traffic.openedSinceOutage, String),
      noticed: early ? "–" : optional(noticed, duration, now < until + settling ? pending : "not at all"),
      recovered: early || noticed === undefined ? "–" : optional(recovered, duration, "not yet"),
      lost: optional(lost, String),
      duplicates: duplicates > 0 || lost !== undefined ? String(duplicates) : "–",
      phase: stale ? ("now" as const) : ("over" as const), // a slow network makes no figure stale: it is the latency that it changes
    };
  }

  /** Shows these facts. */
  draw(facts: Facts): void {
    const { phase, bars: _bars, ...words } = facts;
    this.#root.dataset.state = facts.state;
    this.#root.dataset.phase = phase;
    for (const [name, text] of Object.entries(words)) {
      const element = this.#find(`.${name}`);
      if (element.textContent !== text) element.textContent = text; // the page is written to only when the text changes
    }
  }

  /** The bytes of each second of the last minute, and the outages. */
  chartData(now: number): ChartData {
    const outages = Array.from(this.#shaded.values(), ({ since, until = now }) => ({
      since: since / 1_000,
      until: Math.min(until, now) / 1_000,
    }));
    return { ...this.traffic.bySecond(now / 1_000), outages };
  }

  drawChart(data: ChartData): void {
    this.#drawChart(data);
  }

  #find<E extends HTMLElement = HTMLElement>(selector: string): E {
    return this.#root.querySelector<E>(selector)!;
  }
}

function isOver({ until = Infinity }: Outage, now: number): boolean {
  return now >= until;
}

function optional(value: number | undefined, text: (value: number) => string, none = "–"): string {
  return value === undefined ? none : text(value);
}
