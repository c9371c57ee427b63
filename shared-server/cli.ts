// The command line: `npm run polling`, with PORT, HOST, PUBLIC_ORIGIN, SUPER_USER, RATE_LIMIT, CHAT_LOG, VIEW and CLIENT after it or from the environment.
import { openLog } from "../stores/choose.ts";
import { bundleAhead } from "./bundle.ts";
import {
  adviseSuperUser,
  cannotStart,
  fail,
  nameOf,
  portOr,
  publicOriginOf,
  stopOnSignal,
  takeSettings,
  viewOrDom,
} from "./command.ts";
import { start } from "./start.ts";
import { clientOf, variants } from "./variants.ts";

const variant = variants.find(({ name }) => name === process.argv[2]);
if (!variant) fail(`Name a variant: ${variants.map(({ name }) => `npm run ${name}`).join(", ")}.`);

takeSettings(process.argv.slice(3));
const { HOST, PUBLIC_ORIGIN } = process.env;
const port = portOr(variant.port);
const view = viewOrDom();
const publicOrigin = PUBLIC_ORIGIN ? publicOriginOf(PUBLIC_ORIGIN, port) : undefined;

const bundled = bundleAhead([clientOf(variant.name)], view);
const log = await openLog(process.env).catch((error) => cannotStart(error, port, variant.port));
const running = await start(variant.name, { port, log, host: HOST || undefined, publicOrigin, view }).catch((error) =>
  cannotStart(error, port, variant.port),
);
stopOnSignal(async () => {
  await running.stop();
  await log.close();
});

await bundled; // an address is printed when everything behind it is ready, the page's script too

const address = publicOrigin ?? `${variant.scheme}://${nameOf(HOST && running.address)}:${running.port}`;
console.log(`${variant.name}: ${address}${HOST ? ` (bound to ${HOST})` : ""}`);
if (variant.scheme === "https") console.log("Type https:// in full: this port does not answer plain http://.");
if (HOST && !PUBLIC_ORIGIN)
  console.log("To let others in, set PUBLIC_ORIGIN to the address that they will type. Any other name is refused.");
adviseSuperUser(log);
