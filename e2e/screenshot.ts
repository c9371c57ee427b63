// Takes the pictures of README.md: two people, two windows, one chat; and the side-by-side page (`npm run screenshot`).
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright";
import { sideBySide } from "../compare/side-by-side.ts";
import { start } from "../shared-server/start.ts";
import { findBrowser } from "./browser.ts";

const server = await start("raw-websockets", { port: 0 });
const browser = await chromium.launch(findBrowser());

async function enter(name: string, colorScheme: "light" | "dark") {
  const context = await browser.newContext({ viewport: { width: 560, height: 480 }, colorScheme });
  const page = await context.newPage();
  await page.goto(`http://localhost:${server.port}`);
  await page.getByLabel("Name").fill(name);
  return {
    page,
    async says(text: string) {
      await page.getByLabel("Message", { exact: true }).fill(text);
      await page.getByRole("button", { name: "Send" }).click();
      await page.locator("#messages").getByText(text).waitFor();
    },
    async picture() {
      const path = join(tmpdir(), `${name}.png`);
      await page.screenshot({ path });
      return `data:image/png;base64,${readFileSync(path).toString("base64")}`;
    },
  };
}

const [ada, bob] = [await enter("Ada", "light"), await enter("Bob", "dark")];
await ada.says("Hello, is anybody here?");
await bob.says("Yes! I am in the other window.");
await ada.says("And how did your message get here?");
await bob.says("Open the DevTools, and watch the wire.");
await bob.page.locator("#messages li").nth(3).waitFor();
await server.stop();
await ada.page.locator("#now:not([hidden])").waitFor();
await ada.page.getByLabel("Message", { exact: true }).fill("Now the server is gone. This waits until it is back.");
await ada.page.getByRole("button", { name: "Send" }).click();

const frame = await browser.newPage({ viewport: { width: 1136, height: 480 } });
const pictures = [await ada.picture(), await bob.picture()];
await frame.setContent(
  `<body style="margin:0;display:flex;gap:16px;background:#8888">${pictures.map((picture) => `<img src="${picture}">`).join("")}</body>`,
);
await frame.screenshot({ path: "shared-ui/screenshot.png" });

// Half a minute of four wires: nobody speaks, then everybody does, then one of the wires is cut.
const four = await sideBySide(0);
const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ignoreHTTPSErrors: true });
const desk = await context.newPage();
await desk.goto(four.url);
const says = async (place: number, text: string) => {
  const chat = desk.frameLocator("iframe").nth(place);
  await chat.getByLabel("Message", { exact: true }).fill(text);
  await chat.getByRole("button", { name: "Send" }).click();
};
await desk.locator('[data-state="connected"]').nth(3).waitFor();
await desk.waitForTimeout(19_000);
await says(1, "Hello! Who reads this first?");
await desk.waitForTimeout(4_000);
await says(2, "I did, and Dan.");
await says(3, "At the same moment.");
await desk.waitForTimeout(4_000);
await desk.getByRole("button", { name: "cut" }).click();
await desk.waitForTimeout(9_000);
await says(1, "And now?");
await desk.frameLocator("iframe").first().locator("#messages").getByText("And now?").waitFor();
await desk.screenshot({ path: "compare/screenshot.png" });
await four.stop();
await browser.close();
