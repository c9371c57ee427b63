// The side-by-side page, as a person uses it: four panes, four wires, one chat.
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { AxeBuilder } from "@axe-core/playwright";
import type { FrameLocator, Locator, Page } from "playwright/test";
import { type Kind, lasting } from "../compare/outages.ts";
import { type SideBySide, sideBySide } from "../compare/side-by-side.ts";
import { variants, type VariantName } from "../shared-server/variants.ts";
import { expect, pageTiming, test as base } from "./stage.ts";

// Shorter than in life, like all numbers of these tests: a poll still notices a freeze, and the watchdog still does not.
Object.assign(lasting, { freeze: 3_000, slow: 4_000, refuse: 1_000 });
const timing = { ...pageTiming, watchdog: 6_000 };
const [polling, http2Push, rawWebsockets, socketIo] = variants.map(({ name }) => name);
const cast = ["Ada", "Bob", "Cyd", "Dan"];

/** One of the four, as it is on the screen. */
class Pane {
  readonly name: VariantName;
  readonly section: Locator;
  readonly chat: FrameLocator;

  constructor(page: Page, name: VariantName) {
    this.name = name;
    this.section = page.getByRole("region", { name, exact: true });
    this.chat = this.section.frameLocator("iframe");
  }

  fact(name: string): Locator {
    return this.section.locator(`.${name}`);
  }

  /** A number that the pane shows: in bytes, in milliseconds, or as it is. */
  async number(name: string): Promise<number> {
    const [, digits = "", unit = ""] = /([\d,.]+) ?(\S*)/.exec(await this.fact(name).innerText()) ?? [];
    return Number(digits.replace(",", "")) * ({ kB: 1_000, MB: 1_000_000, s: 1_000 }[unit] ?? 1);
  }

  async says(text: string): Promise<void> {
    await this.chat.getByLabel("Message", { exact: true }).fill(text);
    await this.chat.getByRole("button", { name: "Send" }).click();
  }

  reads(): Promise<string[]> {
    return this.chat.locator("#messages .text").allTextContents();
  }

  /** What crossed the wire, newest first. */
  get entries(): Locator {
    return this.chat.locator("#wire li");
  }
}

class Desk {
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

  async press(name: string, where = "all four"): Promise<void> {
    await this.page.getByLabel("in", { exact: true }).selectOption(where);
    await this.page.getByRole("button", { name, exact: true }).click();
  }

  async areAll(state: string): Promise<void> {
    for (const pane of this.panes) await expect(pane.fact("state"), pane.name).toHaveText(state, { timeout: 15_000 });
  }

  /** All four show these texts, in one order, and nothing waits in an outbox. */
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

const test = base.extend<{ server: SideBySide; desk: Desk }>({
  // oxlint-disable-next-line no-empty-pattern -- Playwright wants the braces
  server: async ({}, use) => {
    const server = await sideBySide(0);
    await use(server);
    await server.stop();
  },

  desk: async ({ page, server }, use) => {
    await page.addInitScript((value) => Object.assign(globalThis, { pageTiming: value }), timing);
    await page.goto(server.url);
    const desk = new Desk(page, server);
    await desk.areAll("connected");
    await use(desk);
  },
});

test("What is said in any pane arrives in all four, and each shows how late", async ({ desk }) => {
  const { page, panes } = desk;
  for (const [place, pane] of panes.entries()) {
    await expect(pane.chat.getByLabel("Name")).toHaveValue(cast[place]!);
    await pane.says(`from ${pane.name}`);
  }
  const said = panes.map(({ name }) => `from ${name}`);
  await desk.allRead(said);
  for (const pane of panes) {
    const late = await pane.chat
      .locator("#messages time")
      .evaluateAll((times) => times.map((time) => time.dataset.late));
    for (const words of late) expect(words).toMatch(/^\+[\d,]+ ms$/);
    expect(await pane.number("latency")).toBeGreaterThanOrEqual(0); // a number; two processes of one browser differ by a millisecond
  }

  await test.step("a button speaks for a person, and takes neither their half-typed text nor their place", async () => {
    const half = desk.pane(rawWebsockets).chat.getByLabel("Message", { exact: true });
    await half.fill("half typed");
    await page.getByLabel("in", { exact: true }).selectOption("raw-websockets");
    const button = page.getByRole("button", { name: "send 1", exact: true });
    await button.focus();
    await page.keyboard.press("Enter");
    await desk.allRead([...said, "message 1"]);
    await expect(desk.pane(polling).chat.locator("#messages .user").last()).toHaveText("Cyd");
    await expect(half).toHaveValue("half typed");
    await expect(button).toBeFocused();
  });

  await test.step("20 at once are 20, and in all four they take turns", async () => {
    await desk.press("send 20 at once");
    await desk.press("send 1");
    const many = Array.from({ length: 22 }, (_, i) => `message ${i + 1}`);
    await desk.allRead([...said, ...many]);
    const users = await desk.pane(polling).chat.locator("#messages .user").allTextContents();
    expect(users.slice(5).filter((user) => user === "Bob")).toHaveLength(20);
    expect(users.filter((user) => user === "Cyd")).toHaveLength(3);
  });

  await test.step("one a second goes on until it is pressed again", async () => {
    await desk.press("send one a second");
    await expect(desk.pane(socketIo).chat.locator("#messages .message")).toHaveCount(27);
    await desk.press("send one a second");
    await expect(page.getByRole("button", { name: "send one a second" })).toHaveAttribute("aria-pressed", "false");
  });
});

test("The numbers of a pane are what the test has counted itself", async ({ desk }) => {
  const { page, panes, server } = desk;
  await page.getByRole("button", { name: "count from zero" }).click();
  await expect(desk.pane(rawWebsockets).fact("up")).toHaveText(/^\d{1,2} B$/); // nothing, or a pong

  // Playwright's own count: headers and bodies of HTTP/1.1, payloads of frames.
  const requests = new Map<string, number>();
  let polled = { up: 0, down: 0 };
  page.on("requestfinished", async (request) => {
    const { origin } = new URL(request.url());
    requests.set(origin, (requests.get(origin) ?? 0) + 1);
    if (origin !== server.panes[0]!.url) return;
    const sizes = await request.sizes();
    polled = {
      up: polled.up + sizes.requestHeadersSize + sizes.requestBodySize,
      down: polled.down + sizes.responseHeadersSize + sizes.responseBodySize,
    };
  });

  for (let i = 0; i < 3; i++) await desk.press("send 1", "socket-io");
  const texts = ["message 1", "message 2", "message 3"];
  await desk.allRead(texts);
  await expect(desk.pane(socketIo).fact("latency")).toHaveText("–"); // its own do not count

  const near = (actual: number, expected: number) => {
    expect(actual).toBeGreaterThan(0.85 * expected);
    expect(actual).toBeLessThan(1.15 * expected);
  };
  await test.step("polling: many requests, whose headers weigh more than what is said", async () => {
    const pane = desk.pane(polling);
    await expect(async () => {
      expect(requests.get(server.panes[0]!.url)).toBeGreaterThan(12);
      near(await pane.number("requests"), requests.get(server.panes[0]!.url)!);
      near(await pane.number("up"), polled.up);
      near(await pane.number("down"), polled.down);
      near(await pane.number("bytes"), polled.up + polled.down);
      near(await pane.number("each"), (polled.up + polled.down) / 3);
    }).toPass({ timeout: 15_000 });
    expect(await pane.number("latency")).toBeLessThan(2 * pageTiming.poll);
    await expect(pane.section.getByRole("img")).toHaveAccessibleName(/something crossed in [1-9]/);
  });

  await test.step("the others: each message once, nothing asked, and few bytes around it", async () => {
    const payload = 3 * 80; // {"id":1,"user":"Dan","text":"message 1","draftId":UUID,"time":…} has more
    for (const pane of panes.slice(1)) {
      expect(await pane.number("requests")).toBeLessThan(2); // the one that stays open may have been asked within the count
      expect(await pane.number("down")).toBeGreaterThan(payload);
      expect(await pane.number("bytes")).toBeLessThan((await desk.pane(polling).number("bytes")) / 2);
      await expect(pane.fact("connections")).toHaveText(/^[1-9]\d* open, 0 new$/);
      await expect(pane.section.getByRole("img")).toHaveAccessibleName(/something crossed in [1-9]/);
    }
    expect(await desk.pane(socketIo).number("up")).toBeGreaterThan(payload);
    expect(await desk.pane(rawWebsockets).number("up")).toBeLessThan(50); // it only listened
  });

  await test.step("how a pane is connected, in words", async () => {
    const words = ["polling over http/1.1", "event stream over h2", "websocket", "websocket"];
    for (const [place, pane] of panes.entries()) await expect(pane.fact("transport")).toHaveText(words[place]!);
  });
});

test.describe("An outage begins at the press of a button, is over by itself, and nothing is lost and nothing arrives twice", () => {
  const everywhere = async (desk: Desk, kind: Kind, button: string, during: () => Promise<void> = async () => {}) => {
    const before = await desk.pane(polling).reads();
    await desk.press(button);
    for (const pane of desk.panes) await desk.press("send 1", pane.name);
    for (const pane of desk.panes) await expect(pane.fact("kind")).toContainText(kind);
    await during();
    for (const pane of desk.panes) await expect(pane.fact("kind")).toHaveText(`${kind}, over`, { timeout: 15_000 });
    await desk.areAll("connected");
    await desk.allRead([...before, ...desk.panes.map((_, i) => `message ${before.length + i + 1}`)]);
    for (const pane of desk.panes) {
      await expect(pane.fact("lost")).toHaveText("0");
      await expect(pane.fact("duplicates")).toHaveText("0");
    }
  };
  const noticed = /^[\d.]+ m?s$/;

  test("cut, in one pane and in all", async ({ desk }) => {
    const opened = desk.panes.map(({ name }) => desk.tap(name).opened);
    await desk.press("cut", "http2-push");
    await expect(desk.pane(http2Push).fact("recovered")).toHaveText(noticed);
    await expect(desk.pane(http2Push).fact("noticed")).toHaveText(noticed);
    await expect(desk.pane(rawWebsockets).fact("kind")).toHaveText("no outage yet");
    expect(desk.panes.map(({ name }) => desk.tap(name).opened).slice(2)).toEqual(opened.slice(2));

    await everywhere(desk, "cut", "cut");
    for (const pane of desk.panes.slice(1)) {
      await expect(pane.fact("noticed")).toHaveText(noticed);
      await expect(pane.fact("recovered")).toHaveText(noticed);
      await expect(pane.fact("connections")).toHaveText(/[1-9]\d* new$/);
    }
  });

  test("freeze, and slow", async ({ desk }) => {
    await everywhere(desk, "freeze", "freeze 20 s", async () => {
      // Nothing closes, so only who asks finds out: the poll that has no answer in time.
      await expect(desk.pane(polling).fact("noticed")).toHaveText(noticed);
      await expect(desk.pane(http2Push).fact("noticed")).toHaveText(/^not/);
    });
    const after = await desk.pane(polling).number("noticed");
    expect(after).toBeGreaterThan(0.8 * pageTiming.request);
    expect(after).toBeLessThan(3_000);
    await expect(desk.pane(http2Push).fact("noticed")).toHaveText("not at all");

    await everywhere(desk, "slow", "slow 300 ms", async () => {
      for (const name of [http2Push, rawWebsockets])
        await expect.poll(() => desk.pane(name).number("latency")).toBeGreaterThan(590); // there and back
    });
    await desk.press("send 1", "socket-io");
    await expect.poll(() => desk.pane(rawWebsockets).number("latency")).toBeLessThan(290);
  });

  test("refuse, and restart", async ({ desk }) => {
    await everywhere(desk, "refuse", "refuse 10 s");
    for (const pane of desk.panes) {
      await expect(pane.fact("noticed")).toHaveText(noticed);
      await expect(pane.fact("recovered")).toHaveText(noticed);
    }

    const wire = desk.pane(rawWebsockets).chat.locator("#wire");
    await wire.locator("summary").click();
    await everywhere(desk, "restart", "restart server");
    await expect(wire).toContainText("8 close 1012");
    for (const pane of desk.panes.slice(1)) await expect(pane.fact("noticed")).toHaveText(noticed);

    const problem = desk.page.locator("#problem");
    await desk.press("freeze 20 s", "polling");
    await desk.press("cut", "polling");
    await expect(problem).toHaveText("polling: the last outage is not over yet.");
    await desk.press("cut", "socket-io");
    await expect(problem).toBeEmpty();
  });
});

test("The wire inspector says what crosses, in the words of each technique", async ({ desk, context, server }) => {
  for (const pane of desk.panes) await pane.says("hello");
  await desk.allRead(["hello", "hello", "hello", "hello"]);
  for (const { chat } of desk.panes) {
    await expect(chat.locator("#messages .message").last()).toBeInViewport();
    await chat.locator("summary").click();
    await expect(chat.locator("#messages .message").last()).toBeInViewport(); // the conversation is shorter now
  }

  const words: Record<VariantName, string[]> = {
    polling: ["↑ GET /msgs?since=", "↓ 204 No Content", "↑ POST /msgs", "↓ 201 Created", '"text":"hello"'],
    "http2-push": ["↓ event msg:get", "↑ POST /msgs", "↓ 201", '"text":"hello"'],
    "raw-websockets": ["↑ 1 text", "↓ 1 text", '{"event":"msg:post"', '{"event":"msg:ack"', '{"event":"msg:get"'],
    "socket-io": [
      "↑ 1 text · 42 event msg:post (wants ack 0)",
      "↓ 1 text · 43 ack 0",
      "42 event msg:get",
      "· 2 ping",
      "· 3 pong",
    ],
  };
  for (const { name, entries } of desk.panes) {
    const seen = async () => (await entries.allTextContents()).map((text) => text.replaceAll(/\s+/g, " ")).join("\n");
    for (const word of words[name]) await expect.poll(seen, { message: name, timeout: 10_000 }).toContain(word);
  }

  await test.step("it keeps the newest 100, as the frame does of the messages, and the client notices nothing", async () => {
    const frame = desk.page.frames().find((one) => one.url().startsWith(server.panes[0]!.url))!;
    const statuses = await frame.evaluate(() => {
      const headers = { "Content-Type": "application/json" };
      const post = (_: unknown, i: number) =>
        fetch("/msgs", { method: "POST", headers, body: JSON.stringify({ user: "Eve", text: `${i}` }) });
      return Promise.all(Array.from({ length: 100 }, async (...place) => (await post(...place)).status));
    });
    expect(new Set(statuses)).toEqual(new Set([201]));
    await expect(desk.pane(polling).entries).toHaveCount(100);
    for (const { name, chat } of desk.panes) {
      await expect(chat.locator("#messages .message"), name).toHaveCount(100);
      await expect(chat.locator("#messages"), name).not.toContainText("hello");
    }
  });

  await test.step("without a frame, and where WebSockets are blocked", async () => {
    const page = await context.newPage();
    await page.addInitScript(() => {
      globalThis.WebSocket = class extends WebSocket {
        constructor() {
          super("ws://localhost:65535"); // there is nobody, and the policy of the page forbids to ask
        }
      };
    });
    await page.goto(`${server.panes[3]!.url}/?wire`);
    await expect(page.getByRole("status")).toHaveText("connected");
    await page.locator("summary").click();
    await expect(page.locator("#wire")).toContainText("200 OK · 42 event msg:get");
    await expect(page.locator("#wire")).toContainText(/GET \/socket\.io\/\?EIO=4&transport=polling/);
  });
});

test("The page is accessible and fits, in light at 1280 px and in dark at 360 px", async ({ desk }) => {
  const { page } = desk;
  await desk.pane(socketIo).chat.locator("summary").click();
  await desk.press("send 1");
  await desk.allRead(["message 1"]);
  await desk.press("freeze 20 s", "polling");
  await expect(desk.pane(polling).fact("kind")).toContainText("s left");
  for (const [colorScheme, width] of [
    ["light", 1280],
    ["dark", 360],
  ] as const) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 800 });
    // The four frames hold the same page. What has the same name there, has a frame with another name around it.
    const { violations } = await new AxeBuilder({ page }).disableRules("landmark-unique").analyze();
    expect(violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)])).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  }
});

test.describe("Where the browser does not know our certificate", () => {
  test.use({ ignoreHTTPSErrors: false });

  test("Nobody meets a pane that is blank: each says what is wrong, and loads by itself", async ({
    browser,
    page,
    server,
  }) => {
    const [unreachable, untrusted] = [new Pane(page, "polling"), new Pane(page, "http2-push")];
    const { tap, url } = server.panes[0]!;
    tap.refuse();
    await page.goto(server.url);

    await test.step("a server that does not answer", async () => {
      await expect(unreachable.section).toContainText(`${url} does not answer.`);
      await tap.accept();
      await expect(unreachable.fact("state")).toHaveText("connected");
      await expect(unreachable.fact("door")).toBeHidden();
    });

    await test.step("a certificate that only a person can accept", async () => {
      await expect(untrusted.section).toContainText("Your browser does not trust the certificate");
      const opened = page.waitForEvent("popup");
      await untrusted.section.getByRole("link", { name: server.panes[1]!.url }).click();
      const popup = await opened;
      await popup.waitForURL("chrome-error://**");
      // A mock: a browser without windows has no "Proceed" to press.
      const protocol = await browser.newBrowserCDPSession();
      await protocol.send("Security.setIgnoreCertificateErrors", { ignore: true });
      await popup.reload();
      await expect(popup.getByRole("status")).toHaveText("connected");
      await popup.close();

      await expect(untrusted.fact("state")).toHaveText("connected", { timeout: 10_000 });
      await expect(untrusted.fact("door")).toBeHidden();
      await untrusted.says("at last");
      await expect(unreachable.chat.locator("#messages")).toContainText("at last");
      await protocol.detach();
    });
  });
});

test("Only the side-by-side page may frame a variant", async ({ page, server }) => {
  const frames = server.panes.map(({ url }) => `<iframe src="${url}/?wire"></iframe>`).join("");
  const other = createServer((_req, res) => res.setHeader("Content-Type", "text/html").end(frames));
  await once(other.listen(0, "127.0.0.1"), "listening");
  const elsewhere = `http://localhost:${(other.address() as AddressInfo).port}/`;
  await page.goto(elsewhere);
  await expect
    .poll(() => page.frames().map((frame) => frame.url()))
    .toEqual([elsewhere, ...server.panes.map(() => "chrome-error://chromewebdata/")]);
  other.close();
});
