// The side-by-side page: four pages of the chat in frames, what they report, the traffic of their taps, and the buttons.
import type { FromPane } from "../../shared-ui/wire/messages.ts";
import { scaleTo } from "./chart.ts";
import { Deliveries, type Measurement } from "./deliveries.ts";
import type { Experiment } from "../experiments.ts";
import { showGuide } from "./guide.ts";
import { type Address, type Counters, Pane } from "./pane.ts";
import { createStrip } from "./strip.ts";

const users = ["Ada", "Bob", "Cyd", "Dan"];
const catchUpTime = 10_000; // after this long on a connection, a pane has received everything that it missed

const find = <E extends HTMLElement>(selector: string) => document.querySelector<E>(selector)!;
const target = find<HTMLSelectElement>("#target");
const problem = find("#problem");

const noServer = "The server does not respond. Is npm start still running?";
let refused = false; // the problem is that an outage could not begin, because another one was not over yet

/** Says what is wrong, or with an empty text that nothing is. */
function tell(text: string, because = { refused: false }) {
  if (problem.textContent !== text) problem.textContent = text;
  refused = because.refused;
}

const deliveries = new Deliveries();
const read = async (path: string) => (await fetch(path)).json();
const [experiments, addresses] = await Promise.all([
  read("/experiments.json") as Promise<Experiment[]>,
  read("/panes") as Promise<Address[]>,
]).catch((error) => {
  tell(`${noServer} Then load this page again.`);
  throw error;
});
showGuide(experiments);
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
  if (message.type === "ready") deliveries.cleared(pane.name); // after another view was chosen, the history comes again
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
  const counters = JSON.parse(data) as Record<string, Counters>;
  for (const pane of panes) if (counters[pane.name]) pane.take(counters[pane.name]!);
  allowOutages();
  drawSoon();
  drawCharts();
});
// While they are unknown, the figures on the screen are old: they step back (side-by-side.css).
taps.addEventListener("error", () => {
  document.body.dataset.figures = "old";
  tell(noServer);
});
taps.addEventListener("open", () => {
  document.body.dataset.figures = "new";
  tell("");
});

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

/** How many messages a pane has lost since its outage began. Undefined as long as the missing ones may be on their way. */
function lost(pane: Pane, now: number): number | undefined {
  if (!pane.outage || pane.state !== "connected") return undefined;
  const { since, until = Infinity } = pane.outage;
  const back = Math.max(until, pane.stateChanges.at(-1)!.at);
  const mayFollow = now < back + catchUpTime && !deliveries.caughtUp(pane.name, since, back);
  return now < back || mayFollow ? undefined : deliveries.lost(pane.name, since, now - catchUpTime);
}

// The buttons ------------------------------------------------------------------------------------------------------------

const isChosen = ({ name }: Pane) => target.value === "all" || target.value === name;
let turn = 0;
let count = 0; // the number in the text of the latest message

/** Sends this many messages. With all four panes chosen, they take turns message by message, so that each receives most of them. */
function sendMessages(times: number) {
  const chosen = panes.filter(isChosen);
  const loaded = chosen.filter(({ frame }) => frame.isReady);
  if (loaded.length === 0) return tell(`${chosen[0]!.name} cannot send: ${chosen[0]!.frame.problem}`);
  tell("");
  const connected = loaded.filter(({ state }) => state === "connected");
  const senders = connected.length > 0 ? connected : loaded; // without a connection, what is sent waits in the outbox
  count = Math.max(count, deliveries.newest); // goes on after a reload, as the conversation does: two with one number would look like duplicates
  for (let i = 0; i < times; i++)
    senders[++turn % senders.length]!.frame.send({ type: "say", text: `message ${++count}` });
}

for (const button of document.querySelectorAll<HTMLButtonElement>("#controls [data-send]"))
  button.addEventListener("click", () => sendMessages(Number(button.dataset.send)));

const steady = find<HTMLButtonElement>("#controls [data-steady]");
let steadyTimer: ReturnType<typeof setInterval> | undefined;
steady.addEventListener("click", () => {
  for (const each of document.querySelectorAll("[data-steady]")) each.ariaPressed = String(!steadyTimer);
  clearInterval(steadyTimer);
  steadyTimer = steadyTimer ? undefined : setInterval(sendMessages, 1_000, 1);
});

for (const button of document.querySelectorAll<HTMLButtonElement>("#controls [data-outage]")) {
  button.addEventListener("click", () => void startOutage(button.dataset.outage!));
  const explain = () => (find("#meaning").textContent = `${button.textContent.trim()}: ${button.title}`);
  for (const event of ["pointerenter", "focus", "click"]) button.addEventListener(event, explain);
}

async function startOutage(kind: string) {
  const body = JSON.stringify({ variant: target.value, kind });
  const headers = { "Content-Type": "application/json" };
  try {
    const answer = await fetch("/outages", { method: "POST", headers, body });
    if (answer.ok) tell("");
    else tell(((await answer.json()) as { error: string }).error, { refused: answer.status === 409 });
  } catch {
    tell(noServer); // fetch throws when nobody answers
  }
}

/** The buttons that break something rest while an outage runs in a chosen pane: the effects of two could not be told apart. */
function allowOutages() {
  const ends = panes.filter(isChosen).flatMap(({ outage }) => (outage ? [outage.until ?? Infinity] : []));
  const left = Math.ceil((Math.max(0, ...ends) - Date.now()) / 1_000);
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-outage]")) button.disabled = left > 0;
  find("#left").textContent = left > 0 && left < Infinity ? `${left} s` : "";
  if (refused && left <= 0) tell("");
}

target.addEventListener("change", allowOutages);

find("#reset").addEventListener("click", () => {
  deliveries.reset();
  for (const pane of panes) pane.reset();
  drawSoon();
});
