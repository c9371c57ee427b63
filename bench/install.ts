// `npm run bench:install`: installs the packages that only the bench needs, unless they are installed already.
import { install } from "../shared-server/packages.ts";

install(new URL(".", import.meta.url));
