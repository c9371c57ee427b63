// The side-by-side page behind a proxy: each port has a public https address of its own, as in a container in the cloud.
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { sideBySide } from "../compare/side-by-side.ts";
import { certificate } from "../http2-push/certificate.ts";
import { variants } from "../shared-server/variants.ts";
import { portProxy } from "./port-proxy.ts";
import { expect, test } from "./stage.ts";

for (const states of ["the browser's", "its own"] as const)
  test(`The four panes work behind a proxy that states ${states} Host and Origin`, async ({ page }) => {
    const secure = new Set<number>();
    const proxy = portProxy(secure, states, await certificate());
    await once(proxy.listen(0, "127.0.0.1"), "listening");
    const { port } = proxy.address() as AddressInfo;
    const server = await sideBySide(0, undefined, (_scheme, at) => `https://${at}.chat.localhost:${port}`);
    for (const { variant, tap } of server.panes) if (variant.scheme === "https") secure.add(tap.port);

    await page.goto(server.url);
    const pane = (name: string) => page.getByRole("region", { name, exact: true });
    for (const { name } of variants) {
      await expect(pane(name).locator(".state"), name).toHaveText("connected", { timeout: 30_000 });
      const chat = pane(name).frameLocator("iframe");
      await chat.getByLabel("Message", { exact: true }).fill(`hello from ${name}`);
      await chat.getByRole("button", { name: "Send" }).click();
    }
    const all = variants.map(({ name }) => `hello from ${name}`);
    for (const { name } of variants) {
      const texts = pane(name).frameLocator("iframe").locator("#messages .text");
      await expect(texts, name).toHaveText(all, { timeout: 30_000 });
    }

    await page.getByRole("button", { name: "cut", exact: true }).click();
    for (const { name } of variants)
      await expect(pane(name).locator(".outage"), name).toHaveText("cut, over", { timeout: 30_000 });
    for (const { name } of variants)
      await expect(pane(name).locator(".state"), name).toHaveText("connected", { timeout: 30_000 });

    await page.goto("about:blank");
    proxy.closeAllConnections();
    proxy.close();
    await server.stop();
  });
