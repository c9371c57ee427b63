// The side-by-side page: four pages of the chat in frames, what they report, the traffic of their taps, and the buttons.
import type { FromPane } from "../../shared-ui/wire/messages.ts";
import { scaleTo } from "./chart.ts";
import { Deliveries, type Measurement } from "./deliveries.ts";
import type { Outage } from "./effect.ts";
import { showGuide } from "./guide.ts";
import { Pane } from "./pane.ts";
import { createStrip } from "./strip.ts";
import type { Tap } from "./traffic.ts";

const users = ["Ada", "Bob", "Cyd", "Dan"];
const catchUpTime = 10_000; // after this long on a connection, a pane has received everything that it missed

const find = <E extends HTMLElement>(selector: string) => document.querySelector<E>(selector)!;
const target = find<HTMLSelectElement>("#target");
const problem = find("#problem");

let refused = ""; // where an outage could not begin, because another one was not over yet

/** Says what is wrong, or with an empty text that nothing is. */
function tell(text: string, where = "") {
  if (problem.textContent !== text) problem.textContent = text;
  refused = where;
}

const deliveries = new Deliveries();
const read = async (path: string) => (await fetch(path)).json();
showGuide(await read("/experiments.json"));
const addresses: { name: string; url: string; idea: string }[] = await read("/panes");
const panes = addresses.map((address, place) => new Pane(address, users[place] ?? "Eve", find("#panes")));
for (const { name } of panes) target.append(new Option(name));
const drawStrip = createStrip(find<HTMLTableElement>("#strip"), panes);

// Reports from the panes -------------------------------------------------------------------------------------------------

addEventListener("message", (event: MessageEvent<FromPane>) => {
  const pane = panes.find((one) => one.frame.isSourceOf(event));
  if (!pane) return;
  const message = event.data;
  pane.receive(message);
  if (message.type === "ready") tell(""); // it can send now
  if (message.type === "sending") deliveries.sending(pane.name, message.draftId, message.at).forEach(measured);
  if (message.type === "cleared") deliveries.cleared(pane.name);
  if (message.type === "arrived")
    measured(deliveries.arrived(pane.name, message.id, message.draftId, message.at, message.before));
  drawSoon();
});

function measured(measurement: Measurement | undefined) {
  if (!measurement) return;
  const { draftId, milliseconds, own } = measurement;
  const pane = panes.find(({ name }) => name === measurement.pane);
  pane?.frame.send({ type: "late", draftId, milliseconds });
  if (!own) pane?.measured(milliseconds);
}

// The traffic of the taps ------------------------------------------------------------------------------------------------

const taps = new EventSource("/taps");
taps.addEventListener("taps", ({ data }: MessageEvent<string>) => {
  const counters = JSON.parse(data) as Record<string, Tap & { outage?: Outage }>;
  for (const pane of panes) if (counters[pane.name]) pane.take(counters[pane.name]!);
  const running = ({ name }: Pane) =>
    (counters[name]?.outage?.until ?? Infinity) > Date.now() && counters[name]?.outage;
  if (refused && !panes.some((pane) => (refused === "all" || refused === pane.name) && running(pane))) tell("");
  drawSoon();
  drawCharts();
});
taps.addEventListener("error", () => tell("The server does not respond. Is npm start still running?"));
taps.addEventListener("open", () => tell(""));

// Drawing: at most ten times a second, however much arrives. Nobody reads faster ---------------------------------------

const drawInterval = 100; // milliseconds
let drawing = false;

function drawSoon() {
  if (!drawing) setTimeout(draw, drawInterval);
  drawing = true;
}

function draw() {
  drawing = false;
  const now = Date.now();
  const facts = panes.map((pane) => pane.facts(deliveries.receipts(pane.name), lost(pane, now), now));
  for (const [place, pane] of panes.entries()) pane.draw(facts[place]!);
  drawStrip(facts);
}

/** Draws the charts. It runs when there are new counters, and not for each message. */
function drawCharts() {
  const now = Date.now();
  const data = panes.map((pane) => pane.chartData(now));
  scaleTo(Math.max(...data.flatMap(({ bytes }) => bytes)));
  for (const [place, pane] of panes.entries()) pane.drawChart(data[place]!);
}

function lost(pane: Pane, now: number): number {
  if (!pane.outage || pane.state !== "connected") return 0;
  const { since, until = Infinity } = pane.outage;
  const caughtUp = Math.max(until, pane.stateChanges.at(-1)!.at) + catchUpTime < now;
  return deliveries.lost(pane.name, since, caughtUp ? now - catchUpTime : -Infinity);
}

// The buttons ------------------------------------------------------------------------------------------------------------

let turn = 0;
let count = 0;

/** Sends this many messages from the chosen pane. With all four panes chosen, they take turns, so that the others receive. */
function sendMessages(times: number) {
  const chosen = panes.filter(({ name }) => target.value === "all" || target.value === name);
  const loaded = chosen.filter(({ frame }) => frame.isReady);
  if (loaded.length === 0) return tell(`${chosen[0]!.name} cannot send: ${chosen[0]!.frame.problem}`);
  tell("");
  const connected = loaded.filter(({ state }) => state === "connected");
  const senders = connected.length > 0 ? connected : loaded; // without a connection, what is sent waits in the outbox
  const sender = senders[target.value === "all" ? ++turn % senders.length : 0]!;
  for (let i = 0; i < times; i++) sender.frame.send({ type: "say", text: `message ${++count}` });
}

for (const button of document.querySelectorAll<HTMLButtonElement>("[data-send]"))
  button.addEventListener("click", () => sendMessages(Number(button.dataset.send)));

const steady = find<HTMLButtonElement>("#steady");
let steadyTimer: ReturnType<typeof setInterval> | undefined;
steady.addEventListener("click", () => {
  steady.ariaPressed = String(!steadyTimer);
  clearInterval(steadyTimer);
  steadyTimer = steadyTimer ? undefined : setInterval(sendMessages, 1_000, 1);
});

for (const button of document.querySelectorAll<HTMLButtonElement>("[data-outage]"))
  button.addEventListener("click", async () => {
    const variant = target.value;
    const body = JSON.stringify({ variant, kind: button.dataset.outage });
    const headers = { "Content-Type": "application/json" };
    const answer = await fetch("/outages", { method: "POST", headers, body });
    if (answer.ok) tell("");
    else tell(((await answer.json()) as { error: string }).error, answer.status === 409 ? variant : "");
  });

find("#reset").addEventListener("click", () => {
  deliveries.reset();
  for (const pane of panes) pane.reset();
  drawSoon();
});
