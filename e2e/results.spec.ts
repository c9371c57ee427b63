// The results page, which is served beside the side-by-side page.
import { AxeBuilder } from "@axe-core/playwright";
import { expect, test } from "playwright/test";
import { crowd } from "../bench/clients/polling.ts";
import { circumstances, measuredRows, readResults } from "../bench/rows.ts";
import { sideBySide } from "../compare/side-by-side.ts";
import { Tap } from "../compare/tap.ts";
import { start } from "../shared-server/start.ts";

test("The results page shows what the bench has measured, and is accessible", async ({ page }) => {
  const { url, stop } = await sideBySide(0);
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(message.text()));
  await page.goto(`${url}/results`);

  const results = readResults();
  const expected = results ? circumstances(results).replaceAll("`", "") : /Nothing is measured yet/;
  await expect(page.locator("#circumstances")).toHaveText(expected);
  if (results) {
    for (const [id, tls] of [
      ["with-tls", true],
      ["without-tls", false],
    ] as const) {
      const rows = page.locator(`#${id} tr:has(td:not(:empty))`);
      await expect(rows).toHaveText(measuredRows(results, tls).map((cells) => cells.join("").replaceAll("**", "")));
    }
    for (const image of await page.getByRole("img").all())
      expect(await image.evaluate((chart: HTMLImageElement) => chart.naturalWidth)).toBeGreaterThan(0);
  }
  for (const [colorScheme, width] of [
    ["light", 1280],
    ["light", 900],
    ["dark", 360],
  ] as const)
    await test.step(`${colorScheme}, ${width} px`, async () => {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 640 });
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)])).toEqual([]);
      // Neither the page nor a table has to be scrolled sideways.
      const widths = await page.evaluate(() =>
        Array.from(document.querySelectorAll(".wide, html"), (one) => one.scrollWidth - one.clientWidth),
      );
      expect(Math.max(...widths)).toBeLessThanOrEqual(0);
    });
  await page.getByRole("link", { name: "The same chat, four ways" }).click();
  await expect(page).toHaveURL(`${url}/`);
  expect(complaints).toEqual([]);
  await stop();
});

test("A poll of the bench's clients is as long as one of a browser", async ({ page }) => {
  const tap = await new Tap(0).open();
  const { port, stop } = await start("polling", { port: 0, publicOrigin: `http://localhost:${tap.port}` });
  tap.target = port;
  /** Bytes that this poll sends to the server. */
  const sent = async (poll: () => Promise<unknown>) => {
    const before = tap.up.bytes;
    await poll();
    return tap.up.bytes - before;
  };

  const silence = () => page.waitForResponse((response) => response.status() === 204);
  await page.goto(`http://localhost:${tap.port}`);
  await silence();
  const browser = await sent(silence);
  await page.close();

  const { connect, polls, disconnect } = crowd({ port: tap.port, authority: `localhost:${tap.port}`, tls: false });
  polls.pace(Infinity);
  await new Promise<void>((resolve) => connect({ update: () => resolve(), lost() {} }));
  const bench = await sent(polls.all);
  // Versions and platforms of Chromium differ by a few letters.
  expect(bench / browser).toBeGreaterThan(0.9);
  expect(bench / browser).toBeLessThan(1.1);

  disconnect();
  await stop();
  await tap.close();
});
