// `npm run chaos`: two nodes behind haproxy on one Redis; nodes and Redis are killed, stopped and restarted, alone and together, while people post
// and read over all four techniques. Every acknowledged post must be read by every reader, once and in order. It takes a minute;
// `npm run chaos 30` goes on with faults for half an hour.
import { setTimeout as pause } from "node:timers/promises";
import { join, type Person, type Wire, wires } from "../e2e/wires.ts";
import type { Message } from "../shared-chat/message.ts";
import { BareCluster } from "./bare-cluster.ts";
import { Poster } from "./poster.ts";
import { isInstalled, type Program } from "./programs.ts";

const minutes = Number(process.argv[2] ?? 0);
for (const program of ["redis-server", "haproxy"])
  if (!isInstalled(program)) {
    console.error(`${program} is not installed. On Debian: apt-get install redis-server haproxy`);
    process.exit(1);
  }

/** How long a fault may keep people from reading what is acknowledged, in milliseconds, before this counts as a failure. */
const patience = 60_000;

const cluster = await BareCluster.start("haproxy");
const { nodes } = cluster;
const ended = new AbortController();
const problems: string[] = [];

// The people ------------------------------------------------------------------------------------------------------------------

const acknowledged = new Map<string, Message>(); // by text: no two posts have the same
let slowest = 0; // of the posts since the last fault, in milliseconds

async function posts(wire: Wire) {
  const poster = new Poster(wire, cluster.port(wire.name));
  for (let n = 1; !ended.signal.aborted; n++) {
    const text = `${wire.name} ${n}`;
    const before = performance.now();
    acknowledged.set(text, await poster.says(text));
    slowest = Math.max(slowest, performance.now() - before);
    await pause(100);
  }
  poster.leave();
}

const readers: { wire: Wire; person: Person }[] = [];
for (const wire of [...wires, ...wires])
  readers.push({ wire, person: await join(wire, cluster.port(wire.name), { reconnects: true }) });
const posting = Promise.all(wires.map(posts)).catch((error: Error) => problems.push(error.message));

/** Waits until every reader has what is acknowledged now. */
async function everybodyHasRead() {
  const newest = Math.max(0, ...Array.from(acknowledged.values(), ({ id }) => id));
  const since = performance.now();
  for (const { wire, person } of readers)
    while ((person.received.at(-1)?.id ?? 0) < newest) {
      if (performance.now() - since > patience) {
        problems.push(
          `After ${patience / 1_000} s, a reader of ${wire.name} has read ${person.received.at(-1)?.id} of ${newest}.`,
        );
        return;
      }
      await pause(20);
    }
}

/** Waits until so many more posts are acknowledged. */
async function morePosts(count: number) {
  const wanted = acknowledged.size + count;
  const since = performance.now();
  while (acknowledged.size < wanted && performance.now() - since < patience) await pause(20);
  if (acknowledged.size < wanted)
    problems.push(`In ${patience / 1_000} s, fewer than ${count} posts were acknowledged.`);
}

// The faults ------------------------------------------------------------------------------------------------------------------

async function kill(...programs: Program[]) {
  for (const program of programs) program.kill("SIGKILL");
  await Promise.all(programs.map((program) => program.ended));
}

/** It does nothing and closes nothing for so long, like a machine that hangs. */
async function hang(program: Program, milliseconds: number) {
  program.kill("SIGSTOP");
  await pause(milliseconds);
  program.kill("SIGCONT");
}

const [one, other] = nodes;
const faults: Record<string, () => Promise<unknown>> = {
  async "a node is killed"() {
    await kill(one.program!);
    await morePosts(20); // the other one does the work
    await one.start();
  },
  "a node hangs for 5 s": () => hang(other.program!, 5_000),
  async "both nodes are restarted, one after the other"() {
    for (const node of nodes) {
      await node.stop();
      await node.start();
    }
  },
  async "Redis is restarted"() {
    await cluster.redis!.stop();
    await cluster.startRedis();
  },
  async "Redis is killed"() {
    await kill(cluster.redis!);
    await cluster.startRedis();
  },
  "Redis hangs for 4 s": () => hang(cluster.redis!, 4_000),
  async "a node and Redis are killed at once"() {
    await kill(other.program!, cluster.redis!);
    await cluster.startRedis();
    await other.start();
  },
  async "both nodes and Redis are killed at once"() {
    await kill(one.program!, other.program!, cluster.redis!);
    await cluster.startRedis();
    await Promise.all(nodes.map((node) => node.start()));
  },
};

const begin = performance.now();
const elapsed = () => performance.now() - begin;
let rounds = 0;
try {
  do {
    for (const [name, happens] of Object.entries(faults)) {
      await morePosts(20);
      slowest = 0;
      await happens();
      await morePosts(20);
      await everybodyHasRead();
      console.log(
        `${(elapsed() / 1_000).toFixed(0).padStart(4)} s  ${name}: the slowest post took ${(slowest / 1_000).toFixed(1)} s`,
      );
    }
    rounds++;
  } while (elapsed() < minutes * 60_000 && problems.length === 0);
  ended.abort();
  await posting;
  await everybodyHasRead();
} catch (error) {
  problems.push((error as Error).message);
}

// The verdict -----------------------------------------------------------------------------------------------------------------

const said = new Map(Array.from(acknowledged.values(), (message) => [message.id, message.text]));
if (said.size !== acknowledged.size) problems.push("Two posts were acknowledged with the same id.");
for (const { wire, person } of readers) {
  const { received } = person;
  received.forEach(({ id }, n) => {
    if (n > 0 && id !== received[n - 1]!.id + 1)
      problems.push(`${wire.name}: ${id} came after ${received[n - 1]!.id}.`);
  });
  const texts = new Map(received.map(({ id, text }) => [id, text]));
  for (const [id, text] of said)
    if (texts.get(id) !== text) problems.push(`${wire.name}: "${text}" (${id}) was not read.`);
  person.leave();
}
const messages = readers[0]!.person.received.length;
await cluster.stop();

console.log(
  `${acknowledged.size} posts acknowledged, ${messages} messages, ${readers.length} readers, ${rounds * Object.keys(faults).length} faults.`,
);
for (const problem of problems.slice(0, 20)) console.error(problem);
console.log(problems.length === 0 ? "Every reader has read every acknowledged post, once and in order." : "Failed.");
process.exit(problems.length === 0 ? 0 : 1);
