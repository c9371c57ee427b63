import type { Browser } from "playwright";
import { Fault, firstLine } from "./faults.ts";

/**
 * Opens the browser of the checks.
 * @throws {Fault} when there is none, or when it does not start.
 */
export async function openBrowser(): Promise<Browser> {
  const { chromium } = await import("playwright"); // only a check that needs a browser waits for it
  const { findBrowser, quiet } = await import("../e2e/browser.ts");
  const found = findBrowser();
  if (!found)
    throw new Fault(
      "This needs a Chromium, Chrome or Edge, and none was found. Install one, or run: npx playwright install chromium",
    );
  return chromium.launch({ ...found, args: quiet }).catch((error: Error) => {
    throw new Fault(
      `The browser does not start: ${firstLine(error.message)}. Another one: npx playwright install --with-deps chromium`,
    );
  });
}
