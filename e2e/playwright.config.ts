import { defineConfig } from "playwright/test";
import { variants } from "../shared-server/variants.ts";
import { frameworks } from "../shared-server/views.ts";
import { findBrowser, quiet } from "./browser.ts";
import type { Fixtures } from "./stage.ts";

const ci = Boolean(process.env.CI);

export default defineConfig<Fixtures>({
  outputDir: "../test-results",
  timeout: 60_000, // some tests wait for several watchdogs
  workers: 6, // each runs one file of a project in its own browser; tests mostly wait, so six workers fit on two cores
  forbidOnly: ci,
  retries: 0, // a test that fails once is broken
  reporter: ci ? "line" : "list",
  expect: { timeout: 10_000 },
  use: {
    actionTimeout: 10_000,
    navigationTimeout: 20_000,
    ignoreHTTPSErrors: true, // the certificate of http2-push is self-signed
    launchOptions: {
      ...findBrowser(),
      args: quiet,
    },
  },
  // In this order, because what takes longest begins first.
  projects: [
    // One project for each variant: the same tests, which do not know which variant it is.
    ...variants.map((variant) => ({
      name: variant.name,
      testMatch: "chat.spec.ts",
      use: { variant },
    })),
    // The same page, drawn by a framework, with one of the variants: the promises that a view could break. `npm run e2e:views` has all of
    // them, with all variants, and page.spec.ts.
    ...frameworks.map((view) => ({
      name: `${view}-socket-io`,
      testMatch: "chat.spec.ts",
      grep: /@view/,
      use: { variant: variants[3], view },
    })),
  ],
});
