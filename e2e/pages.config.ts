// `npm run e2e:pages`: what differs between the variants, the page of the chat by itself, the side-by-side page as a person uses it, in every
// outage and behind a proxy, and the page of the bench's results.
import { defineConfig } from "playwright/test";
import { variants } from "../shared-server/variants.ts";
import base from "./playwright.config.ts";
import type { Fixtures } from "./stage.ts";

export default defineConfig<Fixtures>({
  ...base,
  projects: [
    ...variants.map((variant) => ({ name: variant.name, testMatch: "traits.spec.ts", use: { variant } })),
    // All variants serve the same page, so one of them is enough.
    { name: "page", testMatch: ["page.spec.ts", "http1.spec.ts"], use: { variant: variants[3] } },
    {
      name: "compare",
      testMatch: ["outages.spec.ts", "side-by-side.spec.ts", "forwarded.spec.ts", "results.spec.ts"],
    },
  ],
});
