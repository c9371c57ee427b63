// The side-by-side page for the tests: four panes, one for each technique, and one chat.
import type { FrameLocator, Locator, Page } from "playwright/test";
import { durations } from "../compare/outages.ts";
import { type SideBySide, sideBySide } from "../compare/side-by-side.ts";
import { variants, type VariantName } from "../shared-server/variants.ts";
import { expect, pageTiming, test as base } from "./stage.ts";

// The times are shorter in tests. In a freeze a poll and a ping of the server still fail, and the watchdog still waits.
Object.assign(durations, { freeze: 3_000, slow: 4_000, refuse: 1_000 });
export const timing = { ...pageTiming, watchdog: 6_000 };
export const [polling, http2Push, rawWebsockets, socketIo] = variants.map(({ name }) => name);
export const users = ["Ada", "Bob", "Cyd", "Dan"];

/** A pane on the screen. */
export class Pane {
  readonly name: VariantName;
  readonly section: Locator;
  readonly chat: FrameLocator;

  constructor(page: Page, name: VariantName) {
    this.name = name;
    this.section = page.getByRole("region", { name, exact: true });
    this.chat = this.section.frameLocator("iframe");
  }

  /** The element that shows one value of the pane, by its class. */
  value(name: string): Locator {
    return this.section.locator(`.${name}`);
  }

  /** A value as a number: in bytes, in milliseconds, or without a unit. */
  async number(name: string): Promise<number> {
    const [, digits = "", unit = ""] = /([\d,.]+) ?(\S*)/.exec(await this.value(name).innerText()) ?? [];
    return Number(digits.replace(",", "")) * ({ kB: 1_000, MB: 1_000_000, s: 1_000 }[unit] ?? 1);
  }

  async says(text: string): Promise<void> {
    await this.chat.getByLabel("Message", { exact: true }).fill(text);
    await this.chat.getByRole("button", { name: "Send" }).click();
  }

  reads(): Promise<string[]> {
    return this.chat.locator("#messages .text").allTextContents();
  }

  /** The entries of the wire inspector, newest first. */
  get entries(): Locator {
    return this.chat.locator("#wire li");
  }
}

export class SideBySidePage {
  readonly page: Page;
  readonly panes: Pane[];
  readonly server: SideBySide;

  constructor(page: Page, server: SideBySide) {
    this.page = page;
    this.server = server;
    this.panes = variants.map(({ name }) => new Pane(page, name));
  }

  pane(name: VariantName | undefined): Pane {
    return this.panes.find((pane) => pane.name === name)!;
  }

  tap(name: VariantName | undefined) {
    return this.server.panes.find(({ variant }) => variant.name === name)!.tap;
  }

  /** Presses a button that applies to one pane or to all. */
  async press(name: string, target = "all four"): Promise<void> {
    await this.page.getByLabel("pane", { exact: true }).selectOption(target);
    await this.controls.getByRole("button", { name, exact: true }).click();
  }

  /** The buttons of the page. A step of the guide may have some with the same names. */
  get controls(): Locator {
    return this.page.locator("#controls");
  }

  /** The cells of the strip with this fact, one for each technique. */
  inStrip(fact: string): Locator {
    return this.page.locator(`#strip [data-fact="${fact}"] td`);
  }

  async allShow(state: string): Promise<void> {
    for (const pane of this.panes) await expect(pane.value("state"), pane.name).toHaveText(state, { timeout: 30_000 });
  }

  /** All four panes show these texts in the same order, and no outbox has an entry. */
  async allRead(texts: string[]): Promise<void> {
    for (const pane of this.panes) {
      await expect(pane.chat.locator("#messages .message"), pane.name).toHaveCount(texts.length, { timeout: 15_000 });
      await expect(pane.chat.locator("#outbox li"), pane.name).toHaveCount(0);
    }
    const lists = await Promise.all(this.panes.map((pane) => pane.reads()));
    for (const list of lists) expect(list).toEqual(lists[0]);
    expect(lists[0]!.toSorted()).toEqual(texts.toSorted());
  }
}

export const test = base.extend<{ server: SideBySide; site: SideBySidePage }>({
  // oxlint-disable-next-line no-empty-pattern -- Playwright wants the braces
  server: async ({}, use) => {
    const server = await sideBySide(0);
    await use(server);
    await server.stop();
  },

  site: async ({ page, server }, use) => {
    await page.addInitScript((value) => Object.assign(globalThis, { pageTiming: value }), timing);
    // The https pane runs in a process of its own, whose timeOrigin may differ from that of the others. Here it differs a lot.
    await page.addInitScript(() => {
      if (location.protocol === "https:") Object.defineProperty(performance, "timeOrigin", { value: 0 });
    });
    await page.goto(server.url);
    const site = new SideBySidePage(page, server);
    await site.allShow("connected");
    await use(site);
  },
});

export { expect };
