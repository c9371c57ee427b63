// The side-by-side page during an outage, and what its figures say before, during and after.
import type { Locator } from "playwright/test";
import { durations, type Kind } from "../compare/outages.ts";
import { limits } from "../shared-chat/limits.ts";
import { expect, http2Push, polling, rawWebsockets, SideBySidePage, socketIo, test } from "./panes.ts";
import { pageTiming } from "./stage.ts";

test.describe("A button starts an outage, it ends on its own, and no message is lost or arrives twice", () => {
  const inAllPanes = async (
    site: SideBySidePage,
    kind: Kind,
    button: string,
    during: () => Promise<void> = async () => {},
  ) => {
    const before = await site.pane(polling).reads();
    await site.press(button);
    for (const pane of site.panes) await site.press("send 1", pane.name);
    for (const pane of site.panes) await expect(pane.value("outage")).toContainText(kind);
    if (kind === "freeze") for (const pane of site.panes) await expect(pane.value("lost")).toHaveText("–"); // not known
    await during();
    for (const pane of site.panes) await expect(pane.value("outage")).toHaveText(`${kind}, over`, { timeout: 15_000 });
    await site.allShow("connected");
    await site.allRead([...before, ...site.panes.map((_, i) => `message ${before.length + i + 1}`)]);
    for (const pane of site.panes) {
      await expect(pane.value("lost")).toHaveText("0");
      await expect(pane.value("duplicates")).toHaveText("0");
    }
  };
  const aTime = /^[\d.]+ m?s$/;

  test("cut, in one pane and in all panes", async ({ site }) => {
    const opened = site.panes.map(({ name }) => site.tap(name).opened);
    await site.press("cut", "http2-push");
    await expect(site.pane(http2Push).value("recovered")).toHaveText(aTime);
    await expect(site.pane(http2Push).value("noticed")).toHaveText(aTime);
    await expect(site.pane(rawWebsockets).value("outage")).toHaveText("–");
    expect(site.panes.map(({ name }) => site.tap(name).opened).slice(2)).toEqual(opened.slice(2));

    // Between two polls nothing is under way, so there may be nothing to notice.
    await site.press("cut", "polling");
    await expect(site.pane(polling).value("noticed")).toHaveText(/^(not at all|[\d.]+ m?s)$/);

    await inAllPanes(site, "cut", "cut");
    for (const pane of site.panes.slice(1)) {
      await expect(pane.value("noticed")).toHaveText(aTime);
      await expect(pane.value("recovered")).toHaveText(aTime);
      await expect(pane.value("connections")).toHaveText(/[1-9]\d* new$/);
    }
  });

  test("freeze and slow", async ({ site }) => {
    // Nothing closes, so only polling notices: its request gets no answer in time.
    await inAllPanes(site, "freeze", "freeze");
    const after = await site.pane(polling).number("noticed");
    expect(after).toBeGreaterThan(0.8 * pageTiming.request);
    expect(after).toBeLessThan(3_000);
    // The server missed a pong and hung up. The page learns it when the freeze ends.
    for (const name of [http2Push, rawWebsockets])
      await expect.poll(() => site.pane(name).number("noticed")).toBeGreaterThan(durations.freeze! - 50);

    await inAllPanes(site, "slow", "slow", async () => {
      for (const pane of site.panes) await expect(pane.value("noticed")).toHaveText("–"); // there may be nothing to notice
      for (const name of [http2Push, rawWebsockets])
        await expect.poll(() => site.pane(name).number("last")).toBeGreaterThan(590); // 300 ms each way
      await expect(site.pane(http2Push).section).toHaveAttribute("data-phase", "over"); // the latency is what it is about
    });
    for (const pane of site.panes) await expect(pane.value("noticed")).toHaveText("not at all"); // nothing broke
    await site.press("send 1", "socket-io");
    await expect.poll(() => site.pane(rawWebsockets).number("last")).toBeLessThan(290);
  });

  test("refuse and restart", async ({ site }) => {
    await inAllPanes(site, "refuse", "refuse");
    for (const pane of site.panes) {
      await expect(pane.value("noticed")).toHaveText(aTime);
      await expect(pane.value("recovered")).toHaveText(aTime);
    }

    const wire = site.pane(rawWebsockets).chat.locator("#wire");
    await wire.locator("summary").click();
    await inAllPanes(site, "restart", "restart");
    await expect(wire).toContainText("8 close 1012");
    for (const pane of site.panes.slice(1)) await expect(pane.value("noticed")).toHaveText(aTime);
    await expect(site.pane(rawWebsockets).value("connections")).toHaveText(/^1 open/);
    await expect(site.pane(socketIo).value("connections")).toHaveText(/^[12] open/); // also one of a try with long polling
    for (const name of [rawWebsockets, socketIo]) await expect(site.pane(name).value("reopened")).toHaveText(/^[1-4]$/); // an attempt that comes too early counts, too

    await test.step("while an outage runs, no other one can begin in the same pane", async () => {
      const cut = site.controls.getByRole("button", { name: "cut", exact: true });
      await site.press("freeze", "polling");
      await expect(cut).toBeDisabled();
      await expect(site.page.locator("#left")).toHaveText(/^\d s$/);
      await site.press("cut", "socket-io");
      await site.page.getByLabel("pane", { exact: true }).selectOption("all four");
      await expect(cut).toBeDisabled();
      await expect(cut).toBeEnabled(); // it is over
      await expect(site.page.locator("#left")).toBeEmpty();
    });
  });
});

test("A server that is gone is told in words, and the figures step back", async ({ site, server }) => {
  const { page } = site;
  await page.route("**/panes", (route) => route.abort());
  await page.reload();
  await expect(page.locator("#problem")).toHaveText(/^The server does not respond\. .+ Then load this page again\.$/);
  await page.unroute("**/panes");
  await page.reload();
  await site.allShow("connected");

  const complaints: string[] = [];
  page.on("pageerror", ({ message }) => complaints.push(message));
  await server.stop();
  await expect(page.locator("#problem")).toHaveText("The server does not respond. Is npm start still running?");
  await expect(page.locator("#strip")).toHaveCSS("opacity", "0.5");
  await site.press("cut");
  await expect(page.locator("#problem")).toHaveText("The server does not respond. Is npm start still running?");
  expect(complaints).toEqual([]);
});

test("A page that is opened during an outage says what it waits for, and for how long", async ({ site }) => {
  const { page } = site;
  durations.freeze = 12_000;
  await site.press("freeze");
  durations.freeze = 3_000;
  await site.press("send 1", "socket-io");
  await expect(site.pane(socketIo).chat.locator("#outbox li")).toHaveCount(1);
  await page.reload();
  for (const pane of site.panes) {
    await expect(pane.value("outage"), pane.name).toHaveText(/^freeze: \d+ s$/);
    await expect(pane.value("overlay"), pane.name).toContainText("This pane waits for");
    await expect(pane.value("bytes"), pane.name).toHaveText("–");
  }
  await expect(site.inStrip("outage").first()).toHaveText(/^freeze: \d+ s$/);
  await site.allShow("connected");
  for (const pane of site.panes) await expect(pane.value("overlay"), pane.name).toBeHidden();
  await site.allRead(["message 1"]);
  // It was sent before the reload, and nobody knows when: it has no latency.
  for (const pane of site.panes) await expect(pane.chat.locator("#messages [data-late]"), pane.name).toHaveCount(0);
});

test("No pane and no button moves when an outage begins or ends, and what is long stays inside", async ({ site }) => {
  const { page } = site;
  const places = () =>
    page.evaluate(() =>
      Array.from(document.querySelectorAll("#controls button, #meaning, #bar, .pane, .chat"))
        .filter((one) => getComputedStyle(one).position !== "absolute") // in a narrow window the meaning lies over the panes
        .map((one) => {
          const { x, y, height } = one.getBoundingClientRect();
          return [x, y + scrollY, height].map(Math.round);
        }),
    );
  const outside = () =>
    page.evaluate(() =>
      Array.from(document.querySelectorAll(".facts, #strip td"))
        .filter((one) => one.scrollWidth > one.clientWidth)
        .map((one) => one.textContent),
    );
  const atEachWidth = async (look: (width: number) => Promise<void>) => {
    for (const width of [360, 900, 1280, 1920]) {
      await page.setViewportSize({ width, height: 800 });
      await look(width);
    }
  };
  for (const pane of site.panes) await expect(pane.value("transport")).not.toBeEmpty(); // in a narrow window it has a line of its own
  const before = new Map<number, number[][]>();
  await atEachWidth(async (width) => void before.set(width, await places()));
  durations.freeze = 15_000;
  await site.press("freeze");
  durations.freeze = 3_000;
  for (const { name } of site.panes) await site.press("send 1", name);
  await page.getByLabel("pane", { exact: true }).selectOption("all four");
  for (const pane of site.panes) await expect(pane.value("outage")).toHaveText(/^freeze: \d+ s$/);
  await expect(page.locator("#left")).toHaveText(/^\d+ s$/);
  await atEachWidth(async (width) => expect(await places(), `${width} px, during`).toEqual(before.get(width)));

  for (const pane of site.panes) await expect(pane.value("outage")).toHaveText("freeze, over", { timeout: 20_000 });
  await site.allShow("connected");
  for (const pane of site.panes) await expect.poll(() => pane.number("last")).toBeGreaterThan(9_999); // "15,000 ms"
  await atEachWidth(async (width) => {
    expect(await places(), `${width} px, over`).toEqual(before.get(width));
    expect(await outside(), `${width} px`).toEqual([]);
  });

  await test.step("each pane says what its technique is", async () => {
    await atEachWidth(async () => {
      for (const pane of site.panes) await expect(pane.value("idea")).toBeVisible();
    });
  });

  await test.step("with the wire inspector open, the form stays in the pane", async () => {
    const { chat } = site.pane(rawWebsockets);
    await chat.locator("summary").click();
    await atEachWidth(async (width) => {
      const bottom = await chat
        .getByRole("button", { name: "Send" })
        .evaluate((button) => button.getBoundingClientRect().bottom - innerHeight);
      expect(bottom, `${width} px`).toBeLessThanOrEqual(0);
    });
  });

  await test.step("a word says what it breaks", async () => {
    const meaning = page.locator("#meaning");
    await site.controls.getByRole("button", { name: "cut", exact: true }).hover();
    await expect(meaning).toHaveText(/^cut: Every connection is reset/);
    await site.controls.getByRole("button", { name: "slow", exact: true }).focus();
    await expect(meaning).toHaveText(/^slow: For 20 s everything is delayed/);
    await page.setViewportSize({ width: 360, height: 800 });
    await site.controls.getByRole("button", { name: "refuse", exact: true }).focus();
    await expect(meaning).toHaveText(/^refuse: Every connection is cut/);
    await expect(meaning).toBeInViewport({ ratio: 1 });
  });
});

test.describe("With a server at its usual pace", () => {
  const { heartbeat, ping, pong } = limits;
  test.beforeEach(() => void Object.assign(limits, { heartbeat: 15_000, ping: 15_000, pong: 10_000 }));
  test.afterEach(() => void Object.assign(limits, { heartbeat, ping, pong }));

  test("One message a second leaves figures that tell the truth: polling is the slowest, and uses the most bytes", async ({
    page,
    server,
  }) => {
    await page.goto(server.url); // with the real times: the others poll more often than a person would see
    const site = new SideBySidePage(page, server);
    await site.allShow("connected");
    await site.press("count from zero");
    await site.press("send one a second");
    await expect(site.pane(polling).chat.locator("#messages .message").nth(15)).toBeAttached({ timeout: 40_000 });
    await site.press("send one a second");
    const [asking, ...told] = await Promise.all(
      site.panes.map(async (pane) => ({ median: await pane.number("median"), each: await pane.number("each") })),
    );
    for (const { median, each } of told) {
      expect(asking!.median).toBeGreaterThan(3 * median);
      expect(asking!.each).toBeGreaterThan(1.4 * each); // about twice and three times
    }
  });
});

test("The large numbers are the medians, and during an outage the facts about it", async ({ site }) => {
  const { page } = site;
  const push = site.pane(rawWebsockets);
  const height = (of: Locator) => of.evaluate((element) => Number.parseFloat(getComputedStyle(element).fontSize));
  const larger = async (one: Locator, other: Locator) => expect(await height(one)).toBeGreaterThan(await height(other));
  for (let i = 0; i < 3; i++) await site.press("send 1", "socket-io");
  await site.allRead(["message 1", "message 2", "message 3"]);
  await larger(push.value("median"), push.value("last"));
  await expect(site.inStrip("noticed").first()).toHaveText("–");
  for (const fact of ["state", "median", "bytes"]) {
    // In one go: the next poll changes both.
    const [strip, panes] = await page.evaluate(
      (name) =>
        [`#strip [data-fact="${name}"] td`, `.pane .${name}`].map((cells) =>
          Array.from(document.querySelectorAll(cells), ({ textContent }) => textContent),
        ),
      fact,
    );
    expect(strip).toEqual(panes);
  }

  await site.press("cut");
  await expect(push.value("noticed")).toHaveText(/^[\d.]+ m?s$/);
  await expect(push.section.getByRole("img")).toHaveAccessibleName(/Outages in this time: 1\.$/);
  for (const name of ["noticed", "recovered", "lost", "duplicates"]) {
    await larger(push.value(name), push.value("median"));
    await expect(site.inStrip(name).nth(2)).toBeVisible();
  }
  await larger(site.inStrip("noticed").nth(2), site.inStrip("median").nth(2));

  await test.step("when all is well again, the usual figures are the large ones", async () => {
    await expect(push.section).toHaveAttribute("data-phase", "over", { timeout: 20_000 });
    await larger(push.value("median"), push.value("noticed"));
    await expect(push.value("noticed")).toBeVisible();
  });

  await test.step("count from zero forgets the outage, and so does a reload", async () => {
    await site.press("count from zero");
    await expect(push.value("noticed")).toBeHidden();
    await expect(site.inStrip("noticed").first()).toHaveText("–");
    await expect(push.section.getByRole("img")).not.toHaveAccessibleName(/Outages/);

    await site.press("cut", "raw-websockets");
    await expect(push.value("noticed")).toHaveText(/^[\d.]+ m?s$/);
    await page.reload();
    await site.allShow("connected");
    await expect(push.value("connections")).toHaveText("1 open, 0 new", { timeout: 15_000 });
    await expect(push.value("outage")).toHaveText("–");
    await expect(push.value("noticed")).toBeHidden();
  });

  await test.step("of an outage that began before the page was opened, only its end is known", async () => {
    durations.slow = 15_000;
    await site.press("slow", "raw-websockets");
    durations.slow = 4_000;
    await page.reload();
    await expect(push.value("state")).toHaveText("connected", { timeout: 15_000 });
    await expect(push.value("outage")).toHaveText(/^slow: \d+ s$/);
    await expect(push.value("noticed")).toHaveText("–");
    await expect(push.value("recovered")).toHaveText("–");
  });
});
