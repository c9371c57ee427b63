// `npm run e2e:views`: what the six views have in common, the mistakes that people make with a connection in a framework, and the page and
// all promises in each framework, with each technique.
import { defineConfig } from "playwright/test";
import { variants } from "../shared-server/variants.ts";
import { frameworks } from "../shared-server/views.ts";
import base from "./playwright.config.ts";
import type { Fixtures } from "./stage.ts";

export default defineConfig<Fixtures>({
  ...base,
  projects: [
    { name: "views", testMatch: "views.spec.ts", use: { variant: variants[3] } },
    ...frameworks.map((view) => ({
      name: `${view}-page`,
      testMatch: "page.spec.ts",
      use: { variant: variants[3], view },
    })),
    ...frameworks.flatMap((view) =>
      variants.map((variant) => ({
        name: `${view}-${variant.name}`,
        testMatch: "chat.spec.ts",
        use: { variant, view },
      })),
    ),
  ],
});
