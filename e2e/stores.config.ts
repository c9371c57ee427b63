// `npm run e2e:stores`: the promises of the chat in all four variants, with the log in each store.
import { defineConfig } from "playwright/test";
import { variants } from "../shared-server/variants.ts";
import { engines } from "../stores/store-engines.ts";
import base from "./playwright.config.ts";
import type { Fixtures } from "./stage.ts";

const missing = engines.flatMap((kind) => kind.missing ?? []);
if (missing.length > 0) {
  if (process.env.CI) throw new Error(missing.join(" "));
  if (!process.env.TEST_WORKER_INDEX) console.warn(`Left out: ${missing.join(" ")}`); // each worker reads this file, too
}

export default defineConfig<Fixtures>({
  ...base,
  workers: 3, // a store of its own for each test takes more of the machine than the memory
  projects: engines
    .filter((kind) => !kind.missing)
    .flatMap((kind) =>
      variants.map((variant) => ({
        name: `${variant.name} with ${kind.name}`,
        testMatch: ["chat.spec.ts", "stores.spec.ts"],
        use: { variant, store: kind.name },
      })),
    ),
});
