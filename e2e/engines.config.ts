// `npm run engines`: the same tests in Firefox, a smoke test of each variant in WebKit, and what differs between the engines.
// Not a part of `npm test`: a learner needs one browser.
import { defineConfig } from "playwright/test";
import { variants } from "../shared-server/variants.ts";
import { findFirefox, hasWebKit } from "./browser.ts";
import base from "./playwright.config.ts";
import type { Fixtures } from "./stage.ts";

const firefox = findFirefox();
const missing = [...(firefox ? [] : ["Firefox"]), ...(hasWebKit() ? [] : ["WebKitGTK's driver with Xvfb"])];
if (missing.length > 0) {
  const what = `${missing.join(" and ")} cannot be found. On Debian: apt-get install firefox-esr webkit2gtk-driver xvfb`;
  if (process.env.CI || missing.length === 2) throw new Error(what);
  if (!process.env.TEST_WORKER_INDEX) console.warn(`Left out: ${what}`); // each worker reads this file, too
}

// Playwright's "moz-firefox" is a Firefox as it is, driven over WebDriver BiDi.
const inFirefox = {
  browserName: "firefox",
  channel: "moz-firefox",
  launchOptions: {
    executablePath: firefox ?? "",
    firefoxUserPrefs: { "network.proxy.allow_hijacking_localhost": true }, // or it asks no proxy for a server on its own machine
  },
} as const;
const differences = { testMatch: "engines.spec.ts" };

export default defineConfig<Fixtures>({
  ...base,
  workers: 3, // Firefox and WebKit take more of the machine than the headless shell
  projects: [
    { name: "chromium", ...differences },
    ...(firefox
      ? [
          { name: "firefox", ...differences, use: inFirefox },
          ...variants.map((variant) => ({
            name: `firefox-${variant.name}`,
            testMatch: ["chat.spec.ts", "traits.spec.ts"],
            grepInvert: /A post whose answer is lost/, // Firefox does not repeat it on HTTP/2: engines.spec.ts
            use: { ...inFirefox, variant },
          })),
          { name: "firefox-page", testMatch: "page.spec.ts", use: { ...inFirefox, variant: variants[3] } },
        ]
      : []),
    ...(hasWebKit()
      ? [
          { name: "webkit", ...differences, use: { browserName: "webkit" as const } },
          ...variants.map((variant) => ({
            name: `webkit-${variant.name}`,
            testMatch: "webkit.spec.ts",
            timeout: 180_000, // the page has its real timing
            use: { variant },
          })),
        ]
      : []),
  ],
});
