import type { Page } from "playwright";
import type { Tester } from "../tester.ts";

export default async function check(t: Tester): Promise<void> {
  const ada = await t.opens();
  const count = async () => (await ada.polls()).length;
  await ada.passes(3_100);
  t.needs(
    (await count()) === 2,
    "The page no longer asks every three seconds while it is visible.",
    "client.ts",
    /rest\(3/,
  );

  await ada.page.evaluate(() => {
    document.hasFocus = () => false;
    dispatchEvent(new Event("blur"));
  });
  await ada.passes(6_100);
  t.needs(
    (await count()) === 4,
    "The window has lost the focus but is still visible, side by side with another one, and the page stops asking. Use document.hidden.",
    "client.ts",
    /blur|hasFocus/,
  );
  await ada.page.evaluate(() => void (document.hasFocus = () => true));

  await ada.hidden(true);
  await ada.passes(30_000);
  t.needs(
    (await count()) === 4,
    "The page asks while it is hidden. Nobody sees the answers.",
    "client.ts",
    /document\.hidden|visibilityState/,
  );

  await ada.hidden(false);
  const atOnce = await count();
  await ada.passes(3_100);
  t.needs(
    (await count()) > 4,
    'When the page is visible again, it never asks again. What was said meanwhile stays unread. A listener for "visibilitychange" must call wake(), as () => wake(): each rest puts another function into wake.',
    "client.ts",
    /visibilitychange/,
    /addEventListener/,
    /document\.hidden|visibilityState/,
  );
  t.needs(
    atOnce > 4,
    "When the page is visible again, it asks only in the next round. Whoever comes back wants to read now.",
    "client.ts",
    /visibilitychange/,
    /document\.hidden|visibilityState/,
  );

  // Ada looks at another tab for a moment, while the page rests and while a poll waits for its answer.
  const loops =
    "Each time the page becomes visible, one more loop asks beside the one that still runs. There must be one loop, which is woken.";
  const earlier = await count();
  await ada.hidden(true);
  await ada.hidden(false);
  const before = await count();
  t.needs(
    before > earlier,
    "Ada looks at another tab for a moment, and comes back while the page rests between two polls: it asks only in the next round. wake must end this rest, too.",
    "client.ts",
    /visibilitychange/,
  );
  await ada.passes(6_100);
  t.needs((await count()) === before + 2, loops, "client.ts", /visibilitychange/);
  await ada.network("held");
  await ada.passes(3_100);
  await ada.hidden(true);
  await ada.hidden(false);
  t.needs((await ada.polls()).filter(({ open }) => open).length === 1, loops, "client.ts", /visibilitychange/);
  await ada.network("up");

  const some = await listeners(ada.page);
  await ada.passes(15_000);
  t.needs(
    (await listeners(ada.page)) < some + 3,
    'With each round of the loop, one more listener for "visibilitychange" is there. Add one, outside of the loop: it stays.',
    "client.ts",
    /visibilitychange/,
  );
}

/** How many listeners for "visibilitychange" a page has. */
async function listeners(page: Page): Promise<number> {
  const browser = await page.context().newCDPSession(page);
  let types: string[] = [];
  for (const expression of ["document", "window"]) {
    const { result } = await browser.send("Runtime.evaluate", { expression });
    const found = await browser.send("DOMDebugger.getEventListeners", { objectId: result.objectId! });
    types = [...types, ...found.listeners.map(({ type }) => type)];
  }
  await browser.detach();
  return types.filter((type) => type === "visibilitychange").length;
}
