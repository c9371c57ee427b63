// The command line: `npm run polling`, with PORT, HOST and PUBLIC_ORIGIN from the environment.
import { bundleAhead } from "./bundle.ts";
import { cannotStart, fail, portOr, stopOnSignal } from "./command.ts";
import { start } from "./start.ts";
import { variants } from "./variants.ts";

const variant = variants.find(({ name }) => name === process.argv[2]);
if (!variant) fail(`Name a variant: ${variants.map(({ name }) => `npm run ${name}`).join(", ")}.`);

const { HOST, PUBLIC_ORIGIN } = process.env;
const port = portOr(variant.port);
if (
  PUBLIC_ORIGIN &&
  !(/^https?:/.test(PUBLIC_ORIGIN) && URL.canParse(PUBLIC_ORIGIN) && new URL(PUBLIC_ORIGIN).origin === PUBLIC_ORIGIN)
)
  fail(`PUBLIC_ORIGIN must look like https://chat.example.org, without a path, not "${PUBLIC_ORIGIN}".`);

const running = await start(variant.name, {
  port,
  host: HOST || undefined,
  publicOrigin: PUBLIC_ORIGIN || undefined,
}).catch((error) => {
  if (["EADDRNOTAVAIL", "ENOTFOUND", "EAI_AGAIN", "EINVAL"].includes(error.code))
    fail(`HOST=${HOST} is not an address of this machine.`);
  return cannotStart(error, port, variant.port);
});
stopOnSignal(() => running.stop());

const address = PUBLIC_ORIGIN || `${variant.scheme}://localhost:${running.port}`;
console.log(`${variant.name}: ${address}${HOST ? ` (bound to ${HOST})` : ""}`);
if (variant.scheme === "https") console.log("Type https:// in full: this port does not answer plain http://.");
if (HOST && !PUBLIC_ORIGIN)
  console.log("To let others in, set PUBLIC_ORIGIN to the address that they will type. Any other name is refused.");
void bundleAhead(`${variant.name}/client.ts`);
