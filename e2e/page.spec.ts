// What a person expects of the page. All variants serve the same page, so these tests run with one of them only.
import { AxeBuilder } from "@axe-core/playwright";
import { variants } from "../shared-server/variants.ts";
import { expect, pageTiming, test } from "./stage.ts";

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
  await check("no messages yet");

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
  await check("reconnecting, with one refused draft and one waiting");

  await stage.restartsEmpty();
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
  for (const person of [ada, bob]) await person.eventuallyReads(["Ada: first line\nsecond line"]);
  await keyboard.type("more"); // the focus stayed in the text field
  await keyboard.press("Tab");
  await keyboard.press("Enter");
  await ada.eventuallyReads(["Ada: first line\nsecond line", "Ada: more"]);
});

test("A screen reader reads each new message once, because the list grows and is never rebuilt", async ({
  ada,
  bob,
}) => {
  await expect(ada.page.getByRole("log")).toBeVisible();
  await bob.says("one");
  await ada.eventuallyReads(["Bob: one"]);
  const first = await ada.page.locator("#messages .message").elementHandle();
  await bob.says("two");
  await ada.eventuallyReads(["Bob: one", "Bob: two"]);
  expect(await first?.evaluate((row) => row.isConnected && row === document.querySelector("#messages .message"))).toBe(
    true,
  );
});

test("The name is remembered, own messages are marked, and each has a time", async ({ ada, bob, stage }) => {
  await ada.says("mine");
  await bob.eventuallyReads(["Ada: mine"]);
  await bob.says("yours");
  await ada.eventuallyReads(["Ada: mine", "Bob: yours"]);
  await ada.page.reload();
  await ada.eventuallyReads(["Ada: mine", "Bob: yours"]);
  await expect(ada.page.getByLabel("Name")).toHaveValue("Ada");
  await expect(ada.page.locator(".message.mine .text")).toHaveText(["mine"]);
  const [message] = stage.log.since("").msg;
  await expect(ada.page.locator("time").first()).toHaveAttribute("datetime", new Date(message!.time).toISOString());
});

test("A reader who has scrolled up is not moved, and sees how many messages are new", async ({ ada, stage }) => {
  for (let i = 1; i <= 50; i++) await stage.log.add({ user: "Bob", text: `line ${i}` });
  const { lines } = ada;
  await expect(lines).toHaveCount(50);
  await expect(lines.last()).toBeInViewport(); // a reader at the end stays at the end
  await ada.types("one\ntwo\nthree\nfour\nfive"); // also when a tall draft makes the list shorter
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

test.describe("With a long pause before the next attempt", () => {
  test.use({ variant: variants[2], timing: { ...pageTiming, retry: 60_000 } }); // Socket.IO waits by itself, and does not say how long

  test("The page counts down to the next attempt, and a button skips the pause", async ({ ada, stage }) => {
    await expect(ada.page.locator("#countdown")).toBeEmpty();
    await stage.stops();
    await expect(ada.page.locator("#countdown")).toHaveText(/^in (60|59|58) s$/);
    const first = await ada.page.locator("#countdown").textContent();
    await expect(ada.page.locator("#countdown")).not.toHaveText(first!); // it goes on counting
    await stage.starts();
    await ada.page.getByRole("button", { name: "now" }).click();
    await expect(ada.state).toHaveText("connected");
    await expect(ada.page.locator("#countdown")).toBeEmpty();
    await expect(ada.page.getByRole("button", { name: "now" })).toBeHidden();
  });
});

test.describe("With room for 20 messages", () => {
  test.use({ timing: { ...pageTiming, shown: 20 } });

  test("The oldest messages leave the page when the newest ones need their place", async ({ ada, stage }) => {
    for (let i = 1; i <= 50; i++) await stage.log.add({ user: "Bob", text: `line ${i}` });
    await ada.eventuallyReads(Array.from({ length: 20 }, (_, i) => `Bob: line ${31 + i}`));
    const row = await ada.lines.last().elementHandle();
    await stage.log.add({ user: "Bob", text: "line 51" });
    await ada.eventuallyReads(Array.from({ length: 20 }, (_, i) => `Bob: line ${32 + i}`));
    expect(await row?.evaluate((element) => element.isConnected)).toBe(true);
  });
});

test("The page runs only its own scripts, and no other page may frame it", async ({ ada, stage }) => {
  const response = await ada.page.request.get(stage.url);
  const policy = response.headers()["content-security-policy"];
  expect(policy).toContain("script-src 'self'");
  expect(policy).toContain("frame-ancestors 'none'");
  await expect(ada.page.addScriptTag({ content: "document.title = 'inline'" })).rejects.toThrow();
  await expect(ada.page).not.toHaveTitle("inline");
});
