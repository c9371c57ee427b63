// `npm run cluster:costs`: what a store, and a second node, cost: latency and CPU for each message. It measures a node in memory, a node on Redis,
// and two nodes on Redis, in turns, and writes costs.json, from which `npm run compare` makes a table. Linux only: it reads /proc.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, release } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { join, wires } from "../e2e/wires.ts";
import { freePort } from "../shared-server/loopback.ts";
import { variants } from "../shared-server/variants.ts";
import { newFolder, Node, type Program, startRedis } from "./programs.ts";

const wire = wires.find(({ name }) => name === "raw-websockets")!;
const place = variants.findIndex(({ name }) => name === wire.name);
const rounds = 5;
const messages = 100; // in each round, one after the other, and then once more all at once
const rest = 50; // milliseconds between two messages

export interface Costs {
  /** From the post to its acknowledgement, and to its arrival at a reader, who is at the other node if there is one. Milliseconds, medians. */
  acknowledged: number;
  arrived: number;
  /** CPU for each message, of all nodes together and of Redis, when messages come one by one, and when 100 come at once. Microseconds. */
  nodes: number;
  redis: number;
  nodesAtOnce: number;
  redisAtOnce: number;
}

/** costs.json. */
export interface CostsFile {
  date: string;
  machine: string;
  rounds: number;
  messages: number;
  costs: Record<string, Costs>;
}

/** The CPU time of a process so far, all threads, in microseconds. */
const cpuOf = ({ pid }: Program) =>
  readdirSync(`/proc/${pid}/task`)
    .map((thread) => Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]) / 1_000)
    .reduce((sum, time) => sum + time, 0);

const median = (list: number[]) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)]!;

const redisPort = await freePort();
const { folder, remove } = newFolder();
const redis = await startRedis(redisPort, folder);
const onRedis = { CHAT_LOG: `redis://127.0.0.1:${redisPort}`, RATE_LIMIT: "off" };
const inMemory = { CHAT_LOG: "", RATE_LIMIT: "off" };

async function startNodes(...nodes: Node[]): Promise<Node[]> {
  for (const node of nodes) {
    await node.start();
    for (const { name } of variants) await node.serve({ name });
  }
  return nodes;
}

async function measure(nodes: Node[]): Promise<Costs> {
  const [ada, bob] = await Promise.all([nodes[0]!, nodes.at(-1)!].map((node) => join(wire, node.ports[place]!)));
  const programs = nodes.map((node) => node.program!);
  const cpu = () => ({ nodes: programs.map(cpuOf).reduce((sum, time) => sum + time, 0), redis: cpuOf(redis) });
  const arrivals = { acknowledged: [] as number[], arrived: [] as number[] };

  let before = cpu();
  for (let n = 0; n < messages; n++) {
    const start = performance.now();
    const received = bob!.received.length;
    await ada!.says(`message ${n}`);
    arrivals.acknowledged.push(performance.now() - start);
    while (bob!.received.length === received) await bob!.next();
    arrivals.arrived.push(performance.now() - start);
    await pause(rest);
  }
  const oneByOne = cpu();
  const received = bob!.received.length;
  await Promise.all(Array.from({ length: messages }, (_, n) => ada!.says(`at once ${n}`)));
  while (bob!.received.length < received + messages) await bob!.next();
  const atOnce = cpu();
  ada!.leave();
  bob!.leave();
  const each = (from: number, to: number) => (to - from) / messages;
  return {
    acknowledged: median(arrivals.acknowledged),
    arrived: median(arrivals.arrived),
    nodes: each(before.nodes, oneByOne.nodes),
    redis: each(before.redis, oneByOne.redis),
    nodesAtOnce: each(oneByOne.nodes, atOnce.nodes),
    redisAtOnce: each(oneByOne.redis, atOnce.redis),
  };
}

const setups = {
  "one node, in memory": await startNodes(new Node(inMemory)),
  "one node on Redis": await startNodes(new Node(onRedis)),
};
const found: Record<string, Costs[]> = {};
async function round(name: string, nodes: Node[]) {
  const costs = await measure(nodes);
  (found[name] ??= []).push(costs);
  console.log(name, costs);
}
for (const nodes of Object.values(setups)) await measure(nodes); // the first round is slow
for (let n = 0; n < rounds; n++) for (const [name, nodes] of Object.entries(setups)) await round(name, nodes);
// The second node now, because it reads along: the node above must be alone.
const two = [setups["one node on Redis"][0]!, ...(await startNodes(new Node(onRedis)))];
await measure(two);
for (let n = 0; n < rounds; n++) await round("two nodes on Redis", two);

await Promise.all([...setups["one node, in memory"], ...two].map((node) => node.stop()));
await redis.stop();
remove();

// Of the rounds the best: other programs make a round dearer, and never cheaper.
const best = Object.entries(found).map(([name, list]) => {
  const keys = Object.keys(list[0]!) as (keyof Costs)[];
  return [name, Object.fromEntries(keys.map((key) => [key, Math.min(...list.map((costs) => costs[key]))]))];
});
const machine = `${cpus()[0]!.model}, ${cpus().length} cores, Linux ${release()}, Node ${process.version}`;
const measured: CostsFile = {
  date: new Date().toISOString().slice(0, 10),
  machine,
  rounds,
  messages,
  costs: Object.fromEntries(best),
};
writeFileSync(new URL("costs.json", import.meta.url), `${JSON.stringify(measured, undefined, 2)}\n`);
process.exit();
