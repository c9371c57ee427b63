// The cast and the stage. Each test has a server of its own, a log that outlives it, a tap on the wire between them and
// the browsers, and people who read and write in pages of their own.
import { type BrowserContext, expect, type Locator, type Page, test as base } from "playwright/test";
import { Tap } from "../compare/tap.ts";
import { Log } from "../shared-chat/log.ts";
import type { Update } from "../shared-chat/message.ts";
import { limits } from "../shared-chat/limits.ts";
import { type Running, start } from "../shared-server/start.ts";
import type { Variant } from "../shared-server/variants.ts";

// Nobody waits 35 s for a promise. All that is long in life is ten times shorter here, on both sides.
Object.assign(limits, { heartbeat: 1_500, ping: 1_500, pong: 1_000, grace: 200 });
export const pageTiming = {
  watchdog: 3_500,
  poll: 300,
  request: 1_000,
  acknowledgement: 1_000,
  retry: 50,
  retryMost: 400,
};

/** A log that remembers what it was asked, and what it told. */
export class WatchedLog extends Log {
  readonly asked: { since: unknown; update: Update }[] = [];

  override since(cursor: unknown): Update {
    const update = super.since(cursor);
    this.asked.push({ since: cursor, update });
    return update;
  }
}

export class Stage {
  readonly variant: Variant;
  readonly tap = new Tap(0);
  log = new WatchedLog();
  #server: Running | undefined;

  constructor(variant: Variant) {
    this.variant = variant;
  }

  get url(): string {
    return `${this.variant.scheme}://localhost:${this.tap.port}`;
  }

  /** The server starts; with the log it had, or with a new one that it is given. */
  async starts(log = this.log): Promise<void> {
    this.log = log;
    if (this.tap.port === 0) await this.tap.open();
    this.#server = await start(this.variant.name, { port: 0, log, publicOrigin: this.url });
    this.tap.target = this.#server.port;
    await this.tap.accept();
  }

  /** The server stops: it says goodbye, and then nobody listens any more. */
  async stops(): Promise<void> {
    this.tap.refuse();
    await this.#server?.stop();
    this.#server = undefined;
    this.tap.cut();
  }

  /** A server with another, empty log takes its place. */
  async startsAnew(): Promise<void> {
    await this.stops();
    await this.starts(new WatchedLog());
  }
}

export class Person {
  readonly name: string;
  readonly page: Page;
  readonly #url: string;

  constructor(name: string, page: Page, url: string) {
    this.name = name;
    this.page = page;
    this.#url = url;
  }

  async opens(): Promise<void> {
    await this.page.goto(this.#url);
    await this.page.getByLabel("Name").fill(this.name);
    await expect(this.state).toHaveText("connected");
  }

  async types(text: string): Promise<void> {
    await this.page.getByLabel("Message", { exact: true }).fill(text);
  }

  async says(text: string): Promise<void> {
    await this.types(text);
    await this.page.getByRole("button", { name: "Send" }).click();
  }

  /** The messages on the screen. */
  get lines(): Locator {
    return this.page.locator("#messages .message");
  }

  /** What the person reads, as "Ada: hello". */
  reads(): Promise<string[]> {
    return this.lines.evaluateAll((rows) =>
      rows.map((row) => ["user", "text"].map((part) => row.querySelector(`.${part}`)?.textContent).join(": ")),
    );
  }

  async goesOnReading(lines: string[]): Promise<void> {
    await expect
      .poll(() => this.reads(), { message: `${this.name} reads`, timeout: 10_000, intervals: [50, 100, 100, 200] })
      .toEqual(lines);
  }

  /** Looks at the page, or away from it. */
  async looks(here: boolean): Promise<void> {
    await this.page.evaluate((value) => {
      Object.defineProperty(document, "hidden", { configurable: true, value });
      document.dispatchEvent(new Event("visibilitychange"));
    }, !here);
  }

  /** Lets so much time pass on the clock of the page, in milliseconds. For what must not happen meanwhile; nothing else waits for a clock. */
  async passes(milliseconds: number): Promise<void> {
    await this.page.evaluate((time) => new Promise((resolve) => setTimeout(resolve, time)), milliseconds);
  }

  /** The word for the connection. */
  get state(): Locator {
    return this.page.getByRole("status");
  }

  /** What this person said and has not come back yet. */
  get outbox(): Locator {
    return this.page.getByRole("list", { name: "Not delivered yet" }).getByRole("listitem");
  }

  /** Lines of the page itself, such as that the list was replaced. */
  get notices(): Locator {
    return this.page.locator("#messages .notice");
  }
}

export interface Fixtures {
  variant: Variant;
  /** The timing of the page. */
  timing: typeof pageTiming;
  stage: Stage;
  /** Lets somebody in, in a browser profile of their own. */
  enter: (name: string) => Promise<Person>;
  ada: Person;
  bob: Person;
}

/** What outlives a test. */
interface WorkerFixtures {
  /** The browser profile of a person. Each test has a server at another port, so nothing stored is met again. */
  profiles: (name: string) => Promise<BrowserContext>;
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  variant: [undefined as unknown as Variant, { option: true }],

  timing: [pageTiming, { option: true }],

  stage: async ({ variant }, use) => {
    const stage = new Stage(variant);
    await stage.starts();
    await use(stage);
    await stage.stops();
    await stage.tap.close();
  },

  profiles: [
    async ({ browser }, use) => {
      const profiles = new Map<string, Promise<BrowserContext>>();
      await use((name) => {
        const profile = profiles.get(name) ?? browser.newContext({ ignoreHTTPSErrors: true });
        profiles.set(name, profile);
        return profile;
      });
      for (const profile of profiles.values()) await (await profile).close();
    },
    { scope: "worker" },
  ],

  enter: async ({ profiles, timing, stage }, use) => {
    const pages: Page[] = [];
    await use(async (name) => {
      const page = await (await profiles(name)).newPage();
      pages.push(page);
      await page.addInitScript((value) => Object.assign(globalThis, { pageTiming: value }), timing);
      const person = new Person(name, page, stage.url);
      await person.opens();
      return person;
    });
    for (const page of pages) await page.close();
  },

  ada: async ({ enter }, use) => use(await enter("Ada")),
  bob: async ({ enter }, use) => use(await enter("Bob")),
});

export { expect };
