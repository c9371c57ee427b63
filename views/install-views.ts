// `npm run views:install react`: installs the packages of this view, or without a name of all, unless they are installed already.
import { bundle } from "../shared-server/bundle.ts";
import { fail } from "../shared-server/command.ts";
import { areInstalled, install } from "../shared-server/packages.ts";
import { folderOf, folders, frameworks } from "../shared-server/views.ts";

const wanted = process.argv.slice(2);
for (const name of wanted)
  if (!folders.includes(name)) fail(`No view "${name}" has packages. Those that have: ${folders.join(", ")}.`);
const missing = (wanted.length > 0 ? wanted : folders).filter((name) => !areInstalled(folderOf(name)));
for (const name of missing) install(folderOf(name));
// What a compiler keeps for later, it makes now. With Angular's, the first page would otherwise come after many seconds.
for (const view of frameworks)
  if (missing.includes(view) && areInstalled(folderOf(view))) await bundle("socket-io/client.ts", view);
