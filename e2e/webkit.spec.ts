// The promises that depend most on the engine, in WebKit. Its driver cannot set the timing of the page before the page's script
// runs, so the page has its real timing here, and the tests take as long as the outages of real life.
import { detectionTime } from "../compare/behaviour.ts";
import { limits } from "../shared-chat/limits.ts";
import { timing } from "../shared-ui/timing.ts";
import { expect, test as base } from "./stage.ts";
import { WebKit } from "./webkit.ts";
import { join, wires } from "./wires.ts";

const test = base.extend<object, { webkit: WebKit }>({
  webkit: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads the dependencies of a fixture from this pattern
    async ({}, use) => {
      const webkit = await WebKit.start();
      await use(webkit);
      await webkit.close();
    },
    { scope: "worker" },
  ],
});

/** The text of each element, from the top. */
const texts = (webkit: WebKit, selector: string) =>
  webkit.evaluate((css) => Array.from(document.querySelectorAll(css), (found) => found.textContent), selector);
const state = async (webkit: WebKit) => (await texts(webkit, "#state"))[0];
const reads = (webkit: WebKit) => texts(webkit, "#messages .text");

async function says(webkit: WebKit, text: string) {
  await webkit.fill("#text", text);
  await webkit.click("#compose button");
}

test("In WebKit the page connects, says something that another client reads, and reads what that client says", async ({
  webkit,
  stage,
  variant,
}) => {
  await webkit.open(stage.url);
  await expect.poll(() => state(webkit)).toBe("connected");
  const { host } = new URL(stage.url);
  const wire = wires.find(({ name }) => name === variant.name)!;
  const bob = await join(wire, stage.tap.port, { headers: { Host: host } });
  await webkit.fill("#user", "Ada");
  await says(webkit, "hello");
  expect(await bob.receives()).toMatchObject([{ user: "Ada", text: "hello" }]);
  await bob.post({ user: "Bob", text: "hi" });
  await expect.poll(() => reads(webkit)).toEqual(["hello", "hi"]);
  bob.leave();
});

test("In WebKit the page notices a silent server in time, keeps the text that is typed meanwhile, also over a reload, and sends it once when the server is back", async ({
  webkit,
  stage,
  variant,
}) => {
  await webkit.open(stage.url);
  await expect.poll(() => state(webkit)).toBe("connected");
  await webkit.fill("#user", "Ada");
  await says(webkit, "before");
  await expect.poll(() => reads(webkit)).toEqual(["before"]);

  const bound = Math.min(detectionTime.byPage({ ...limits, ...timing })[variant.name], timing.watchdog);
  stage.tap.freeze();
  // Half as much again, for a busy machine. Without our watchdog and time-outs it takes minutes, or for ever.
  await expect.poll(() => state(webkit), { timeout: 1.5 * bound }).toBe("reconnecting");
  await says(webkit, "meanwhile");
  await expect.poll(() => texts(webkit, "#outbox .text")).toEqual(["meanwhile"]);

  await stage.stops();
  stage.tap.thaw();
  await webkit.open(stage.url).catch(() => {}); // no server is running
  await stage.starts();
  await webkit.open(stage.url);
  await expect.poll(() => reads(webkit)).toEqual(["before", "meanwhile"]);
  await expect.poll(() => texts(webkit, "#outbox .text")).toEqual([]);
  expect(stage.log.since("").msg).toHaveLength(2);

  await test.step("and it comes back without a reload when the server restarts", async () => {
    await stage.stops();
    await expect.poll(() => state(webkit), { timeout: 1.5 * bound }).toBe("reconnecting");
    await says(webkit, "the end");
    await stage.starts();
    await expect.poll(() => reads(webkit), { timeout: 60_000 }).toEqual(["before", "meanwhile", "the end"]);
    await expect.poll(() => state(webkit), { timeout: 60_000 }).toBe("connected");
    expect(stage.log.since("").msg).toHaveLength(3);
  });
});
