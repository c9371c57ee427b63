// Where the techniques differ, as data, and asserted. A difference that is not in this table is a bug.
import type { VariantName } from "../shared-ui/server/variants.ts";
import { expect, pageNumbers, test } from "./chat.ts";

interface Traits {
  /** The protocol that the browser speaks to the server (ALPN, RFC 7301). */
  protocol: "http/1.1" | "h2";
  /** Whether news reach the page by themselves, or only when it asks. */
  speaksFirst: "server" | "page";
  /** Whether anything crosses the wire while nobody looks at the page. */
  whileHidden: "silent" | "heartbeat";
}

const traits: Record<VariantName, Traits> = {
  polling: { protocol: "http/1.1", speaksFirst: "page", whileHidden: "silent" },
  "http2-push": { protocol: "h2", speaksFirst: "server", whileHidden: "heartbeat" },
  "raw-websockets": { protocol: "http/1.1", speaksFirst: "server", whileHidden: "heartbeat" },
  "socket-io": { protocol: "http/1.1", speaksFirst: "server", whileHidden: "heartbeat" },
};

test("The page came over the protocol that the technique needs, and says so", async ({ ada, variant }) => {
  await expect(ada.page.locator("#protocol")).toHaveText(traits[variant.name].protocol);
});

test("While nobody looks at the page, the wire is as silent as the technique allows", async ({
  ada,
  stage,
  variant,
}) => {
  const crossed = () => stage.tap.up.bytes + stage.tap.down.bytes;
  await ada.looks(false);
  await ada.passes(pageNumbers.request); // what was under way arrives
  const before = crossed();
  await ada.passes(pageNumbers.watchdog); // long enough for a heartbeat, and for many polls
  expect(crossed() === before ? "silent" : "heartbeat").toBe(traits[variant.name].whileHidden);
});

test("News come by themselves, or when the page asks", async ({ ada, stage, variant }) => {
  // The page asks no more once it is hidden. Whatever still arrives, the server has said of its own accord.
  await ada.looks(false);
  await ada.passes(pageNumbers.request);
  await stage.log.add({ user: "Bob", text: "hello" });
  await ada.passes(2 * pageNumbers.poll);
  expect((await ada.reads()).length === 1 ? "server" : "page").toBe(traits[variant.name].speaksFirst);
  await ada.looks(true);
  await ada.goesOnReading(["Bob: hello"]);
});

test.describe("When the next try is far away", () => {
  test.use({ numbers: { ...pageNumbers, retry: 60_000 } });

  test("nobody need wait for it: now means now", async ({ ada, stage }) => {
    await stage.stops();
    await expect(ada.state).toHaveText("reconnecting");
    await stage.starts();
    await ada.page.getByRole("button", { name: "now" }).click();
    await expect(ada.state).toHaveText("connected");
  });
});
