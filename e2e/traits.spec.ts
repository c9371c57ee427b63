// Where the techniques differ, found out in a browser. The answers are in compare/behaviour.ts, and in the README.
import type { Page } from "playwright/test";
import { behaviour, noticed } from "../compare/behaviour.ts";
import { limits } from "../shared-chat/limits.ts";
import type { Variant } from "../shared-server/variants.ts";
import { bareServer, bytes, connectAndGiveUp, postOnce, reach, receive, socketIoClient } from "./bare.ts";
import { expect, pageTiming, test } from "./stage.ts";

test("The page came over the protocol that the technique needs, and says so", async ({ ada, variant }) => {
  await expect(ada.page.locator("#protocol")).toHaveText(behaviour.protocol.answers[variant.name]);
});

test("While nobody looks at the page, the wire is as silent as the technique allows", async ({
  ada,
  stage,
  variant,
}) => {
  const crossed = () => stage.tap.up.bytes + stage.tap.down.bytes;
  await ada.looks(false);
  await ada.passes(pageTiming.request); // what was under way arrives
  const before = crossed();
  await ada.passes(pageTiming.watchdog); // long enough for a heartbeat, and for many polls
  expect(crossed() === before ? "nothing" : "heartbeats").toBe(behaviour.whileHidden.answers[variant.name]);
});

test("News come by themselves, or when the page asks", async ({ ada, stage, variant }) => {
  // The page asks no more once it is hidden. Whatever still arrives, the server has said of its own accord.
  await ada.looks(false);
  await ada.passes(pageTiming.request);
  await stage.log.add({ user: "Bob", text: "hello" });
  await ada.passes(2 * pageTiming.poll);
  expect((await ada.reads()).length === 1 ? "server" : "page").toBe(behaviour.speaksFirst.answers[variant.name]);
  await ada.looks(true);
  await ada.goesOnReading(["Bob: hello"]);
});

test("Eight tabs of one browser share their connections, or have one each", async ({ enter, stage, variant }) => {
  await enter("Ada");
  await Promise.all(Array.from({ length: 7 }, () => enter("Ada")));
  stage.tap.freeze(); // now none is answered: those who ask, ask at the same time
  const found = () => {
    const { connections } = stage.tap;
    return connections === 1 ? "one for all" : connections <= 6 ? "six at most, for all" : "one each";
  };
  await expect.poll(found).toBe(behaviour.connections.answers[variant.name]);
  if (found() === "one each") expect(stage.tap.connections).toBeGreaterThanOrEqual(8);
});

test.describe("Without our watchdog", () => {
  test.use({ timing: { ...pageTiming, watchdog: 60_000 } });

  test("A server that was unplugged is noticed by what the technique brings, or by our watchdog alone", async ({
    ada,
    stage,
    variant,
  }) => {
    const bounds = noticed.byPage({ ...limits, ...pageTiming });
    const longest = Math.max(...Object.values(bounds).filter((some) => some < Infinity));
    stage.tap.freeze();
    const timeout = 1_000 + Math.min(bounds[variant.name], longest);
    const found = await expect(ada.state)
      .toHaveText("reconnecting", { timeout })
      .then(
        () => "within",
        () => "no",
      );
    expect(behaviour.unpluggedServer.answers[variant.name].split(" ")[0]).toBe(found);
  });
});

test.describe("The technique alone", () => {
  /** Opens a page of this origin that has no script of ours, only what the technique brings. */
  const opens = async (page: Page, url: string, { name }: Variant) => {
    await page.goto(url);
    if (name === "socket-io") await page.evaluate(socketIoClient);
  };

  test("After a cut the technique comes back by itself, or leaves it to us", async ({ page, stage, variant }) => {
    await opens(page, `${stage.url}/style.css`, variant);
    const { asked } = stage.log;
    let gaveUp = false;
    page.evaluate(connectAndGiveUp[variant.name]).then(
      () => (gaveUp = true),
      () => {}, // the test ends before
    );
    await expect.poll(() => asked.length).toBe(1);
    const first = asked[0]!.update.cursor;
    stage.tap.cut();
    await expect.poll(() => gaveUp || asked.length === 2).toBe(true);

    const brings = variant.name === "socket-io" ? "the library" : "the browser";
    const gone = () =>
      new Promise((resolve) => {
        const source = new EventSource("/nope");
        source.addEventListener("error", () => resolve(source.readyState === EventSource.CLOSED));
      });
    const but =
      variant.name === "http2-push" && (await page.evaluate(gone)) ? "; after an answer but 200 our code" : "";
    expect(gaveUp ? "our code" : `${brings}${but}`).toBe(behaviour.returns.answers[variant.name]);
    expect(asked[1]?.since === first ? brings : "our code").toBe(behaviour.remembers.answers[variant.name]);
  });

  test("A post whose answer is lost may be sent again by the browser, or by nobody", async ({
    page,
    stage,
    variant,
  }) => {
    await opens(page, `${stage.url}/style.css`, variant);
    let posted = 0;
    const add = stage.log.add.bind(stage.log);
    stage.log.add = (input) => {
      if (input && ++posted === 1) stage.tap.cut();
      return add(input);
    };
    await page.evaluate(postOnce[variant.name]);
    expect(posted > 1 ? "by the browser, at times" : "only by us").toBe(behaviour.repeats.answers[variant.name]);
  });

  test("Bytes arrive as they were sent, or only text does", async ({ page, variant }) => {
    const server = await bareServer();
    await opens(page, server.origin, variant);
    const received = await page.evaluate(receive[variant.name]);
    expect(bytes.equals(Buffer.from(received)) ? "yes" : "no").toBe(behaviour.binary.answers[variant.name]);
    await server.close();
  });

  test("The browser keeps pages of another origin away, or leaves that to the server", async ({ page, variant }) => {
    const [here, there] = [await bareServer(), await bareServer()];
    await opens(page, here.origin, variant);
    const reached = await page.evaluate(reach[variant.name], there.origin);
    expect(reached ? "yes" : "no").toBe(behaviour.otherOrigin.answers[variant.name]);
    await here.close();
    await there.close();
  });
});

test.describe("When the next try is far away", () => {
  test.use({ timing: { ...pageTiming, retry: 60_000 } });

  test("nobody need wait for it: now means now", async ({ ada, stage }) => {
    await stage.stops();
    await expect(ada.state).toHaveText("reconnecting");
    await stage.starts();
    await ada.page.getByRole("button", { name: "now" }).click();
    await expect(ada.state).toHaveText("connected");
  });
});
