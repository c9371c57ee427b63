// The cast and the stage. Each test has its own server, a log that survives a restart, a tap between the server and the
// browsers, and people, each with a page of their own. With `store`, the log is in a store of its own, which
// is opened anew at each start.
import { type BrowserContext, expect, type Locator, type Page, test as base } from "playwright/test";
import { Tap } from "../compare/tap.ts";
import { Log } from "../shared-chat/log.ts";
import type { Update } from "../shared-chat/message.ts";
import type { Reader } from "../shared-chat/reader.ts";
import { limits } from "../shared-chat/limits.ts";
import { cost } from "../shared-server/passwords.ts";
import { bundle } from "../shared-server/bundle.ts";
import { type Running, start } from "../shared-server/start.ts";
import type { Variant } from "../shared-server/variants.ts";
import { chooseStore } from "../stores/choose.ts";
import { type Engine, engineKind } from "../stores/store-engines.ts";

// A test cannot wait 35 s for each promise: the long times are ten times shorter here, on the server and in the page.
Object.assign(limits, { heartbeat: 1_500, ping: 1_500, pong: 1_000, grace: 200 });
// All people of a test have one address, and sign in again and again: that must be quick.
limits.signIns.points = limits.signInsOfAll.points = 1e9;
cost.N = 2 ** 4;
limits.posts.points = 1e9; // a test posts faster than a person
export const pageTiming = {
  watchdog: 3_500,
  poll: 300,
  request: 1_000,
  acknowledgement: 1_000,
  retry: 50,
  retryMost: 400,
  shown: 1_000,
};

const superUser = "Root";

/** A log that records each call of `since`. */
export class RecordingLog extends Log {
  readonly sinceCalls: { since: unknown; update: Update }[] = [];

  override since(cursor: unknown, reader?: Reader): Update {
    const update = super.since(cursor, reader);
    this.sinceCalls.push({ since: cursor, update });
    return update;
  }
}

export class Stage {
  readonly variant: Variant;
  readonly view: string;
  readonly tap = new Tap(0);
  log = new RecordingLog({ superUser });
  #engine: Engine | undefined;
  #server: Running | undefined;

  readonly #store: string | undefined;

  constructor(variant: Variant, view: string, store?: string) {
    this.variant = variant;
    this.view = view;
    this.#store = store;
  }

  get url(): string {
    return `${this.variant.scheme}://localhost:${this.tap.port}`;
  }

  /** Starts the server. It goes on with the log that it had. */
  async starts(): Promise<void> {
    if (this.#store !== undefined) {
      this.#engine ??= await engineKind(this.#store).starts();
      await this.log.close();
      this.log = new RecordingLog({ store: await chooseStore(this.#engine.address), superUser });
      await this.log.open();
    }
    await bundle(`${this.variant.name}/client.ts`, this.view); // a compiler may take longer for its first one than a navigation may
    if (this.tap.port === 0) await this.tap.open();
    this.#server = await start(this.variant.name, {
      port: 0,
      log: this.log,
      publicOrigin: this.url,
      view: this.view,
    });
    this.tap.target = this.#server.port;
    await this.tap.accept();
  }

  /** Stops the server as a deployment does: the port refuses new connections, and the server closes the open ones. */
  async stops(): Promise<void> {
    this.tap.refuse();
    await this.#server?.stop();
    this.#server = undefined;
    this.tap.cut();
  }

  /** Restarts the server with a new, empty log. */
  async restartsEmpty(): Promise<void> {
    await this.stops();
    await this.log.close();
    await this.#engine?.isWiped();
    this.log = new RecordingLog({ superUser });
    await this.starts();
  }

  async ends(): Promise<void> {
    await this.stops();
    await this.tap.close();
    await this.log.close();
    await this.#engine?.ends();
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
    await expect(this.state).toHaveText("connected");
    const signedIn = await this.signedInAs.textContent(); // in another window of this profile
    if (!signedIn) await this.page.getByLabel("Name").fill(this.name);
  }

  /** Opens a link to a room, "garden", or to a conversation, "@Bob". */
  async follows(place: string): Promise<void> {
    await this.page.goto(`${this.#url}#${place}`);
  }

  /** Signs in, and thereby makes an account if there is none. */
  async signsIn(name = this.name): Promise<void> {
    await this.page
      .getByRole("button", { name: /^Sign in/ })
      .first()
      .click();
    const dialog = this.page.getByRole("dialog", { name: "Sign in" });
    await dialog.getByLabel("Name").fill(name);
    await dialog.getByLabel("Password").fill("correct horse");
    await dialog.getByRole("button", { name: "Sign in" }).click();
    await expect(this.signedInAs).toHaveText(name);
    await expect(this.state).toHaveText("connected");
  }

  async signsOut(): Promise<void> {
    await this.page.getByRole("button", { name: "Sign out" }).click();
    await expect(this.signedInAs).toBeEmpty();
    await expect(this.state).toHaveText("connected");
  }

  /** Joins a room by typing its name, and goes there. */
  async joins(room: string): Promise<void> {
    await this.page.getByLabel("Join a room").fill(room);
    await this.page.getByRole("button", { name: "Go" }).click();
    await expect(this.link(`#${room}`)).toHaveAttribute("aria-current", "page");
  }

  /** Leaves the room that is open. */
  async leaves(): Promise<void> {
    await this.page.getByRole("button", { name: "Leave" }).click();
    await expect(this.place).toHaveText("#lobby");
  }

  /** Goes to a room, "#garden", or to a conversation, "@Bob", in the list. */
  async goesTo(place: string): Promise<void> {
    await this.link(place).click();
    await expect(this.place).toHaveText(place);
  }

  /** Writes to the author of a message alone: clicks the name, and says it. */
  async writesTo(name: string, text: string): Promise<void> {
    await this.lines.getByRole("link", { name }).last().click();
    await expect(this.place).toHaveText(`@${name}`);
    await this.says(text);
  }

  async types(text: string): Promise<void> {
    await this.page.getByLabel("Message", { exact: true }).fill(text);
  }

  async says(text: string): Promise<void> {
    await this.types(text);
    await this.page.getByRole("button", { name: "Send" }).click();
  }

  /** Who the page says that this person is; empty for a stranger. */
  get signedInAs(): Locator {
    return this.page.locator("#me");
  }

  /** Where the person is: "#garden", "@Bob". */
  get place(): Locator {
    return this.page.locator("#place");
  }

  /** What keeps the person from writing here, and the ways out of it. */
  get door(): Locator {
    return this.page.locator("#door");
  }

  /** What has happened to this person. */
  get news(): Locator {
    return this.page.locator("#news");
  }

  /** The link to a place in the list, with the number of new messages there. */
  link(place: string): Locator {
    return this.page
      .getByRole("navigation", { name: "Rooms" })
      .getByRole("link")
      .filter({ hasText: new RegExp(`^${place}\\b`) });
  }

  /** The messages on the screen. */
  get lines(): Locator {
    return this.page.locator("#messages [role=log]:not([hidden]) .message");
  }

  /** Everything that the page holds, on the screen or not. */
  holds(): Promise<string> {
    return this.page.evaluate(() => document.body.textContent ?? "");
  }

  /** What the person reads, as "Ada: hello". */
  reads(): Promise<string[]> {
    return this.lines.evaluateAll((rows) =>
      rows.map((row) => ["user", "text"].map((part) => row.querySelector(`.${part}`)?.textContent).join(": ")),
    );
  }

  /** Waits until the messages on the screen are exactly these. */
  async eventuallyReads(lines: string[]): Promise<void> {
    await expect
      .poll(() => this.reads(), { message: `${this.name} reads`, timeout: 10_000, intervals: [50, 100, 100, 200] })
      .toEqual(lines);
  }

  /** Hides the page, as another tab in front of it does. */
  hidesPage(): Promise<void> {
    return this.#setHidden(true);
  }

  /** Brings the page back to the front. */
  showsPage(): Promise<void> {
    return this.#setHidden(false);
  }

  #setHidden(hidden: boolean): Promise<void> {
    return this.page.evaluate((value) => {
      Object.defineProperty(document, "hidden", { configurable: true, value });
      document.dispatchEvent(new Event("visibilitychange"));
    }, hidden);
  }

  /** Waits this many milliseconds on the clock of the page. Only for what must not happen meanwhile: nothing else waits for a clock. */
  async waits(milliseconds: number): Promise<void> {
    await this.page.evaluate((time) => new Promise((resolve) => setTimeout(resolve, time)), milliseconds);
  }

  /** The state of the connection, in words. */
  get state(): Locator {
    return this.page.getByRole("status");
  }

  /** What this person sent and no update has brought yet. */
  get outbox(): Locator {
    return this.page.getByRole("list", { name: "Not delivered yet" }).getByRole("listitem");
  }

  /** Notices of the page in the list, such as that the earlier messages are gone. */
  get notices(): Locator {
    return this.page.locator("#messages [role=log]:not([hidden]) .notice");
  }
}

export interface Fixtures {
  variant: Variant;
  /** What draws the page. */
  view: string;
  /** The name of the store that the log is in. Default: none, the log is in memory. */
  store: string | undefined;
  /** The timing of the page. */
  timing: typeof pageTiming;
  stage: Stage;
  /** Opens the page for a person, in a browser profile of their own. Another device of theirs is another profile. */
  enter: (name: string, device?: string) => Promise<Person>;
  ada: Person;
  bob: Person;
}

/** What several tests share. */
interface WorkerFixtures {
  /** The browser profile of a person. The next test finds nothing in it: its server may have the port of an earlier one. */
  profiles: (name: string) => Promise<BrowserContext>;
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  variant: [undefined as unknown as Variant, { option: true }],

  view: ["dom", { option: true }],

  store: [undefined, { option: true }],

  timing: [pageTiming, { option: true }],

  stage: async ({ variant, view, store }, use) => {
    const stage = new Stage(variant, view, store);
    await stage.starts();
    await use(stage);
    await stage.ends();
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
    await use(async (name, device = name) => {
      const page = await (await profiles(device)).newPage();
      pages.push(page);
      await page.addInitScript((value) => Object.assign(globalThis, { pageTiming: value }), timing);
      const person = new Person(name, page, stage.url);
      await person.opens();
      return person;
    });
    for (const page of pages) {
      await page.evaluate(() => localStorage.clear()).catch(() => {}); // a page that shows no document has none
      await page.context().clearCookies();
      await page.close();
    }
  },

  ada: async ({ enter }, use) => use(await enter("Ada")),
  bob: async ({ enter }, use) => use(await enter("Bob")),
});

export { expect };
