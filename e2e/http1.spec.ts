// The pages of http2-push in a browser without HTTP/2: why an event stream should not run over HTTP/1.1.
import { variants } from "../shared-server/variants.ts";
import { expect, test } from "./stage.ts";

test.use({
  variant: variants.find(({ name }) => name === "http2-push")!,
  launchOptions: async ({ launchOptions }, use) =>
    use({ ...launchOptions, args: [...(launchOptions.args ?? []), "--disable-http2"] }),
});

test("Over HTTP/1.1 six tabs have an event stream, and the seventh tab does not load until one of them is closed", async ({
  enter,
  stage,
}) => {
  const [first, ...others] = await Promise.all(Array.from({ length: 6 }, () => enter("Ada")));
  await expect(first!.page.locator("#protocol")).toHaveText("http/1.1");
  expect(stage.tap.connections).toBe(6);

  let loaded = false;
  const seventh = enter("Ada").then(() => (loaded = true));
  await stage.log.add({ user: "Bob", text: "hello" });
  for (const person of [first!, ...others]) await person.eventuallyReads(["Bob: hello"]);
  await first!.waits(1_000); // longer than any of the six took
  expect(loaded).toBe(false);

  await first!.page.close();
  await seventh;
});
