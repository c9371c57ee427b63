// `npm run views:install react`: installs the packages of this view, or without a name of all, unless they are installed already.
import { bundle } from "../shared-server/bundle.ts";
import { fail } from "../shared-server/command.ts";
import { areInstalled, install } from "../shared-server/packages.ts";
import { folderOf, frameworks } from "../shared-server/views.ts";

const wanted = process.argv.slice(2);
for (const view of wanted)
  if (!frameworks.includes(view)) fail(`No view "${view}" has packages. Those that have: ${frameworks.join(", ")}.`);
const missing = (wanted.length > 0 ? wanted : frameworks).filter((view) => !areInstalled(folderOf(view)));
for (const view of missing) install(folderOf(view));
// What a compiler keeps for later, it makes now. With Angular's, the first page would otherwise come after many seconds.
for (const view of missing) if (areInstalled(folderOf(view))) await bundle("socket-io/client.ts", view);
