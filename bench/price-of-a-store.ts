// `npm run bench:stores`: what a message costs more when it is kept. One server adds messages, one after another and in bursts, and another one
// that shares the store tells them. All of it is in one process, without a network: so what differs is the store.
import { EventEmitter, once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { markdownTable } from "markdown-table";
import { Log } from "../shared-chat/log.ts";
import { chooseStore } from "../stores/choose.ts";
import { engines } from "../stores/store-engines.ts";

const text = "x".repeat(100);
const burst = 50;

const median = (values: number[]) => values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)]!;

/** CPU time of this process per message, in microseconds. What Redis or MongoDB itself needs is not in it. */
async function cpuPerMessage(log: Log, rounds: number, messages: number): Promise<number> {
  const before = process.cpuUsage();
  for (let round = 0; round < rounds; round++)
    await Promise.all(Array.from({ length: messages }, () => log.add({ user: "Ada", text })));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / (rounds * messages);
}

/** What a message costs with a store at this address, or without an address in memory. */
async function price(address?: string) {
  const log = new Log({ store: await chooseStore(address) });
  if (address) await log.open();
  await cpuPerMessage(log, 5, burst);
  const acknowledged: number[] = [];
  for (let n = 0; n < 50; n++) {
    const before = performance.now();
    await log.add({ user: "Ada", text });
    acknowledged.push(performance.now() - before);
    await sleep(5);
  }
  const one = await cpuPerMessage(log, 100, 1);
  const many = await cpuPerMessage(log, 20, burst);

  // A log in memory has no second server, so the first one is measured.
  const other = address ? new Log({ store: await chooseStore(address) }) : log;
  if (address) await other.open();
  const told: number[] = [];
  const stop = new AbortController();
  const hears = new EventEmitter();
  other.listen(() => hears.emit("told"), stop.signal);
  for (let n = 0; n < 20; n++) {
    const heard = once(hears, "told");
    const before = performance.now();
    await log.add({ user: "Ada", text });
    await heard;
    told.push(performance.now() - before);
    await sleep(5);
  }
  stop.abort();
  await other.close();
  await log.close();
  return { acknowledged: median(acknowledged), told: median(told), one, many };
}

const awake = setInterval(() => {}, 1_000); // a log alone keeps no process alive
await price(); // until the code is compiled
const memory = await price();
const rows = [
  ["", "acknowledged after, ms", "told by another server after, ms", "CPU of one, µs", "CPU of one in 50, µs", "ratio"],
];
const show = (name: string, { acknowledged, told, one, many }: typeof memory) =>
  rows.push([
    name,
    acknowledged.toFixed(2),
    told.toFixed(2),
    one.toFixed(0),
    many.toFixed(0),
    `${(one / memory.one).toFixed(1)} and ${(many / memory.many).toFixed(1)}`,
  ]);
show("memory", memory);
for (const { name, missing, ...kind } of engines) {
  if (missing) {
    console.warn(`Left out: ${name}. ${missing}`);
    continue;
  }
  const engine = await kind.starts();
  show(name, await price(engine.address));
  await engine.ends();
}
console.log(markdownTable(rows, { align: ["l", "r", "r", "r", "r", "r"] }));
clearInterval(awake);
