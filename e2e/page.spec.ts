// What a person expects of the page, whichever way the messages travel. It is byte for byte the same page in all variants
// (e2e/wire.test.ts), so this runs once.
import { AxeBuilder } from "@axe-core/playwright";
import { expect, test } from "./stage.ts";

test("The page is accessible and fits, in light at 1280 px and in dark at 360 px", async ({ ada, bob, stage }) => {
  const { page } = ada;
  const check = async (moment: string) => {
    for (const [colorScheme, width] of [
      ["light", 1280],
      ["dark", 360],
    ] as const)
      await test.step(`${moment}, ${colorScheme}, ${width} px`, async () => {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 640 });
        const { violations } = await new AxeBuilder({ page }).analyze();
        expect(violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)])).toEqual([]);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect(overflow).toBeLessThanOrEqual(0);
      });
  };
  await check("nothing said yet");

  await bob.says(`Hello, ${"W".repeat(200)}`);
  await ada.says("Hi!");
  await expect(ada.lines).toHaveCount(2);
  await page.getByLabel("Name").fill("Ada\u202E");
  await ada.says("refused");
  await expect(ada.outbox).toContainText("not sent");
  await page.getByLabel("Name").fill("Ada");
  await stage.stops();
  await expect(ada.state).toHaveText("reconnecting");
  await ada.says("waiting");
  await check("reconnecting, with one refused and one waiting");

  await stage.startsAnew();
  await expect(ada.notices).toHaveCount(1);
  await check("after a restart");
});

test("Everything can be done from the keyboard", async ({ ada, bob }) => {
  const { keyboard } = ada.page;
  await ada.page.getByLabel("Name").focus();
  await keyboard.press("Tab");
  await keyboard.type("first line");
  await keyboard.press("Shift+Enter");
  await keyboard.type("second line");
  await keyboard.press("Enter");
  for (const person of [ada, bob]) await person.goesOnReading(["Ada: first line\nsecond line"]);
  await keyboard.type("more"); // the focus stayed where one writes
  await keyboard.press("Tab");
  await keyboard.press("Enter");
  await ada.goesOnReading(["Ada: first line\nsecond line", "Ada: more"]);
});

test("New messages are read aloud once: the list grows and is never rebuilt", async ({ ada, bob }) => {
  await expect(ada.page.getByRole("log")).toBeVisible();
  await bob.says("one");
  await ada.goesOnReading(["Bob: one"]);
  const first = await ada.page.locator("#messages .message").elementHandle();
  await bob.says("two");
  await ada.goesOnReading(["Bob: one", "Bob: two"]);
  expect(await first?.evaluate((row) => row.isConnected && row === document.querySelector("#messages .message"))).toBe(
    true,
  );
});

test("The name is remembered, own messages are marked, and each has a time", async ({ ada, bob, stage }) => {
  await ada.says("mine");
  await bob.goesOnReading(["Ada: mine"]);
  await bob.says("yours");
  await ada.goesOnReading(["Ada: mine", "Bob: yours"]);
  await ada.page.reload();
  await ada.goesOnReading(["Ada: mine", "Bob: yours"]);
  await expect(ada.page.getByLabel("Name")).toHaveValue("Ada");
  await expect(ada.page.locator(".message.mine .text")).toHaveText(["mine"]);
  const [message] = stage.log.since("").msg;
  await expect(ada.page.locator("time").first()).toHaveAttribute("datetime", new Date(message!.time).toISOString());
});

test("Whoever reads further up is not moved, and is told how much is new", async ({ ada, stage }) => {
  for (let i = 1; i <= 50; i++) await stage.log.add({ user: "Bob", text: `line ${i}` });
  const { lines } = ada;
  await expect(lines).toHaveCount(50);
  await expect(lines.last()).toBeInViewport(); // whoever is at the end, stays at the end
  await ada.types("one\ntwo\nthree\nfour\nfive"); // also when the draft takes the room
  await expect(lines.last()).toBeInViewport({ ratio: 1 });

  await ada.page.getByRole("region", { name: "Conversation" }).evaluate((region) => (region.scrollTop = 0));
  await expect(lines.first()).toBeInViewport();
  await stage.log.add({ user: "Bob", text: "line 51" });
  await stage.log.add({ user: "Bob", text: "line 52" });
  const pill = ada.page.getByRole("button", { name: "2 new messages" });
  await expect(pill).toBeVisible();
  await expect(lines.first()).toBeInViewport();
  await pill.click();
  await expect(lines.last()).toBeInViewport();
  await expect(pill).toBeHidden();
});

test("The page runs no script but its own, and nobody may frame it", async ({ ada, stage }) => {
  const response = await ada.page.request.get(stage.url);
  const policy = response.headers()["content-security-policy"];
  expect(policy).toContain("script-src 'self'");
  expect(policy).toContain("frame-ancestors 'none'");
  await expect(ada.page.addScriptTag({ content: "document.title = 'inline'" })).rejects.toThrow();
  await expect(ada.page).not.toHaveTitle("inline");
});
