// Records the picture of README.md (`npm run screenshot`): the side-by-side page, on which Ada, Bob and Cyd write in turn. Nothing is
// cut, so each pane shows what its technique costs in peace, and the certificate is accepted before the count begins.
import { fileURLToPath } from "node:url";
import { chromium } from "playwright";
import { sideBySide } from "../compare/side-by-side.ts";
import { findBrowser } from "./browser.ts";
import { record } from "./record.ts";

const comparison = await sideBySide(0);
const browser = await chromium.launch(findBrowser());
const context = await browser.newContext({ viewport: { width: 1280, height: 960 }, ignoreHTTPSErrors: true });
const page = await context.newPage();
await page.goto(comparison.url);
await page.locator('[data-state="connected"]').nth(3).waitFor();
await page.waitForTimeout(5_000); // a few polls, so that the charts begin with silence
await page.getByRole("button", { name: "count from zero" }).click();

await record(page, fileURLToPath(new URL("../compare/screenshot.gif", import.meta.url)), async () => {
  const messages = [
    "Hello! Who reads this first?",
    "I did, at once.",
    "Me too, over a WebSocket.",
    "And I ask every three seconds.",
  ];
  for (const [place, text] of messages.entries()) {
    const chat = page.frameLocator("iframe").nth((place + 1) % 4);
    await page.waitForTimeout(1_000);
    await chat.getByLabel("Message", { exact: true }).fill(text);
    await page.waitForTimeout(500);
    await chat.getByRole("button", { name: "Send" }).click();
    await page.frameLocator("iframe").first().locator("#messages").getByText(text).waitFor(); // polling is the last to show it
  }
  await page.waitForTimeout(1_000);
});
await comparison.stop();
await browser.close();
