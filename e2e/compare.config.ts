// `npm run e2e:compare`: the side-by-side page as a person uses it, in every outage and behind a proxy, and the page of the bench's results.
import { defineConfig } from "playwright/test";
import base from "./playwright.config.ts";
import type { Fixtures } from "./stage.ts";

export default defineConfig<Fixtures>({
  ...base,
  projects: [
    {
      name: "compare",
      testMatch: ["outages.spec.ts", "side-by-side.spec.ts", "forwarded.spec.ts", "results.spec.ts"],
    },
  ],
});
