// `npm run bench:install`, `npm run stores:install`: installs the packages that only one folder needs, unless they are installed already.
import { install } from "./packages.ts";

for (const folder of process.argv.slice(2)) install(new URL(`../${folder}/`, import.meta.url));
