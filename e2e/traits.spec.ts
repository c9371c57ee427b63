// How the techniques differ, observed in a browser. The questions and answers are in compare/behaviour.ts.
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import net, { type AddressInfo } from "node:net";
import tls from "node:tls";
import type { Browser, Page } from "playwright/test";
import { behaviour, detectionTime } from "../compare/behaviour.ts";
import { certificate } from "../http2-push/certificate.ts";
import { limits } from "../shared-chat/limits.ts";
import { chatOf } from "../shared-server/chat-server.ts";
import { listen as listenAsVariant, start } from "../shared-server/start.ts";
import { serverOf, type Variant } from "../shared-server/variants.ts";
import {
  bareServer,
  bytes,
  canRead,
  connectUntilGivenUp,
  failedAttempts,
  postOnce,
  postTo,
  receiveBytes,
  refusal,
  refusingServer,
  socketIoClient,
  textsOf,
} from "./bare.ts";
import { forwardProxy, reverseProxy, transparent } from "./proxy.ts";
import { expect, pageTiming, Person, RecordingLog, test } from "./stage.ts";
import { wires } from "./wires.ts";

/** Lets a server listen until the end of the test. Returns its port. */
async function listen(server: net.Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

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

test.describe("With time-outs of one minute", () => {
  // A frozen tap does not see that a page closes a connection and opens another.
  test.use({ timing: { ...pageTiming, request: 60_000, watchdog: 60_000 } });

  test("Eight tabs of one browser share their connections, or open one each", async ({ enter, stage, variant }) => {
    const tabs = [await enter("Ada")];
    for (let n = 1; n < 8; n++) tabs.push(await enter("Ada"));
    stage.tap.freeze(); // no request is answered any more, so all that the tabs send waits at the same time
    for (const tab of tabs) await tab.says("hello"); // polls alone would wait for each other: Chromium sends one of several equal GETs at a time
    const observed = () => {
      const { connections } = stage.tap;
      return connections === 1 ? "one, shared" : connections <= 6 ? "at most six, shared" : "one for each tab";
    };
    await expect.poll(observed).toBe(behaviour.connections.answers[variant.name]);
    if (observed() === "one for each tab") expect(stage.tap.connections).toBeGreaterThanOrEqual(8);
  });
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
    if (variant.name === "http2-push") await expect(page.locator("html")).toHaveAttribute("title", first); // it has arrived
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

  test("If the server does not check the Origin, a page of another origin can read, or the browser keeps the answer from it", async ({
    page,
    variant,
  }) => {
    const [own, other] = [await bareServer(), await bareServer()];
    await open(page, own.origin, variant);
    const reads = await page.evaluate(canRead[variant.name], other.origin);
    expect(reads ? "yes" : "no").toBe(behaviour.otherOriginReads.answers[variant.name]);
    await own.close();
    await other.close();
  });

  test("If the server does not check the Origin, a page of another origin can post, or only until the server insists on JSON", async ({
    page,
    variant,
  }) => {
    const [own, other] = [await bareServer(), await bareServer()];
    await open(page, own.origin, variant);
    await page.evaluate(postTo[variant.name], { origin: other.origin, type: "text/plain" });
    expect(other.posted).toHaveLength(1); // without any rule it arrives, in each technique

    // A variant that takes the page for its own: its Origin check lets it in, and it does not see Sec-Fetch-Site. What is left is that a
    // POST must be JSON.
    const log = new RecordingLog();
    const closing = new AbortController();
    const serve = await serverOf(variant.name);
    const server = await serve(chatOf({ log, closing: closing.signal, publicOrigin: own.origin }));
    for (const event of ["request", "upgrade"])
      server.prependListener(event, ({ headers }: IncomingMessage) => delete headers["sec-fetch-site"]);
    const { port, stop } = await listenAsVariant(server, closing, 0);
    const origin = `${variant.scheme}://localhost:${port}`;
    for (const type of ["text/plain", "application/json"]) await page.evaluate(postTo[variant.name], { origin, type });
    const observed = log.since("").msg.length > 0 ? "yes" : "yes, unless it must be JSON";
    expect(observed).toBe(behaviour.otherOriginPosts.answers[variant.name]);
    await stop();
    await own.close();
    await other.close();
  });

  test("If the server refuses the connection, the page learns the status and the words, or only the words, or nothing", async ({
    page,
    variant,
  }) => {
    const words = "Your session is over.";
    const server = await refusingServer(words);
    // The server says both, to a request and to a handshake: a client that is not a browser can read it.
    for (const upgrade of [false, true])
      expect(await wires[0]!.request(server.port, { method: "GET", path: "/msgs", upgrade })).toMatchObject({
        status: 401,
        text: words,
      });

    await open(page, server.origin, variant);
    const learns = async (by: Parameters<(typeof refusal)["socket-io"]>[0]) => {
      const given = await page.evaluateHandle(refusal[variant.name], by);
      const texts = await given.evaluate(textsOf);
      const learned = [
        ...(texts.includes("401") ? ["the status"] : []),
        ...(texts.includes(words) ? ["the words"] : []),
      ];
      return learned.join(" and ") || "nothing";
    };
    let observed = await learns({ path: "/library", transport: "websocket" });
    if (variant.name === "socket-io") {
      expect(await learns({ path: "/library", transport: "polling" })).toBe(observed);
      expect(await learns({ path: "/msgs", transport: "websocket" })).toBe("nothing");
      expect(await learns({ path: "/msgs", transport: "polling" })).toBe("the status and the words");
      observed += ", if the library refuses (io.use); an HTTP refusal only by long polling";
    }
    expect(observed).toBe(behaviour.refused.answers[variant.name]);
    await server.close();
  });

  test("The Origin check keeps a page of another origin from reading and from posting", async ({
    page,
    stage,
    variant,
  }) => {
    const own = await bareServer();
    await open(page, own.origin, variant);
    for (const type of ["text/plain", "application/json"])
      await page.evaluate(postTo[variant.name], { origin: stage.url, type });
    expect(await page.evaluate(canRead[variant.name], stage.url)).toBe(false);
    expect(stage.log.sinceCalls).toEqual([]); // not even a list of messages was made for it
    expect(stage.log.since("").msg).toEqual([]);
    await own.close();
  });
});

test.describe("With a proxy that does not support Upgrade", () => {
  /** Opens the page for Ada, in a browser profile that may be set to use a proxy. */
  const enter = async (browser: Browser, url: string, proxy?: number) => {
    // Without "<-loopback>" a browser asks no proxy for a server on its own machine.
    const settings = proxy ? { proxy: { server: `http://127.0.0.1:${proxy}`, bypass: "<-loopback>" } } : {};
    const profile = await browser.newContext({ ignoreHTTPSErrors: true, ...settings });
    const ada = new Person("Ada", await profile.newPage(), url);
    await ada.opens();
    return { ada, leave: () => profile.close() };
  };

  test("Updates pass a forward proxy as plain responses, or through a tunnel that the browser asks for (CONNECT)", async ({
    browser,
    stage,
    variant,
  }) => {
    const proxy = forwardProxy();
    const requests: string[] = [];
    let tunnels = 0;
    proxy.on("request", ({ url }) => requests.push(url!)).on("connect", () => (tunnels += 1));
    const { ada, leave } = await enter(browser, stage.url, await listen(proxy));
    await stage.log.add({ user: "Bob", text: "hello" });
    await ada.eventuallyReads(["Bob: hello"]);
    expect(requests.length + tunnels).toBeGreaterThan(0);
    const longPolling = requests.some((url) => url.includes("transport=polling"));
    const observed = longPolling ? "yes, by long polling" : tunnels > 0 ? "yes, by CONNECT" : "yes";
    expect(observed).toBe(behaviour.forwardProxy.answers[variant.name]);
    await leave();
    proxy.close();
  });

  test("Updates pass a transparent proxy when TLS begins in the browser and ends at the server", async ({
    browser,
    variant,
  }) => {
    const proxy = net.createServer();
    const url = `https://localhost:${await listen(proxy)}`;
    const log = new RecordingLog();
    const server = await start(variant.name, { port: 0, log, publicOrigin: url });
    const reader = reverseProxy(variant.scheme, server.port, "buffered");
    // https is in front of the three that have none, on the same machine.
    const https = tls.createServer(await certificate(), (socket) => {
      const plain = net.connect(server.port, "127.0.0.1");
      socket.on("error", () => plain.destroy()).pipe(plain);
      plain.on("error", () => socket.destroy()).pipe(socket);
    });
    let readByProxy = 0;
    reader.on("request", () => (readByProxy += 1));
    proxy.on("connection", transparent(reader, variant.scheme === "https" ? server.port : await listen(https)));

    const { ada, leave } = await enter(browser, url);
    await log.add({ user: "Bob", text: "hello" });
    const arrives = await ada.eventuallyReads(["Bob: hello"]).then(
      () => "yes",
      () => "no",
    );
    expect(readByProxy).toBe(0);
    expect(arrives).toBe(behaviour.hiddenByTls.answers[variant.name]);
    await leave();
    await server.stop();
    proxy.close();
    https.close();
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
