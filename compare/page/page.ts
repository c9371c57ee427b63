// One page, four wires: the four pages of the chat in frames, what they tell, what crosses their taps, and the buttons.
import type { FromPane } from "../../shared-ui/wire/messages.ts";
import { scaleTo } from "./chart.ts";
import { Ledger, type Measurement } from "./ledger.ts";
import type { Outage } from "./effect.ts";
import { Pane } from "./pane.ts";
import type { Tap } from "./traffic.ts";

const cast = ["Ada", "Bob", "Cyd", "Dan"];
const grace = 10_000; // whoever is connected for so long has had the time to catch up

const find = <E extends HTMLElement>(selector: string) => document.querySelector<E>(selector)!;
const where = find<HTMLSelectElement>("#where");
const problem = find("#problem");

const ledger = new Ledger();
const answer = await fetch("/panes");
const addresses: { name: string; url: string; idea: string }[] = await answer.json();
const panes = addresses.map((address, place) => new Pane(address, cast[place] ?? "Eve", find("#panes")));
for (const { name } of panes) where.append(new Option(name));

// What the panes tell ----------------------------------------------------------------------------------------------------

addEventListener("message", (event: MessageEvent<FromPane>) => {
  const pane = panes.find((one) => one.frame.owns(event));
  if (!pane) return;
  const message = event.data;
  pane.hear(message);
  if (message.type === "sending") ledger.sending(pane.name, message.draftId, message.at).forEach(measured);
  if (message.type === "cleared") ledger.cleared(pane.name);
  if (message.type === "arrived")
    measured(ledger.arrived(pane.name, message.id, message.draftId, message.at, message.before));
  drawSoon();
});

function measured(measurement: Measurement | undefined) {
  if (!measurement) return;
  const { draftId, milliseconds, own } = measurement;
  const pane = panes.find(({ name }) => name === measurement.pane);
  pane?.frame.tell({ type: "late", draftId, milliseconds });
  if (!own) pane?.measured(milliseconds);
}

// What the taps tell -----------------------------------------------------------------------------------------------------

const taps = new EventSource("/taps");
taps.addEventListener("taps", ({ data }: MessageEvent<string>) => {
  const numbers = JSON.parse(data) as Record<string, Tap & { outage?: Outage }>;
  for (const pane of panes) {
    const tap = numbers[pane.name];
    if (!tap) continue;
    pane.traffic.add(tap, Date.now() / 1_000);
    pane.outage = tap.outage;
  }
  drawSoon();
  drawCharts();
});
taps.addEventListener("error", () => (problem.textContent = "The server does not answer. Is npm start still running?"));
taps.addEventListener("open", () => (problem.textContent = ""));

// Drawing: once per frame at most, however much arrives ------------------------------------------------------------------

let drawing = false;

function drawSoon() {
  if (!drawing) requestAnimationFrame(draw);
  drawing = true;
}

function draw() {
  drawing = false;
  const now = Date.now();
  for (const pane of panes) pane.draw(ledger.reader(pane.name), lost(pane, now), now);
}

/** The charts are drawn as often as there are new numbers for them, and not for each message. */
function drawCharts() {
  const strips = panes.map(({ traffic }) => traffic.bySecond(Date.now() / 1_000));
  scaleTo(Math.max(...strips.flatMap(({ bytes }) => bytes)));
  for (const [place, pane] of panes.entries()) pane.drawChart(strips[place]!);
}

function lost(pane: Pane, now: number): number {
  if (!pane.outage || pane.state !== "connected") return 0;
  const { since, until = Infinity } = pane.outage;
  const settled = Math.max(until, pane.shown.at(-1)!.at) + grace < now;
  return ledger.lost(pane.name, since, settled ? now - grace : -Infinity);
}

// The buttons ------------------------------------------------------------------------------------------------------------

let turn = 0;
let count = 0;

/** Says so many messages in the chosen pane. In all four means: each time in another one, so that the others read. */
function say(times: number) {
  const able = panes.filter(({ state }) => state === "connected");
  const speaker = where.value === "all" ? able[++turn % able.length] : panes.find(({ name }) => name === where.value);
  for (let i = 0; i < times; i++) speaker?.frame.tell({ type: "say", text: `message ${++count}` });
}

for (const button of document.querySelectorAll<HTMLButtonElement>("[data-send]"))
  button.addEventListener("click", () => say(Number(button.dataset.send)));

const steady = find<HTMLButtonElement>("#steady");
let saying: ReturnType<typeof setInterval> | undefined;
steady.addEventListener("click", () => {
  steady.ariaPressed = String(!saying);
  clearInterval(saying);
  saying = saying ? undefined : setInterval(say, 1_000, 1);
});

for (const button of document.querySelectorAll<HTMLButtonElement>("[data-outage]"))
  button.addEventListener("click", async () => {
    const order = { variant: where.value, kind: button.dataset.outage };
    const headers = { "Content-Type": "application/json" };
    const response = await fetch("/outages", { method: "POST", headers, body: JSON.stringify(order) });
    problem.textContent = response.ok ? "" : ((await response.json()) as { error: string }).error;
  });

find("#again").addEventListener("click", () => {
  ledger.startOver();
  for (const pane of panes) pane.startOver();
  drawSoon();
});
