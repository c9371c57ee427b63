// What a person expects of the page. All variants serve the same page, so these tests run with one of them only.
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright/test";
import { anybody } from "../shared-chat/reader.ts";
import { variants } from "../shared-server/variants.ts";
import { expect, pageTiming, Stage, test } from "./stage.ts";

/** Asserts that axe finds nothing in a page, and that nothing is wider than the window. */
async function isAccessibleAndFits(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)])).toEqual([]);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(overflow).toBeLessThanOrEqual(0);
}

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
        await isAccessibleAndFits(page);
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

// WCAG 2.2, success criterion 1.4.10: 320 x 256 is what a window of 1280 x 1024 has left at 400 %.
test("At a zoom of 400 % the page scrolls, and the conversation has room for several lines", async ({ ada, bob }) => {
  const { page } = ada;
  await page.setViewportSize({ width: 320, height: 256 });
  for (let i = 1; i <= 10; i++) await bob.says(`line ${i}`);
  await expect(ada.lines).toHaveCount(10);
  const region = page.getByRole("region", { name: "Conversation" });
  const lines = await region.evaluate((element) => {
    const { paddingTop, paddingBottom, lineHeight } = getComputedStyle(element);
    return (element.clientHeight - parseFloat(paddingTop) - parseFloat(paddingBottom)) / parseFloat(lineHeight);
  });
  expect(lines).toBeGreaterThanOrEqual(4);
  const overflow = await page.evaluate(() => {
    const { scrollWidth, scrollHeight } = document.documentElement;
    return { across: scrollWidth - innerWidth, down: scrollHeight - innerHeight };
  });
  expect(overflow.across).toBeLessThanOrEqual(0);
  expect(overflow.down).toBeGreaterThan(0);

  // The wheel is over the conversation, which fills the window: at its end, the page goes on.
  await region.hover();
  await expect(async () => {
    await page.mouse.wheel(0, 200);
    await expect(page.getByRole("button", { name: "Send" })).toBeInViewport({ ratio: 1, timeout: 500 });
  }).toPass();
  await ada.says("hello");
  await expect(ada.lines.last()).toContainText("hello");
  await ada.lines.last().scrollIntoViewIfNeeded();
  await expect(ada.lines.last()).toBeInViewport({ ratio: 1 });
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id }) => id)).toEqual([]);
});

test("What is typed before the script runs stays, and wins over what was typed on an earlier visit", async ({
  page,
  stage,
}) => {
  const [name, text] = [page.getByLabel("Name"), page.getByLabel("Message", { exact: true })];
  const opens = async (typed: () => Promise<void>) => {
    let loads = () => {};
    const loaded = new Promise<void>((resolve) => (loads = resolve));
    await page.route("**/client.js", (route) => loaded.then(() => route.continue()));
    await page.goto(stage.url, { waitUntil: "commit" });
    await typed();
    loads();
    await expect(page.getByRole("status")).toHaveText("connected");
    await page.unroute("**/client.js");
  };

  await opens(async () => {
    await name.fill("Ada");
    await text.fill("typed early");
    await page.getByRole("button", { name: "Send" }).click(); // too early, and harmless
  });
  await expect(name).toHaveValue("Ada");
  await expect(text).toHaveValue("typed early");

  await opens(() => text.fill("typed later"));
  await expect(name).toHaveValue("Ada"); // from the earlier visit
  await expect(text).toHaveValue("typed later");
  await page.keyboard.type("!"); // the caret stays, too
  await expect(text).toHaveValue("typed later!");
  await page.reload();
  await expect(text).toHaveValue("typed later!");
  await page.getByRole("button", { name: "Send" }).click();
  await expect.poll(() => stage.log.since("").msg).toMatchObject([{ user: "Ada", text: "typed later!" }]);
});

test("The Enter that ends a composition does not send, in the order of any browser", async ({ ada, stage }) => {
  await ada.types("にほん");
  const text = ada.page.getByLabel("Message", { exact: true });
  const enter = (init: { keyCode: number; isComposing?: boolean }) =>
    text.evaluate(
      (field, given) =>
        field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true, ...given })),
      init,
    );
  // Chromium and Firefox: within the composition. Safari: after it, with the code of a key that the input method has taken.
  expect(await enter({ keyCode: 229, isComposing: true })).toBe(true);
  expect(await enter({ keyCode: 229, isComposing: false })).toBe(true);
  await expect(text).toHaveValue("にほん");
  await expect(ada.outbox).toHaveCount(0);
  expect(await enter({ keyCode: 13 })).toBe(false); // the next one does
  await ada.eventuallyReads(["Ada: にほん"]);
  expect(stage.log.since("").msg).toHaveLength(1);
});

test("What is typed in a right-to-left script begins at the right", async ({ ada }) => {
  const [name, text] = [ada.page.getByLabel("Name"), ada.page.getByLabel("Message", { exact: true })];
  for (const field of [name, text]) await expect(field).toHaveCSS("direction", "ltr");
  await name.fill("عدا");
  await ada.says("مرحبا");
  await expect(ada.lines.locator(".text")).toHaveCSS("direction", "rtl");
  await text.fill("مرحبا");
  for (const field of [name, text]) await expect(field).toHaveCSS("direction", "rtl");
});

test("A name or a text of which nothing is visible is refused in words", async ({ ada }) => {
  await ada.says("\u3164");
  await expect(ada.outbox.nth(0).getByRole("alert")).toHaveText("The text is empty.");
  await ada.page.getByLabel("Name").fill("\u2800");
  await ada.says("hello");
  await expect(ada.outbox.nth(1).getByRole("alert")).toHaveText("The name is empty.");
});

test("Everything can be done from the keyboard", async ({ ada, bob }) => {
  await ada.page.bringToFront(); // in a window without the focus, Firefox ignores Enter on a button
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

test("A screen reader does not read the history aloud: the list is busy until it is drawn, and not when something new comes", async ({
  ada,
  bob,
}) => {
  await bob.says("one");
  await ada.eventuallyReads(["Bob: one"]);
  await ada.page.addInitScript(() => {
    const changes: unknown[] = [];
    Object.assign(globalThis, { changes });
    const look = (records: MutationRecord[]) => records.map(({ target }) => changes.push((target as Element).ariaBusy));
    new MutationObserver(look).observe(document, { subtree: true, attributeFilter: ["aria-busy"] });
  });
  await ada.page.reload();
  await ada.eventuallyReads(["Bob: one"]);
  const changes = () => ada.page.evaluate(() => (globalThis as { changes?: unknown[] }).changes);
  await expect.poll(changes).toEqual(["true", "false"]);
  await bob.says("two");
  await ada.eventuallyReads(["Bob: one", "Bob: two"]);
  expect(await changes()).toEqual(["true", "false"]);
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

  test("After the button that skips the pause, the focus is where the person goes on, in each kind of place", async ({
    enter,
    stage,
  }) => {
    const root = await enter("Root");
    const { page } = root;
    const skips = async () => {
      await stage.stops();
      await expect(root.state).toHaveText("reconnecting");
      await stage.starts();
      await page.getByRole("button", { name: "now" }).press("Enter");
      await expect(root.state).toHaveText("connected");
    };
    await skips();
    await expect(page.getByLabel("Message", { exact: true })).toBeFocused();
    await root.follows("garden");
    await skips();
    await expect(root.door.getByRole("button", { name: "Sign in" })).toBeFocused();
    await root.follows("gar den!");
    await skips();
    await expect(page.getByRole("region", { name: "Conversation" })).toBeFocused();
    await root.signsIn();
    await root.follows("!activity");
    await skips();
    await expect(page.getByRole("region", { name: "Activity" })).toBeFocused();
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
    // A view that goes by the place in the list would write another text into each row, and a screen reader would read all of them.
    expect(await row?.evaluate((element) => element.isConnected && element.textContent)).toContain("line 50");
  });
});

test("With rooms, the page is accessible and fits: wide, and in a narrow window with a drawer", async ({
  ada,
  bob,
  enter,
  stage,
}) => {
  test.slow(); // many looks, and each takes seconds on a busy machine
  const root = await enter("Root");
  for (const person of [ada, bob, root]) await person.signsIn();
  for (const person of [ada, bob]) await person.joins("garden");
  await bob.says(`Hello, ${"W".repeat(200)}`);
  await ada.eventuallyReads([`Bob: Hello, ${"W".repeat(200)}`]);
  const check = async ({ page }: typeof ada, moment: string) => {
    for (const [colorScheme, width] of [
      ["light", 1280],
      ["dark", 360],
    ] as const)
      await test.step(`${moment}, ${colorScheme}, ${width} px`, async () => {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 640 });
        const menu = page.getByRole("button", { name: /^Rooms/ });
        for (const drawer of width === 360 && (await menu.isVisible()) ? [false, true] : [false]) {
          if (drawer) await menu.click();
          await isAccessibleAndFits(page);
          if (drawer) await page.keyboard.press("Escape");
        }
      });
    await page.setViewportSize({ width: 1280, height: 640 });
  };
  await check(ada, "a room");
  await ada.writesTo("Bob", "only for you");
  await expect(bob.link("@Ada")).toContainText("1 new");
  await check(ada, "a conversation");
  await check(bob, "with something unread");
  await ada.follows("attic");
  await expect(ada.door).toBeVisible();
  await check(ada, "a room that is not joined");
  const cyd = await enter("Cyd");
  await cyd.follows("attic");
  await check(cyd, "a stranger at the door");
  await cyd.door.getByRole("button", { name: "Sign in" }).click();
  await check(cyd, "signing in");
  await root.follows("!activity");
  const ban = { name: "Ada", reason: "Too loud.", until: Date.now() + 60_000, by: "Root" };
  await stage.log.people.ban(stage.log.people.find("Ada")!, ban);
  await expect(ada.door).toContainText("Too loud.");
  await expect(root.page.getByRole("row", { name: /Ada Too loud/ })).toBeVisible();
  await check(ada, "banned");
  await check(root, "activity");
});

test("A link to a room or a conversation survives signing in and a reload, and changes nothing by itself", async ({
  ada,
  bob,
  stage,
}) => {
  await bob.signsIn();
  await bob.joins("garden");
  await bob.says("hello");
  await bob.eventuallyReads(["Bob: hello"]);

  await ada.page.bringToFront(); // in Firefox only one window has the focus, and it is Bob's
  await ada.follows("garden");
  await expect(ada.door).toContainText("Sign in to join #garden.");
  await ada.signsIn();
  await expect(ada.door).toContainText("You are not in #garden.");
  expect(stage.log.people.in("garden")).toEqual(["Bob"]);
  await ada.door.getByRole("button", { name: "Join #garden" }).click();
  await ada.eventuallyReads(["Bob: hello"]);
  await expect(ada.page.getByLabel("Message", { exact: true })).toBeFocused();
  await ada.page.reload();
  await ada.eventuallyReads(["Bob: hello"]);
  await expect(ada.place).toHaveText("#garden");

  await ada.follows("@Bob");
  await ada.says("hello, Bob");
  await ada.page.reload();
  await ada.eventuallyReads(["Ada: hello, Bob"]);
  await ada.page.goBack();
  await expect(ada.place).toHaveText("#garden");
  await ada.signsOut();
  await expect(ada.door).toContainText("Sign in to join #garden.");
});

test("Where nobody can write, the page says why and what can be done, in the middle and with one button at most", async ({
  ada,
}) => {
  const { page } = ada;
  await expect(ada.place).toBeHidden(); // a stranger in the lobby need not be told where they are
  await ada.follows("garden");
  await expect(ada.place).toBeVisible();
  await expect(ada.door).toHaveText("Sign in to join #garden. Sign in");
  await expect(page.getByRole("button", { name: "Sign in" })).toHaveCount(1);
  for (const width of [1280, 360]) {
    await page.setViewportSize({ width, height: 640 });
    // Asked again until it is true: the rooms move in the frame after the window has another width.
    await expect(async () => {
      const { y, height } = (await ada.door.boundingBox())!;
      expect(y).toBeGreaterThan(640 / 4);
      expect(y + height).toBeLessThan((640 * 3) / 4);
    }).toPass();
  }
  await ada.follows("gar den!");
  await expect(ada.door).toContainText("No room can be called “gar den!”.");
  await expect(ada.door.getByRole("button")).toHaveCount(0);

  await ada.signsIn();
  await expect(ada.news).toHaveText("You created the account Ada.");
  await expect(ada.door.getByRole("button")).toHaveCount(0);
  await ada.follows("@ADA");
  await expect(ada.door).toHaveText("This is you.");
  await ada.follows("!activity");
  await expect(ada.door).toHaveText("Only the super user sees the activity.");
  await page.setViewportSize({ width: 1280, height: 640 });
  await ada.joins("activity");
  await expect(ada.news).toHaveText("New room #activity.");
  await ada.says("hello");
  await ada.eventuallyReads(["Ada: hello"]);
});

test("What was not sent to somebody is shown in their conversation alone, and elsewhere as a link to it", async ({
  ada,
}) => {
  await ada.signsIn();
  await ada.follows("@Nobody");
  await expect(ada.page.locator("#here")).toHaveText("Goes to @Nobody alone, if there is such an account.");
  await ada.says("a secret");
  await expect(ada.outbox).toContainText("There is no account with the name Nobody.");
  await ada.goesTo("#lobby");
  await expect(ada.outbox).toHaveCount(0);
  await expect(ada.page.getByText("a secret")).toBeHidden();
  await ada.page.getByRole("link", { name: "1 not sent to @Nobody" }).click();
  await expect(ada.place).toHaveText("@Nobody");
  await ada.outbox.getByRole("button", { name: "Discard" }).click();
  await ada.goesTo("#lobby");
  await expect(ada.page.getByRole("link", { name: /not sent/ })).toHaveCount(0);
});

test("The super user reads and writes in every room without joining it, and chooses whom to ban from a list", async ({
  ada,
  enter,
  stage,
}) => {
  const root = await enter("Root");
  const { page } = root;
  await root.signsIn();
  await ada.signsIn();
  await ada.joins("garden");
  await root.goesTo("#garden");
  await root.says("hello");
  await ada.eventuallyReads(["Root: hello"]);
  await expect(page.getByRole("button", { name: /Join|Leave/ })).toHaveCount(0);
  await root.follows("attic");
  await root.door.getByRole("button", { name: "Create #attic" }).click();
  await expect(root.link("#attic")).toBeVisible();

  await page.getByRole("link", { name: "Activity" }).click();
  await expect(page.locator("datalist option")).toHaveCount(2);
  await page.getByLabel("Who").fill("Nobody");
  await page.getByLabel("Reason").fill("Too loud for all the others who are here.");
  await page.getByRole("button", { name: "Ban", exact: true }).click();
  await expect(root.news).toHaveText("There is no account with the name Nobody.");
  await page.setViewportSize({ width: 360, height: 640 });
  await expect(async () => {
    const line = (await root.news.boundingBox())!;
    const caption = (await page.getByText("Rooms", { exact: true }).last().boundingBox())!;
    expect(caption.y).toBeGreaterThanOrEqual(line.y + line.height);
  }).toPass();
  await page.getByLabel("Who").fill((await page.locator("datalist option").last().getAttribute("value")) ?? "");
  await page.getByRole("button", { name: "Ban", exact: true }).click();
  await expect(ada.door).toContainText("Too loud");
  await expect(page.getByRole("button", { name: "Unban Ada" })).toBeInViewport({ ratio: 1 });

  // Another ban, by somebody else. The row of the first one stays, and so does the focus on its button.
  await page.getByRole("button", { name: "Unban Ada" }).focus();
  const { people } = stage.log;
  await people.ban(await people.create("Bob", "correct horse"), {
    name: "Bob",
    reason: "Too.",
    until: Date.now() + 60_000,
    by: "Root",
  });
  await expect(page.getByRole("button", { name: "Unban Bob" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Unban Ada" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Unban Ada" })).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Unban Bob" })).toBeFocused();
});

test("In two windows of one person, what is read in one is read in the other; a reload makes nothing unread", async ({
  ada,
  bob,
  enter,
}) => {
  await bob.signsIn();
  await bob.joins("garden");
  await ada.signsIn();
  await ada.joins("garden");
  const window = await enter("Ada");
  await ada.goesTo("#lobby");
  await bob.says("hello");
  for (const person of [ada, window]) await expect(person.link("#garden")).toContainText("1 new");
  await window.goesTo("#garden");
  await expect(ada.link("#garden")).not.toContainText("new");
  await bob.goesTo("#lobby");
  await bob.says("hello, all");
  await ada.eventuallyReads(["Bob: hello, all"]);
  await expect.poll(() => window.holds()).toContain("hello, all");
  await expect(window.link("#lobby")).not.toContainText("new");
  await window.page.reload();
  await window.eventuallyReads(["Bob: hello"]);
  await expect(window.link("#lobby")).not.toContainText("new");
});

test("Each room keeps its own draft, scroll position and number of new messages", async ({ ada, stage }) => {
  await ada.signsIn();
  await ada.joins("garden");
  for (let i = 1; i <= 50; i++) {
    await stage.log.add({ user: "Cyd", text: `line ${i}` });
    await stage.log.add(
      { user: "Ada", text: `line ${i}`, room: "garden" },
      { ...anybody, name: "Ada", topics: ["garden"] },
    );
  }
  await expect(ada.link("#lobby")).toContainText("50 new");
  await ada.types("for the garden");

  await ada.goesTo("#lobby");
  await expect(ada.link("#lobby")).not.toContainText("new");
  const text = ada.page.getByLabel("Message", { exact: true });
  await expect(text).toHaveValue("");
  await expect(ada.lines.last()).toBeInViewport(); // whoever comes for the first time sees the end
  await ada.types("for the lobby");
  const region = ada.page.getByRole("region", { name: "Conversation" });
  await region.evaluate((element) => (element.scrollTop = 100));
  await expect(ada.lines.last()).not.toBeInViewport();

  await ada.goesTo("#garden"); // it is as long as the lobby
  await expect(text).toHaveValue("for the garden");
  await expect(text).toHaveJSProperty("selectionStart", "for the garden".length); // one goes on writing
  await expect(ada.lines.last()).toBeInViewport();
  await stage.log.add({ user: "Cyd", text: "line 51" });
  await expect(ada.link("#lobby")).toContainText("1 new");
  await ada.goesTo("#lobby");
  await expect(text).toHaveValue("for the lobby");
  expect(await region.evaluate((element) => element.scrollTop)).toBe(100);
  await ada.page.getByRole("button", { name: "1 new message" }).click();
  await expect(ada.lines.last()).toContainText("line 51");
  await expect(ada.lines.last()).toBeInViewport();

  await ada.page.reload();
  await expect(text).toHaveValue("for the lobby");
  await ada.goesTo("#garden");
  await expect(text).toHaveValue("for the garden");
});

test("With rooms, everything can be done from the keyboard, at 360 px in a drawer", async ({ ada, bob, stage }) => {
  const { page } = ada;
  const { keyboard } = page;
  await page.bringToFront();
  await page.setViewportSize({ width: 360, height: 640 });
  await page.getByRole("button", { name: "Sign in" }).focus();
  await keyboard.press("Enter");
  await expect(page.getByLabel("Password")).toBeFocused(); // the name of the stranger is there already
  await keyboard.type("correct horse");
  await keyboard.press("Enter");
  await expect(ada.signedInAs).toHaveText("Ada");
  const text = page.getByLabel("Message", { exact: true });
  await expect(text).toBeFocused();

  const menu = page.getByRole("button", { name: /^Rooms/ });
  await menu.focus();
  await keyboard.press("Enter");
  const drawer = page.getByRole("dialog", { name: "Rooms" });
  await expect(drawer).toBeVisible();
  await keyboard.press("Escape");
  await expect(drawer).toBeHidden();
  await expect(menu).toBeFocused();
  await keyboard.press("Enter");
  await page.getByLabel("Join a room").focus();
  await keyboard.type("garden");
  await keyboard.press("Enter");
  await expect(drawer).toBeHidden();
  await expect(ada.place).toHaveText("#garden");
  await expect(text).toBeFocused();
  await keyboard.type("hello, garden");
  await keyboard.press("Enter");
  await ada.eventuallyReads(["Ada: hello, garden"]);

  await bob.signsIn();
  await stage.log.add({ user: "Cyd", text: "hello, lobby" });
  await expect(menu).toHaveText("Rooms (1 new)");
  await menu.focus();
  await keyboard.press("Enter");
  await keyboard.press("Tab"); // from "Close" to the first room
  await keyboard.press("Enter");
  await expect(drawer).toBeHidden();
  await ada.eventuallyReads(["Cyd: hello, lobby"]);
  await expect(text).toBeFocused();

  await menu.focus();
  await keyboard.press("Enter");
  await page.getByLabel("Join a room").focus();
  await keyboard.type("@Bob");
  await keyboard.press("Enter");
  await expect(ada.place).toHaveText("@Bob");
  await expect(text).toBeFocused();
  await keyboard.type("hello, Bob");
  await keyboard.press("Enter");
  await expect(bob.link("@Ada")).toContainText("1 new");
});

test("A screen reader reads each room by itself: one log for each, which grows and is never rebuilt", async ({
  ada,
  bob,
}) => {
  for (const person of [ada, bob]) {
    await person.signsIn();
    await person.joins("garden");
  }
  await bob.says("one");
  await ada.eventuallyReads(["Bob: one"]);
  await expect(ada.page.getByRole("log")).toHaveCount(1);
  await expect(ada.page.getByRole("log", { name: "Messages in garden" })).toBeVisible();
  const first = await ada.lines.first().elementHandle();
  await ada.goesTo("#lobby");
  await expect(ada.page.getByRole("log", { name: "Messages", exact: true })).toBeVisible();
  await bob.says("two");
  await expect(ada.link("#garden")).toContainText("1 new");
  await ada.goesTo("#garden");
  await ada.eventuallyReads(["Bob: one", "Bob: two"]);
  expect(await first.evaluate((row) => row.isConnected && row === row.parentElement!.firstElementChild)).toBe(true);
});

test("Somebody else who signs in at this window finds nothing of the one before", async ({ ada, bob, stage }) => {
  await ada.signsIn();
  await ada.joins("garden");
  await ada.says("among us");
  await ada.eventuallyReads(["Ada: among us"]);
  await stage.stops();
  await ada.says("typed by Ada");
  await expect(ada.outbox).toContainText("typed by Ada");
  await stage.starts();
  await ada.eventuallyReads(["Ada: among us", "Ada: typed by Ada"]);
  await ada.goesTo("#lobby");
  await ada.types("half a sentence");
  await ada.goesTo("#garden");

  await ada.signsOut();
  await ada.signsIn("Eve");
  await expect(ada.door).toContainText("You are not in #garden.");
  await ada.goesTo("#lobby");
  expect(await ada.holds()).not.toMatch(/among us|typed by Ada/);
  const text = ada.page.getByLabel("Message", { exact: true });
  await expect(text).toHaveValue("");
  await ada.says("as Eve");
  await bob.eventuallyReads(["Eve: as Eve"]);
  await ada.signsOut();
  await ada.signsIn("Ada");
  await expect(text).toHaveValue("half a sentence");
});

test("A wrong password is explained, and the wire inspector shows no password", async ({ ada, bob, stage }) => {
  await ada.signsIn();
  await bob.page.goto(`${stage.url}/?wire`);
  const { page } = bob;
  await page.locator("#wire summary").click();
  await page.getByRole("button", { name: "Sign in" }).click();
  const dialog = page.getByRole("dialog", { name: "Sign in" });
  await dialog.getByLabel("Name").fill("Ada");
  await dialog.getByLabel("Password").fill("battery staple");
  await dialog.getByRole("button", { name: "Sign in" }).click();
  await expect(dialog.getByRole("alert")).toHaveText("This is not the password of this account.");
  await expect(dialog.getByLabel("Password")).toBeFocused();
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(page.locator("#wire li").filter({ hasText: "POST /session" })).toContainText('"password":"•••"');
  expect(await bob.holds()).not.toContain("battery");
});

// Shorter than in real life, but long beside the 0.5 s that an EventSource waits here, and with a watchdog longer than the longest pause.
const outageTiming = { ...pageTiming, watchdog: 12_000, retry: 250, retryMost: 10_000 };

test("In a long outage all four back off, and none makes more than twice as many requests as the shared backoff does", async ({
  profiles,
  view,
}) => {
  const outage = 16_000;
  let expected = 0;
  const pause = (failures: number) =>
    outageTiming.retry + 0.5 * Math.min(outageTiming.retryMost, outageTiming.retry * 2 ** failures);
  for (let at = pause(1); at < outage; at += pause(expected + 1)) expected += 1;

  const { random } = Math;
  const cast = await Promise.all(
    variants.map(async (variant) => {
      const stage = new Stage(variant, view);
      await stage.starts();
      const page = await (await profiles("Ada")).newPage();
      await page.addInitScript((timing) => {
        Object.assign(globalThis, { pageTiming: timing });
        Math.random = () => 0.5; // in the middle of the jitter
      }, outageTiming);
      return { stage, page, tries: 0 };
    }),
  );
  Math.random = () => 0; // the server of http2-push asks for the shortest pause
  for (const { stage, page } of cast) {
    await page.goto(stage.url);
    await expect(page.getByRole("status")).toHaveText("connected");
  }
  Math.random = random;

  // Socket.IO makes two requests in each try: when a WebSocket is refused, it looks for another way.
  for (const one of cast) {
    const count = (request: { url(): string }) => {
      if (/[/](msgs|socket[.]io)/.test(request.url())) one.tries += 1;
    };
    one.page.on("request", count);
    one.page.on("websocket", count);
    await one.stage.stops();
  }
  await cast[0]!.page.evaluate((time) => new Promise((resolve) => setTimeout(resolve, time)), outage);
  const tries = Object.fromEntries(cast.map((one) => [one.stage.variant.name, one.tries]));
  for (const count of Object.values(tries)) {
    expect(count, JSON.stringify(tries)).toBeGreaterThanOrEqual(3);
    expect(count, JSON.stringify(tries)).toBeLessThanOrEqual(2 * expected);
  }
  for (const { stage, page } of cast) {
    await page.close();
    await stage.tap.close();
  }
});

test("The page runs only its own scripts, and no other page may frame it", async ({ ada, stage }) => {
  const response = await ada.page.request.get(stage.url);
  const policy = response.headers()["content-security-policy"];
  expect(policy).toContain("script-src 'self'");
  expect(policy).toContain("frame-ancestors 'none'");
  await expect(ada.page.addScriptTag({ content: "document.title = 'inline'" })).rejects.toThrow();
  await expect(ada.page).not.toHaveTitle("inline");
});
