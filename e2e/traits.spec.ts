// How the techniques differ, observed in a browser. The questions and answers are in compare/behaviour.ts.
import type { Page } from "playwright/test";
import { behaviour, detectionTime } from "../compare/behaviour.ts";
import { limits } from "../shared-chat/limits.ts";
import type { Variant } from "../shared-server/variants.ts";
import {
  bareServer,
  bytes,
  canConnect,
  connectUntilGivenUp,
  failedAttempts,
  postOnce,
  receiveBytes,
  socketIoClient,
} from "./bare.ts";
import { expect, pageTiming, test } from "./stage.ts";

test("The page shows the HTTP version that it was delivered over", async ({ ada, variant }) => {
  await expect(ada.page.locator("#protocol")).toHaveText(behaviour.protocol.answers[variant.name]);
});

test("While the page is hidden and no messages are sent, nothing crosses the network, or only heartbeats", async ({
  ada,
  stage,
  variant,
}) => {
  const crossed = () => stage.tap.up.bytes + stage.tap.down.bytes;
  const requests = () => stage.log.sinceCalls.length;
  await ada.hidesPage();
  await ada.waits(pageTiming.request); // a poll that is under way ends
  const before = { bytes: crossed(), requests: requests() };
  await ada.waits(pageTiming.watchdog); // long enough for a heartbeat, and for many polls
  // No client posts. So bytes that cross without a request from the page are heartbeats.
  const observed = crossed() === before.bytes ? "nothing" : requests() === before.requests ? "heartbeats" : "requests";
  expect(observed).toBe(behaviour.whileHidden.answers[variant.name]);
});

test("The server sends updates on its own, or only when the page asks", async ({ ada, stage, variant }) => {
  // A hidden page sends no requests. If an update arrives, the server sent it on its own.
  await ada.hidesPage();
  await ada.waits(pageTiming.request);
  const requests = stage.log.sinceCalls.length;
  await stage.log.add({ user: "Bob", text: "hello" });
  await ada.waits(2 * pageTiming.poll);
  expect(stage.log.sinceCalls).toHaveLength(requests);
  const observed = (await ada.reads()).length === 1 ? "the server sends" : "the page must ask";
  expect(observed).toBe(behaviour.startsTransfer.answers[variant.name]);
  await ada.showsPage();
  await ada.eventuallyReads(["Bob: hello"]);
});

test("Eight tabs of one browser share their connections, or open one each", async ({ enter, stage, variant }) => {
  await enter("Ada");
  await Promise.all(Array.from({ length: 7 }, () => enter("Ada")));
  stage.tap.freeze(); // no request is answered any more, so all pages that poll wait at the same time
  const observed = () => {
    const { connections } = stage.tap;
    return connections === 1 ? "one, shared" : connections <= 6 ? "at most six, shared" : "one for each tab";
  };
  await expect.poll(observed).toBe(behaviour.connections.answers[variant.name]);
  if (observed() === "one for each tab") expect(stage.tap.connections).toBeGreaterThanOrEqual(8);
});

test.describe("With a watchdog that waits for a minute", () => {
  test.use({ timing: { ...pageTiming, watchdog: 60_000 } });

  test("Without our watchdog, the page notices an unplugged server in time, or not at all", async ({
    ada,
    stage,
    variant,
  }) => {
    const bounds = detectionTime.byPage({ ...limits, ...pageTiming });
    const longest = Math.max(...Object.values(bounds).filter((bound) => bound < Infinity));
    stage.tap.freeze();
    const timeout = 1_000 + Math.min(bounds[variant.name], longest);
    const observed = await expect(ada.state)
      .toHaveText("reconnecting", { timeout })
      .then(
        () => "within",
        () => "no",
      );
    expect(behaviour.unpluggedServer.answers[variant.name].split(" ")[0]).toBe(observed);
  });
});

test.describe("The technique alone", () => {
  /** Opens a page without our scripts: it has only what the technique brings. */
  const open = async (page: Page, url: string, { name }: Variant) => {
    await page.goto(url);
    if (name === "socket-io") await page.evaluate(socketIoClient);
  };

  test("After the connection breaks, the technique reconnects and resumes, or leaves it to our code", async ({
    page,
    stage,
    variant,
  }) => {
    await open(page, `${stage.url}/style.css`, variant);
    const { sinceCalls } = stage.log;
    let givenUp = false;
    page.evaluate(connectUntilGivenUp[variant.name]).then(
      () => (givenUp = true),
      () => {}, // the test ends first
    );
    await expect.poll(() => sinceCalls.length).toBe(1);
    const first = sinceCalls[0]!.update.cursor;
    stage.tap.cut();
    await expect.poll(() => givenUp || sinceCalls.length === 2).toBe(true);

    const technique = variant.name === "socket-io" ? "the library" : "the browser";
    const closedBy404 = () =>
      new Promise((resolve) => {
        const source = new EventSource("/nope");
        source.addEventListener("error", () => resolve(source.readyState === EventSource.CLOSED));
      });
    const exception =
      variant.name === "http2-push" && (await page.evaluate(closedBy404)) ? "; after any status but 200, our code" : "";
    expect(givenUp ? "our code" : `${technique}${exception}`).toBe(behaviour.reconnects.answers[variant.name]);
    expect(sinceCalls[1]?.since === first ? technique : "our code").toBe(behaviour.resumes.answers[variant.name]);
  });

  test("The technique waits longer after each failed attempt, or always as long, or leaves it to our code", async ({
    page,
    stage,
    variant,
  }) => {
    await open(page, `${stage.url}/style.css`, variant);
    const failures = page.evaluate(failedAttempts[variant.name]);
    await expect.poll(() => stage.log.sinceCalls.length).toBe(1);
    await stage.stops();
    const [first = 0, second = 0, third = 0, fourth = 0] = await failures;
    const grows = fourth - third > 2 * (second - first) ? "yes" : "no";
    expect(first === 0 ? "our code decides" : grows).toBe(behaviour.backoff.answers[variant.name]);
  });

  test("A post whose answer is lost may be sent again by the browser, or only by our code", async ({
    page,
    stage,
    variant,
  }) => {
    await open(page, `${stage.url}/style.css`, variant);
    let posted = 0;
    const add = stage.log.add.bind(stage.log);
    stage.log.add = (input) => {
      if (input && ++posted === 1) stage.tap.cut();
      return add(input);
    };
    await page.evaluate(postOnce[variant.name]);
    expect(posted > 1 ? "our code, and sometimes the browser" : "only our code").toBe(
      behaviour.repeats.answers[variant.name],
    );
  });

  test("The server can send binary data, or only text", async ({ page, variant }) => {
    const server = await bareServer();
    await open(page, server.origin, variant);
    const received = await page.evaluate(receiveBytes[variant.name]);
    expect(bytes.equals(Buffer.from(received)) ? "yes" : "no").toBe(behaviour.binary.answers[variant.name]);
    await server.close();
  });

  test("If the server does not check the Origin, the browser blocks pages of other origins, or lets them connect", async ({
    page,
    variant,
  }) => {
    const [own, other] = [await bareServer(), await bareServer()];
    await open(page, own.origin, variant);
    const connected = await page.evaluate(canConnect[variant.name], other.origin);
    expect(connected ? "yes" : "no").toBe(behaviour.otherOrigin.answers[variant.name]);
    await own.close();
    await other.close();
  });
});

test.describe("When the next attempt is a minute away", () => {
  // Also the longest pause and the watchdog: with the short ones, Socket.IO is back before anybody has pressed the button.
  test.use({ timing: { ...pageTiming, retry: 60_000, retryMost: 60_000, watchdog: 60_000 } });

  test("The button now reconnects at once", async ({ ada, stage }) => {
    await stage.stops();
    await expect(ada.state).toHaveText("reconnecting");
    await stage.starts();
    await ada.page.getByRole("button", { name: "now" }).click();
    await expect(ada.state).toHaveText("connected");
  });
});
