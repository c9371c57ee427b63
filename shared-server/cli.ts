// The command line: `npm run polling`, with PORT, HOST, PUBLIC_ORIGIN, SUPER_USER and RATE_LIMIT from the environment.
import { isIPv6 } from "node:net";
import { limits } from "../shared-chat/limits.ts";
import { Log } from "../shared-chat/log.ts";
import { bundleAhead } from "./bundle.ts";
import { cannotStart, fail, portOr, stopOnSignal } from "./command.ts";
import { start } from "./start.ts";
import { variants } from "./variants.ts";

const variant = variants.find(({ name }) => name === process.argv[2]);
if (!variant) fail(`Name a variant: ${variants.map(({ name }) => `npm run ${name}`).join(", ")}.`);

const { HOST, PUBLIC_ORIGIN, SUPER_USER } = process.env;
const port = portOr(variant.port);
const publicOrigin = PUBLIC_ORIGIN ? originOf(PUBLIC_ORIGIN) : undefined;

if (process.env.RATE_LIMIT === "off") limits.posts.points = 1e9;

const bundled = bundleAhead(`${variant.name}/client.ts`);
const running = await start(variant.name, {
  port,
  log: new Log({ superUser: SUPER_USER }),
  host: HOST || undefined,
  publicOrigin,
}).catch((error) => {
  if (HOST && ["EADDRNOTAVAIL", "ENOTFOUND", "EAI_AGAIN", "EINVAL"].includes(error.code))
    fail(`HOST=${HOST} is not an address of this machine. If you did not set it, your shell did: set HOST=localhost.`);
  return cannotStart(error, port, variant.port);
});
stopOnSignal(() => running.stop());

await bundled; // an address is printed when everything behind it is ready, the page's script too

const address = publicOrigin ?? `${variant.scheme}://${nameOf(running.address)}:${running.port}`;
console.log(`${variant.name}: ${address}${HOST ? ` (bound to ${HOST})` : ""}`);
if (variant.scheme === "https") console.log("Type https:// in full: this port does not answer plain http://.");
if (HOST && !PUBLIC_ORIGIN)
  console.log("To let others in, set PUBLIC_ORIGIN to the address that they will type. Any other name is refused.");

/** The name under which a browser here reaches a server that is bound to this address. */
function nameOf(bound: string): string {
  if (!HOST || ["0.0.0.0", "::"].includes(bound)) return "localhost";
  return isIPv6(bound) ? `[${bound}]` : bound;
}

/** The origin in PUBLIC_ORIGIN, as browsers state it: in lower case, without the default port. */
function originOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`) return url.origin;
  return fail(`PUBLIC_ORIGIN must look like https://chat.example.org, without a path, not "${text}".`);
}
