// `npm run e2e:views`: what the six views have in common, and the mistakes that people make with a connection in a framework.
import { defineConfig } from "playwright/test";
import { variants } from "../shared-server/variants.ts";
import base from "./playwright.config.ts";
import type { Fixtures } from "./stage.ts";

export default defineConfig<Fixtures>({
  ...base,
  projects: [{ name: "views", testMatch: "views.spec.ts", use: { variant: variants[3] } }],
});
