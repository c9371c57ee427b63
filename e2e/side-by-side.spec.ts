// The side-by-side page as a person uses it: four panes, one for each technique, and one chat. What an outage does is in outages.spec.ts.
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { AxeBuilder } from "@axe-core/playwright";
import { experimentsOf } from "../compare/experiments.ts";
import { durations } from "../compare/outages.ts";
import type { VariantName } from "../shared-server/variants.ts";
import { expect, http2Push, polling, rawWebsockets, SideBySidePage, socketIo, test, users } from "./panes.ts";
import { pageTiming } from "./stage.ts";

test("A message sent in any pane arrives in all four, and each pane shows its latency", async ({ site }) => {
  const { page, panes } = site;
  for (const [place, pane] of panes.entries()) {
    await expect(pane.chat.getByLabel("Name")).toHaveValue(users[place]!);
    await pane.says(`from ${pane.name}`);
  }
  const sent = panes.map(({ name }) => `from ${name}`);
  await site.allRead(sent);
  for (const pane of panes) {
    const latencies = pane.chat.locator("#messages time");
    for (const place of sent.keys()) await expect(latencies.nth(place)).toHaveAttribute("data-late", /^\+[\d,]+ ms$/);
    expect(await pane.number("last")).toBeGreaterThanOrEqual(0);
  }

  await test.step("a button sends for a person, and takes away neither a half-typed text nor the focus", async () => {
    const field = site.pane(rawWebsockets).chat.getByLabel("Message", { exact: true });
    await field.fill("half typed");
    await page.getByLabel("pane", { exact: true }).selectOption("raw-websockets");
    const button = site.controls.getByRole("button", { name: "send 1", exact: true });
    await button.focus();
    await page.keyboard.press("Enter");
    await site.allRead([...sent, "message 5"]); // the number goes on where the conversation is
    await expect(site.pane(polling).chat.locator("#messages .user").last()).toHaveText("Cyd");
    await expect(field).toHaveValue("half typed");
    await expect(button).toBeFocused();
  });

  await test.step("send 20 at once sends 20 messages without a pause; with all four chosen, the panes take turns", async () => {
    await site.press("send 20 at once");
    const many = Array.from({ length: 21 }, (_, i) => `message ${i + 5}`);
    await site.allRead([...sent, ...many]);
    const authors = await site.pane(polling).chat.locator("#messages .user").allTextContents();
    for (const user of users) expect(authors.slice(5).filter((author) => author === user)).toHaveLength(5);
    await site.press("send 1");
    await site.allRead([...sent, ...many, "message 26"]);
  });

  await test.step("send one a second goes on until the button is pressed again", async () => {
    await site.press("send one a second");
    await expect(site.pane(socketIo).chat.locator("#messages .message").nth(27)).toBeAttached(); // the second one; there may be more
    await site.press("send one a second");
    await expect(site.controls.getByRole("button", { name: "send one a second" })).toHaveAttribute(
      "aria-pressed",
      "false",
    );
  });
});

test("A pane shows the same numbers that the test counts", async ({ site }) => {
  const { page, panes, server } = site;
  for (const pane of panes) await expect(pane.value("bytes")).toHaveText(/B$/); // there are counters to reset
  await site.press("count from zero");
  await expect(site.pane(rawWebsockets).value("up")).toHaveText(/^\d{1,2} B$/); // nothing or a pong

  // The sizes that Playwright reports for the headers and bodies of HTTP/1.1 requests.
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

  for (let i = 0; i < 3; i++) await site.press("send 1", "socket-io");
  const texts = ["message 1", "message 2", "message 3"];
  await site.allRead(texts);
  await expect(site.pane(socketIo).value("last")).toHaveText("–"); // its own messages do not count

  const near = (actual: number, expected: number) => {
    expect(actual).toBeGreaterThan(0.85 * expected);
    expect(actual).toBeLessThan(1.15 * expected);
  };
  await test.step("polling: many requests, whose headers are larger than the messages", async () => {
    const pane = site.pane(polling);
    await expect(async () => {
      expect(requests.get(server.panes[0]!.url)).toBeGreaterThan(12);
      near(await pane.number("requests"), requests.get(server.panes[0]!.url)!);
      near(await pane.number("up"), polled.up);
      near(await pane.number("down"), polled.down);
      near(await pane.number("bytes"), polled.up + polled.down);
      near(await pane.number("each"), (polled.up + polled.down) / 3);
    }).toPass({ timeout: 15_000 });
    expect(await pane.number("last")).toBeLessThan(2 * pageTiming.poll);
    await expect(pane.section.getByRole("img")).toHaveAccessibleName(/some in [1-9]/);
  });

  await test.step("the others: each message once, no requests, and few bytes besides", async () => {
    const payload = 3 * 80; // {"id":1,"user":"Dan","text":"message 1","draftId":UUID,"time":…} has more
    for (const pane of panes.slice(1)) {
      expect(await pane.number("requests")).toBeLessThan(2); // the request for the stream may fall after the reset
      expect(await pane.number("down")).toBeGreaterThan(payload);
      expect(await pane.number("bytes")).toBeLessThan((await site.pane(polling).number("bytes")) / 2);
      await expect(pane.value("connections")).toHaveText(/^[1-9]\d* open, 0 new$/);
      await expect(pane.section.getByRole("img")).toHaveAccessibleName(/some in [1-9]/);
    }
    // Asking whether the browser trusts the certificate took no connection of its own.
    await expect(site.pane(http2Push).value("connections")).toHaveText("1 open, 0 new");
    expect(await site.pane(socketIo).number("up")).toBeGreaterThan(payload);
    expect(await site.pane(rawWebsockets).number("up")).toBeLessThan(50); // it only received
  });

  await test.step("each pane names its transport", async () => {
    const transports = ["polling over http/1.1", "event stream over h2", "websocket", "websocket"];
    for (const [place, pane] of panes.entries()) await expect(pane.value("transport")).toHaveText(transports[place]!);
  });
});

test("The wire inspector shows what crosses the network in the terms of each technique", async ({
  site,
  context,
  server,
}) => {
  for (const pane of site.panes) await pane.says("hello");
  await site.allRead(["hello", "hello", "hello", "hello"]);
  for (const { chat } of site.panes) {
    await expect(chat.locator("#messages .message").last()).toBeInViewport();
    await chat.locator("summary").click();
    await expect(chat.locator("#messages .message").last()).toBeInViewport(); // the list of messages is shorter now
  }

  const expected: Record<VariantName, string[]> = {
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
  for (const { name, entries } of site.panes) {
    const shown = async () => (await entries.allTextContents()).map((text) => text.replaceAll(/\s+/g, " ")).join("\n");
    for (const text of expected[name]) await expect.poll(shown, { message: name, timeout: 10_000 }).toContain(text);
  }

  await test.step("it keeps the newest 100 entries, the frame keeps the newest 100 messages, and the responses stay the same", async () => {
    const frame = site.page.frames().find((one) => one.url().startsWith(server.panes[0]!.url))!;
    const statuses = await frame.evaluate(() => {
      const headers = { "Content-Type": "application/json" };
      const post = (_: unknown, i: number) =>
        fetch("/msgs", { method: "POST", headers, body: JSON.stringify({ user: "Eve", text: `${i}` }) });
      return Promise.all(Array.from({ length: 100 }, async (...place) => (await post(...place)).status));
    });
    expect(new Set(statuses)).toEqual(new Set([201]));
    await expect(site.pane(polling).entries).toHaveCount(100);
    for (const { name, chat } of site.panes) {
      await expect(chat.locator("#messages .message"), name).toHaveCount(100);
      await expect(chat.locator("#messages"), name).not.toContainText("hello");
    }
  });

  await test.step("it also works without a frame, and where WebSockets are blocked", async () => {
    const page = await context.newPage();
    await page.addInitScript(() => {
      globalThis.WebSocket = class extends WebSocket {
        constructor() {
          super("ws://localhost:65535"); // no server is there, and the CSP of the page blocks it
        }
      };
    });
    await page.goto(`${server.panes[3]!.url}/?wire`);
    await expect(page.getByRole("status")).toHaveText("connected");
    await page.locator("summary").click();
    await expect(page.locator("#wire")).toContainText("200 OK · 42 event msg:get");
    await expect(page.locator("#wire")).toContainText(/GET \/socket\.io\/\?\S*EIO=4&transport=polling/);
  });
});

test("The page is accessible and fits at every width, in light and in dark, before and during an outage", async ({
  site,
}) => {
  test.setTimeout(120_000); // on a busy machine an audit takes long
  const { page } = site;
  await site.pane(socketIo).chat.locator("summary").click();
  await site.press("send 1");
  await site.allRead(["message 1"]);
  const audit = async (colorScheme: "light" | "dark", width: number) => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 800 });
    // The four frames hold the same page, so landmarks repeat. Each frame has a title of its own.
    const { violations } = await new AxeBuilder({ page }).disableRules("landmark-unique").analyze();
    expect(violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)])).toEqual([]);
  };
  await audit("light", 1280);
  durations.freeze = 20_000;
  await site.press("freeze", "polling");
  durations.freeze = 3_000;
  await expect(site.pane(polling).value("outage")).toContainText(/^freeze: \d+ s$/);
  await audit("dark", 360);

  for (const width of [360, 900, 1280, 1920])
    await test.step(`${width} px`, async () => {
      await page.setViewportSize({ width, height: 800 });
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
      const panes = await page.locator(".pane").evaluateAll((all) => all.map((pane) => pane.getBoundingClientRect().x));
      expect(new Set(panes).size).toBe(width < 900 ? 1 : 2);

      await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
      await expect(site.controls).toBeInViewport({ ratio: 1 });
      const columns = page.locator("#strip th[data-technique]");
      for (const column of await columns.all()) await expect(column).toBeInViewport({ ratio: 1 });
      const boxes = await columns.evaluateAll((all) => all.map((column) => column.getBoundingClientRect()));
      expect(new Set(boxes.map(({ y }) => y)).size).toBe(1); // beside each other
      expect(boxes.map(({ x }) => x)).toEqual(boxes.map(({ x }) => x).toSorted((x, y) => x - y));
      // During an outage the panes have two thirds of the screen, and one line for each outage.
      const desk = await page.evaluate(() =>
        Math.max(...["#desk", "#bar"].map((id) => document.querySelector(id)!.clientHeight)),
      );
      expect(desk).toBeLessThan(800 / 3);
      const lines = await site.inStrip("outage").evaluateAll((cells) => cells.map((cell) => cell.clientHeight));
      expect(new Set(lines).size).toBe(1);
      for (const { section } of site.panes)
        expect(
          await section.locator(".facts").evaluate((one) => one.scrollWidth - one.clientWidth),
        ).toBeLessThanOrEqual(0);
      const cells = page.locator("#strip td");
      const tooWide = await cells.evaluateAll((all) =>
        all
          .filter((cell) => cell.checkVisibility() && cell.scrollWidth > cell.clientWidth)
          .map((cell) => cell.textContent),
      );
      expect(tooWide).toEqual([]);
    });
});

test("The documents of the page are accessible and fit at every width, in light and in dark", async ({
  page,
  server,
}) => {
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(message.text()));
  for (const [path, colorScheme, width] of [
    ["/which-one", "light", 900],
    ["/which-one", "dark", 360],
    ["/what-to-try", "light", 360],
  ] as const)
    await test.step(`${path}, ${colorScheme}, ${width} px`, async () => {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 800 });
      await page.goto(server.url + path);
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)])).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    });
  expect(complaints).toEqual([]);
});

test("The experiments are steps on the page, and every one can be done from there", async ({
  site,
  context,
  server,
}) => {
  const { page } = site;
  const guide = page.getByRole("region", { name: "Experiments" });
  const experiments = experimentsOf(readFileSync(new URL("../compare/what-to-try.md", import.meta.url), "utf8"));
  const plain = (text: string) =>
    text
      .replaceAll(/\*\*|`/g, "")
      .split(/https?:/)[0]!
      .trim();
  for (const [place, { title, parts }] of experiments.entries()) {
    await expect(guide.getByRole("heading")).toHaveText(title);
    for (const [i, id] of ["#do", "#see", "#why"].entries())
      await expect(guide.locator(id)).toContainText(plain(parts[i]!.text));
    await expect(guide.locator("#why .text")).toBeHidden(); // a guess comes first
    const last = place === experiments.length - 1;
    if (last) await expect(guide.getByRole("button", { name: "next" })).toBeDisabled();
    else await guide.getByRole("button", { name: "next" }).click();
  }

  await test.step("a button in a step presses the button of the page", async () => {
    await guide.getByRole("button", { name: "slow", exact: true }).click();
    for (const pane of site.panes) await expect(pane.value("outage")).toContainText("slow");
    await guide.getByRole("button", { name: "send 1", exact: true }).click();
    await site.allRead(["message 1"]);
  });

  await test.step("an address opens a tab of the pane, and each tab counts as the experiment says", async () => {
    const restart = experiments.findIndex(({ title }) => title.includes("Eight tabs"));
    for (let i = experiments.length - 1; i > restart; i--) await guide.getByRole("button", { name: "back" }).click();
    await guide.getByRole("button", { name: "count from zero" }).click();
    const { url } = server.panes[2]!;
    for (let i = 0; i < 8; i++) {
      const opened = context.waitForEvent("page");
      await guide.getByRole("link", { name: url }).click();
      await expect((await opened).getByRole("status")).toHaveText("connected", { timeout: 15_000 });
    }
    await page.bringToFront();
    await expect(site.pane(rawWebsockets).value("connections")).toHaveText(/^9 open/, { timeout: 20_000 });
    await site.press("restart", "raw-websockets");
    // An attempt that comes before the server is back counts, too.
    await expect.poll(() => site.pane(rawWebsockets).number("reopened"), { timeout: 15_000 }).toBeGreaterThanOrEqual(9);
    await expect(site.pane(rawWebsockets).value("connections")).toHaveText(/^9 open/, { timeout: 15_000 });
  });

  await test.step("what there is to read is a click away", async () => {
    for (const [name, path] of [
      ["Which one should I pick?", "/which-one"],
      ["All experiments", "/what-to-try"],
    ] as const)
      await expect(page.getByRole("link", { name })).toHaveAttribute("href", path);
    for (const { name, section } of site.panes)
      for (const file of ["server.ts", "client.ts"])
        await expect(section.getByRole("link", { name: file })).toHaveAttribute("href", `/${name}/${file}.txt`);
  });
});

test("What a reloaded page finds in the log has not arrived now, and does not count", async ({ site }) => {
  const { page } = site;
  const push = site.pane(rawWebsockets);
  await site.press("send 20 at once", "socket-io");
  await expect(push.chat.locator("#messages .message")).toHaveCount(20);
  await expect(push.value("each")).toHaveText(/B$/);
  await page.reload();
  await site.allShow("connected");
  await expect(push.chat.locator("#messages .message")).toHaveCount(20);
  await expect(push.value("bytes")).toHaveText(/B$/);
  await expect(push.value("each")).toHaveText("–");
  await site.press("send 1", "socket-io");
  await expect(push.chat.locator("#messages .text").last()).toHaveText("message 21"); // it counts on, also in another tab
  // One message has arrived since: so all bytes divided by the messages are all bytes. In one go, because both go on changing.
  await expect(async () => {
    const [each, bytes] = await push.section.evaluate((pane) =>
      [".each", ".bytes"].map((one) => pane.querySelector(one)!.textContent),
    );
    expect(each).toMatch(/B$/);
    expect(each).toBe(bytes);
  }).toPass();
});

test("A pane has room for who one is and where, and stays there when the page is loaded again", async ({ site }) => {
  await site.allShow("connected");
  const { chat } = site.pane(polling);
  await chat.getByRole("button", { name: "Sign in" }).click();
  const dialog = chat.getByRole("dialog", { name: "Sign in" });
  await dialog.getByLabel("Password").fill("correct horse");
  await dialog.getByRole("button", { name: "Sign in" }).click();
  await expect(chat.locator("#me")).toHaveText("Ada");
  await chat.getByRole("button", { name: "Rooms" }).click();
  await chat.getByLabel("Join a room").fill("garden-party");
  await chat.getByRole("button", { name: "Go" }).click();
  const place = chat.locator("#place");
  await expect(place).toHaveText("#garden-party");
  await expect(async () => {
    const room = (await place.boundingBox())!;
    const leave = (await chat.getByRole("button", { name: "Leave" }).boundingBox())!;
    expect(leave.y).toBeLessThan(room.y + room.height); // on one line
  }).toPass();
  await site.page.reload();
  await site.allShow("connected");
  await expect(place).toHaveText("#garden-party");
  await expect(site.pane(socketIo).chat.locator("#place")).toHaveText("#lobby");
});

test.describe("If the browser does not trust the certificate", () => {
  test.use({ ignoreHTTPSErrors: false });

  test("No pane is blank: a pane that cannot load explains why, and loads as soon as it can", async ({
    browser,
    page,
    server,
  }) => {
    const site = new SideBySidePage(page, server);
    const [unreachable, untrusted] = [site.pane(polling), site.pane(http2Push)];
    const { tap, url } = server.panes[0]!;
    tap.refuse();
    await page.goto(server.url);

    await test.step("a server that does not respond", async () => {
      await expect(unreachable.section).toContainText(`${url} does not respond.`);
      await tap.accept();
      await expect(unreachable.value("state")).toHaveText("connected");
      await expect(unreachable.value("overlay")).toBeHidden();
    });

    await test.step("a certificate that only a person can accept", async () => {
      await expect(untrusted.section).toContainText("your browser does not trust the server's certificate yet");
      await expect(untrusted.section).toContainText("it is safe to accept here");
      await expect(untrusted.value("state")).toHaveText("waits for you");
      await expect(site.inStrip("state").nth(1)).toHaveText("waits for you");
      await site.press("send 1", "http2-push");
      await expect(page.locator("#problem")).toHaveText(/^http2-push cannot send: it waits for you to accept/);
      await expect.poll(() => site.tap(http2Push).opened, { timeout: 15_000 }).toBeGreaterThan(3); // the page goes on trying
      for (const name of ["bytes", "up", "down", "requests", "connections"])
        await expect(untrusted.value(name)).toHaveText("–");
      await expect(untrusted.section.getByRole("img")).toHaveAccessibleName(/: none in the last minute/);
      await expect(site.inStrip("bytes").nth(1)).toHaveText("–");
      await site.press("send 1");
      await expect(page.locator("#problem")).toBeEmpty(); // another pane sends
      await site.press("cut");
      await expect(site.pane(rawWebsockets).value("outage")).toHaveText("cut, over");
      await expect(untrusted.value("outage")).toHaveText("–"); // it had nothing that could break
      await expect(site.inStrip("outage").nth(1)).toHaveText("–");
      const opened = page.waitForEvent("popup");
      await untrusted.section.getByRole("link", { name: server.panes[1]!.url }).click();
      const popup = await opened;
      await popup.waitForURL("chrome-error://**");
      // A mock: a headless browser has no "Proceed" button.
      const protocol = await browser.newBrowserCDPSession();
      await protocol.send("Security.setIgnoreCertificateErrors", { ignore: true });
      await popup.reload();
      await expect(popup.getByRole("status")).toHaveText("connected");
      await expect(popup.locator("header")).toContainText("Now go back");
      await expect(popup.locator("#door")).toBeHidden(); // "#accepted" is no room
      await popup.close();

      await expect(untrusted.value("state")).toHaveText("connected", { timeout: 10_000 });
      await expect(untrusted.value("overlay")).toBeHidden();
      await untrusted.says("hello");
      await expect(unreachable.chat.locator("#messages")).toContainText("hello");
      await protocol.detach();
    });
  });
});

test("Another view in a pane shows the same messages, counts neither them nor the page, and sends", async ({
  site,
}) => {
  const pane = site.pane(rawWebsockets);
  await pane.says("one");
  await site.allRead(["one"]);
  durations.slow = 60_000; // longer than this test
  await site.press("slow", pane.name);
  durations.slow = 4_000;
  await expect(pane.value("outage")).toContainText("slow");

  await pane.section.getByLabel("View").selectOption("react");
  await expect(pane.chat.locator('script[src="/react/client.js"]')).toHaveCount(1);
  await expect(pane.chat.locator("html")).toHaveAttribute("data-state", "connected");
  await site.press("send 1", pane.name);
  await site.allRead(["one", "message 2"]); // its number is that of the message in the log
  await expect(pane.value("outage")).toContainText("slow");
  await expect(pane.value("duplicates")).toHaveText("–"); // none so far
  expect(await pane.number("bytes")).toBeLessThan(10_000); // the page alone has some hundred thousand
  await expect(site.pane(socketIo).chat.locator('script[src="/client.js"]')).toHaveCount(1); // the other panes stay as they are
});

test("Only the side-by-side page may frame a variant", async ({ page, server }) => {
  const frames = server.panes.map(({ url }) => `<iframe src="${url}/?wire"></iframe>`).join("");
  const other = createServer((_req, res) => res.setHeader("Content-Type", "text/html").end(frames));
  await once(other.listen(0, "127.0.0.1"), "listening");
  const otherPage = `http://localhost:${(other.address() as AddressInfo).port}/`;
  await page.goto(otherPage);
  await expect
    .poll(() => page.frames().map((frame) => frame.url()))
    .toEqual([otherPage, ...server.panes.map(() => "chrome-error://chromewebdata/")]);
  other.close();
});
