// `npm run views:install react`: installs the packages of this view, or without a name of all, unless they are installed already.
import { fail } from "../shared-server/command.ts";
import { install } from "../shared-server/packages.ts";
import { folderOf, frameworks } from "../shared-server/views.ts";

const wanted = process.argv.slice(2);
for (const view of wanted)
  if (!frameworks.includes(view)) fail(`No view "${view}" has packages. Those that have: ${frameworks.join(", ")}.`);
for (const view of wanted.length > 0 ? wanted : frameworks) install(folderOf(view));
