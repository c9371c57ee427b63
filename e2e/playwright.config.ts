import { defineConfig } from "playwright/test";
import { variants } from "../shared-server/variants.ts";
import { findBrowser } from "./browser.ts";
import type { Fixtures } from "./stage.ts";

const ci = Boolean(process.env.CI);

export default defineConfig<Fixtures>({
  outputDir: "../test-results",
  timeout: 60_000, // some wait for several watchdogs
  workers: 6, // a file of a project has one, and its browser; they wait much, so two cores are enough for six
  forbidOnly: ci,
  retries: 0, // what fails once is broken
  reporter: ci ? "line" : "list",
  expect: { timeout: 10_000 },
  use: {
    actionTimeout: 10_000,
    navigationTimeout: 20_000,
    ignoreHTTPSErrors: true, // the certificate of http2-push is our own
    launchOptions: {
      ...findBrowser(),
      args: [
        "--disable-gpu", // there is nothing to draw fast, and a process less
        // Without these, Chromium looks for its maker's servers at each start.
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  projects: [
    { name: "side-by-side", testMatch: ["side-by-side.spec.ts", "results.spec.ts"] }, // takes the longest
    // One project for each variant: the same tests, and not one word in them about which variant it is.
    ...variants.map((variant) => ({
      name: variant.name,
      testMatch: ["chat.spec.ts", "traits.spec.ts"],
      use: { variant },
    })),
    // The page is the same everywhere; any variant will do.
    { name: "page", testMatch: ["page.spec.ts", "http1.spec.ts"], use: { variant: variants[3] } },
  ],
});
