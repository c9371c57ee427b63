// `npm run cluster`: two nodes on one Redis, a balancer in front of them, and the side-by-side page on top. Kill a node, and nobody loses a
// message. PORT sets the port of the page, as for `npm start`; CHAT_LOG names a store to use instead of a Redis that is started here.
import { onLocalhost, type SideBySide, sideBySide } from "../compare/side-by-side.ts";
import type { Start } from "../compare/tapped-variant.ts";
import { bundleAhead } from "../shared-server/bundle.ts";
import { cannotStart, fail, portOr, stopOnSignal, takeSettings, viewOrDom } from "../shared-server/command.ts";
import { freePort } from "../shared-server/loopback.ts";
import { variants } from "../shared-server/variants.ts";
import {
  type Balancer,
  balancers,
  isInstalled,
  newFolder,
  Node,
  type Program,
  startBalancer,
  startRedis,
} from "./programs.ts";

takeSettings(process.argv.slice(2));
const usual = 3_000;
const port = portOr(usual, 65_535 - variants.length);
const view = viewOrDom();
const { CHAT_LOG } = process.env;
const balancer = (Object.keys(balancers) as Balancer[]).find(isInstalled);
if (!balancer || !(CHAT_LOG || isInstalled("redis-server")))
  fail("A cluster needs redis-server, and haproxy, nginx or caddy. On Debian: apt-get install redis-server haproxy.");

/** How long a node stays away that was killed, in milliseconds. */
const downtime = 3_000;

const { folder, remove } = newFolder();
const [redisPort = 0, ...ports] = await Promise.all([0, ...variants].map(freePort));
const store = CHAT_LOG ?? `redis://127.0.0.1:${redisPort}`;
const nodes = [new Node({ CHAT_LOG: store }), new Node({ CHAT_LOG: store })] as const;
const programs: Program[] = []; // in the order in which they were started
let page: SideBySide | undefined;

async function stop() {
  await page?.stop();
  await Promise.all(nodes.map((node) => node.stop()));
  for (const program of programs.toReversed()) await program.stop();
  remove();
}
stopOnSignal(stop);

/** Says how to kill a node. When that has happened, it is started again. */
function watch(number: number) {
  const node = nodes[number - 1]!;
  const { pid, ended, isWanted } = node.program!;
  console.log(`  node ${number}: kill -9 ${pid}`);
  void ended.then(() => {
    if (!isWanted()) return;
    console.log(`  node ${number} is dead. It starts again in ${downtime / 1_000} s.`);
    setTimeout(() => startAgain(number).catch((error: Error) => console.error(error.message)), downtime);
  });
}

async function startAgain(number: number) {
  await nodes[number - 1]!.start();
  watch(number);
}

// The button "restart" of the page restarts a node, for all four variants. The next time it is the other one's turn, as in a rolling update.
let turn = 1;
let restarting: Promise<void> | undefined;
async function restartNext() {
  const number = turn;
  turn = 3 - number;
  await nodes[number - 1]!.stop();
  await startAgain(number);
}

/** What the page takes for a variant is the balancer: it is started when the nodes serve the last one. */
const startVariant: Start = async (name, options) => {
  const place = variants.findIndex((variant) => variant.name === name);
  const own = `${variants[place]!.scheme}://localhost:${ports[place]}`; // by which the balancer asks for /health
  const publicOrigin = [options.publicOrigin ?? [], own].flat();
  if (page) await (restarting ??= restartNext().finally(() => (restarting = undefined)));
  else for (const node of nodes) await node.serve({ ...options, name, publicOrigin });
  if (!page && place === variants.length - 1)
    programs.push(await startBalancer(balancer, ports, [nodes[0].ports, nodes[1].ports], folder));
  return { address: "127.0.0.1", port: ports[place]!, stop: async () => {} };
};

try {
  const clients = variants.map(({ name }) => `${name}/client.ts`);
  const bundled = bundleAhead(["compare/page/main.ts", "shared-ui/wire/wire.ts", ...clients]);
  if (!CHAT_LOG) programs.push(await startRedis(redisPort, folder));
  await Promise.all(nodes.map((node) => node.start()));
  page = await sideBySide(port, undefined, onLocalhost, startVariant, view);
  await bundled; // an address is printed when everything behind it is ready, the scripts of the pages too
} catch (error) {
  await stop();
  cannotStart(error as Error, port, usual);
}
console.log(`side by side: ${page.url} (through ${balancer}, from two nodes on ${CHAT_LOG ?? "a Redis of their own"})`);
console.log("Kill a node, and watch that nobody loses a message:");
for (const number of [1, 2]) watch(number);
