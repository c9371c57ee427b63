// The page of a learner in a browser, as a check sees it: what it asks for, what it shows, and a clock that the check moves.
import { SourceMap } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";
import type { Browser, Page } from "playwright";
import { type Bundle, bundle } from "../shared-server/bundle.ts";
import { Fault, lineOf } from "./faults.ts";
import type { Ask, Network, InPage } from "./in-page.ts";

declare const inPage: InPage; // in the page

interface TabOptions {
  /** Where client.ts is. */
  folder: string;
  url: string;
  /** What runs in the page, with its source map. */
  client: Bundle;
  /** As in `Tester.opens`. */
  waits: boolean;
  /** How long the page may take to answer, in milliseconds. */
  answer: number;
  /** Is told each error that nobody caught in the page, and each mistake in the code of which its console tells. */
  failed: (fault: Fault) => void;
}

/** Opens the page. */
export async function openTab(browser: Browser, options: TabOptions): Promise<Tab> {
  const { url, client, waits, answer, failed } = options;
  const context = await browser.newContext();
  await context.addInitScript("globalThis.realSetTimeout = setTimeout.bind(globalThis);"); // before the clock takes its place
  await context.clock.install();
  await context.clock.pauseAt(Date.now() + 1_000);
  await context.addInitScript(
    `${(await bundle("workshop/in-page.ts")).code}\nObject.assign(globalThis.inPage, { waits: ${waits}, most: ${answer / 4} });`,
  );
  const page = await context.newPage();
  page.on("pageerror", (error) => failed(pageFault(error, client)));
  page.on("console", (line) => {
    const error = line.type() === "error" && !line.text().startsWith("Uncaught") && errorIn(line.text());
    if (error && isMistake(error)) failed(pageFault(error, client));
  });
  const tab = new Tab(page, options);
  await tab.loads(url);
  return tab;
}

/** The error whose stack somebody has printed, or that has ended a command of the browser. */
function errorIn(text: string): Error | undefined {
  const [, name, message] = /\b(\w*Error): (.*)/.exec(text.replace(/^clock\.runFor: (Error: )?/, "")) ?? [];
  return name ? { name, message: message!, stack: text } : undefined;
}

/** Whether an error that was caught and printed comes from the code, and not from a network that has failed. */
const isMistake = ({ name, message }: Error) =>
  /^(Reference|Syntax|Type|Range)Error$/.test(name) && !/fetch|network/i.test(message);

/** An error in the page, with the line of client.ts. The browser knows the line of client.js. */
function pageFault({ name, message, stack = "" }: Error, { map }: Bundle): Fault {
  const [, line, column] = /client\.js:(\d+):(\d+)/.exec(stack) ?? [];
  const entry = line && new SourceMap(JSON.parse(map)).findEntry(Number(line) - 1, Number(column) - 1);
  const isOwn = entry && "originalSource" in entry && entry.originalSource.endsWith("client.ts");
  const place = isOwn ? { file: "client.ts", line: entry.originalLine + 1 } : undefined;
  return new Fault(`The page reports: ${name}: ${message}`, place);
}

export class Tab {
  readonly page: Page;
  readonly #options: TabOptions;
  #loading = false;
  #left: Fault | undefined; // the page has loaded another one, or itself

  constructor(page: Page, options: TabOptions) {
    this.page = page;
    this.#options = options;
    page.on("request", (request) => {
      if (this.#loading || !request.isNavigationRequest()) return;
      const words = "The page reloads itself, or loads another one. It must stay, and ask with fetch.";
      this.#left = new Fault(words, lineOf(options.folder, "client.ts", [/\breload\(|\blocation\b|history\.go/]));
    });
  }

  /** Loads the page, or loads it again. */
  async loads(url = this.page.url()): Promise<void> {
    this.#loading = true;
    await this.#soon(this.page.goto(url));
    this.#loading = false;
    await this.#settled();
  }

  /** Lets this many milliseconds pass in the page. When it returns, all answers that came meanwhile have been read. */
  async passes(milliseconds: number): Promise<void> {
    let state = await this.#settled();
    const [end, most] = [state.now + milliseconds, state.asked + 60];
    state = await this.#settled(end);
    // From timer to timer: what one starts must be finished before the next one fires. A page that knows no pause would ask
    // hundreds of times: sixty are enough to see it.
    while (state.now < end && state.asked < most) {
      await this.#runs(state.due - state.now);
      state = await this.#settled(end);
    }
  }

  /** The requests for messages that the page has made since it was loaded. */
  async polls(): Promise<Ask[]> {
    const asks = await this.#soon(this.page.evaluate(() => inPage.asks));
    return asks.filter(({ method, path }) => method === "GET" && /^\/msgs\b/.test(path));
  }

  /** The texts that the page shows. */
  reads(): Promise<string[]> {
    return this.#soon(this.page.locator("#messages .text").allTextContents());
  }

  /** Everything that stands in the list of messages, also what `show` has not drawn. */
  async list(): Promise<string> {
    return (await this.#soon(this.page.locator("#messages").textContent())) ?? "";
  }

  /** Ada types a message and presses Send. */
  async says(text: string): Promise<void> {
    await this.#soon(this.page.getByLabel("Name").fill("Ada"));
    await this.#soon(this.page.getByLabel("Message", { exact: true }).fill(text));
    await this.#soon(this.page.getByRole("button", { name: "Send" }).click());
    await this.#settled();
  }

  /** From now on, what becomes of the requests of the page. Those that were held go on. */
  async network(state: Network): Promise<void> {
    await this.#soon(this.page.evaluate((value) => inPage.setNetwork(value), state));
    await this.#settled();
  }

  /** Another tab is in front of the page, or no longer. */
  async hidden(value: boolean): Promise<void> {
    await this.#soon(this.page.evaluate((hidden) => inPage.setHidden(hidden), value));
    await this.#settled();
  }

  /** From now on, `Math.random()` is this number in the page. */
  async chance(value: number): Promise<void> {
    await this.#soon(this.page.evaluate((number) => void (inPage.chance = number), value));
  }

  async closes(): Promise<void> {
    const closed = this.page.context().close();
    await Promise.race([closed.catch(() => {}), sleep(2_000, undefined, { ref: false })]); // a page in a loop does not close
  }

  /** Runs the timers of the page up to there. What one of them throws ends the command of the browser. */
  async #runs(milliseconds: number): Promise<void> {
    await this.#soon(this.page.clock.runFor(milliseconds)).catch((error: Error) => {
      const own = !(error instanceof Fault) && errorIn(error.stack ?? error.message);
      if (!own) throw error;
      const { message, place } = pageFault(own, this.#options.client);
      const { folder } = this.#options;
      throw new Fault(message, place ?? lineOf(folder, "client.ts", [/\bset(Timeout|Interval)\(\s*["'`]/]));
    });
  }

  #settled(end?: number): ReturnType<InPage["settled"]> {
    return this.#soon(this.page.evaluate((time) => inPage.settled(time), end));
  }

  // A page that is in a loop without an end answers nothing, not even the browser.
  #soon<T>(answer: Promise<T>): Promise<T> {
    const fault = new Fault("The page does not answer any more. Is there a loop without an end?", {
      file: "client.ts",
    });
    answer.catch(() => {}); // whatever comes after that
    const late = () => Promise.reject(fault);
    return Promise.race([answer, sleep(this.#options.answer, undefined, { ref: false }).then(late)]).finally(() => {
      if (this.#left) throw this.#left;
    });
  }
}
