// `npm start`: the same chat over all four techniques at once. PORT sets the port of the page; the variants use the next four.
import { bundleAhead } from "../shared-server/bundle.ts";
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
} from "../shared-server/command.ts";
import { clientOf, variants } from "../shared-server/variants.ts";
import { openLog } from "../stores/choose.ts";
import { onLog, sideBySide } from "./side-by-side.ts";
import type { Address } from "./tapped-variant.ts";

takeSettings(process.argv.slice(2));
const { HOST, PUBLIC_ORIGIN } = process.env;
const usual = 3_000;
const view = viewOrDom();
const port = portOr(usual, 65_535 - variants.length);
if (PUBLIC_ORIGIN && !/\bPORT\b/.test(PUBLIC_ORIGIN))
  fail(
    `The page and the four panes have an address each, so PUBLIC_ORIGIN must have the word PORT in it, as https://chat-PORT.example.org does, not "${PUBLIC_ORIGIN}".`,
  );

const address: Address = (scheme, at) => {
  if (!PUBLIC_ORIGIN) return new URL(`${scheme}://${nameOf(HOST)}:${at}`).origin;
  // Without a proxy that adds TLS, only http2-push is on https: browsers speak HTTP/2 only over TLS.
  return publicOriginOf(scheme === "https" ? PUBLIC_ORIGIN.replace(/^http:/, "https:") : PUBLIC_ORIGIN, at);
};
const clients = variants.map(({ name }) => clientOf(name));
const bundled = Promise.all([
  bundleAhead(["compare/page/main.ts", "shared-ui/wire/wire.ts"]),
  bundleAhead(clients, view),
]);
const log = await openLog(process.env).catch((error) => cannotStart(error, port, usual));
const running = await sideBySide(port, HOST || undefined, address, onLog(log), view).catch((error) =>
  cannotStart(error, port, usual),
);
stopOnSignal(async () => {
  await running.stop();
  await log.close();
});

await bundled; // an address is printed when everything behind it is ready, the scripts of the pages too
console.log(`side by side: ${running.url}${HOST ? ` (bound to ${HOST})` : ""}`);
for (const { variant, url } of running.panes) console.log(`  ${variant.name}: ${url}`);
if (HOST && !PUBLIC_ORIGIN && nameOf(HOST) === "localhost")
  console.log(
    "To let others in, add PUBLIC_ORIGIN with the address that they will type, as http://192.168.1.20:PORT is.",
  );
adviseSuperUser(log);
