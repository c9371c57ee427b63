// The results page, which is served beside the side-by-side page.
import { AxeBuilder } from "@axe-core/playwright";
import { expect, test } from "playwright/test";
import { circumstances, measuredRows, readResults } from "../bench/rows.ts";
import { sideBySide } from "../compare/side-by-side.ts";

test("The results page shows what the bench has measured, and is accessible", async ({ page }) => {
  const { url, stop } = await sideBySide(0);
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(message.text()));
  await page.goto(`${url}/results`);

  const results = readResults();
  const expected = results ? circumstances(results).replaceAll("`", "") : /Nothing is measured yet/;
  await expect(page.locator("#circumstances")).toHaveText(expected);
  if (results) {
    const rows = page.locator("#measured tr:has(td:not(:empty))");
    await expect(rows).toHaveText(measuredRows(results).map((cells) => cells.join("")));
    for (const image of await page.getByRole("img").all())
      expect(await image.evaluate((chart: HTMLImageElement) => chart.naturalWidth)).toBeGreaterThan(0);
  }
  for (const [colorScheme, width] of [
    ["light", 1280],
    ["dark", 360],
  ] as const)
    await test.step(`${colorScheme}, ${width} px`, async () => {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 640 });
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)])).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    });
  await page.getByRole("link", { name: "The same chat, four ways" }).click();
  await expect(page).toHaveURL(`${url}/`);
  expect(complaints).toEqual([]);
  await stop();
});
