// `npm start`: the same chat over all four techniques at once. PORT sets the port of the page; the variants use the next four.
import { bundleAhead } from "../shared-server/bundle.ts";
import { cannotStart, portOr, stopOnSignal } from "../shared-server/command.ts";
import { variants } from "../shared-server/variants.ts";
import { sideBySide } from "./side-by-side.ts";

const usual = 3_000;
const port = portOr(usual, 65_535 - variants.length);
const clients = variants.map(({ name }) => `${name}/client.ts`);
const bundled = bundleAhead("compare/page/main.ts", "shared-ui/wire/wire.ts", ...clients);
const running = await sideBySide(port).catch((error) => cannotStart(error, port, usual));
stopOnSignal(() => running.stop());

await bundled; // an address is printed when everything behind it is ready, the scripts of the pages too
console.log(`side by side: ${running.url}`);
for (const { variant, url } of running.panes) console.log(`  ${variant.name}: ${url}`);
