// One chat, four servers: all variants share one log, each behind a tap, and a page shows them side by side.
import { createServer } from "node:http";
import { Log } from "../shared-chat/log.ts";
import { listen, type Running, start } from "../shared-server/start.ts";
import { variants } from "../shared-server/variants.ts";
import { site } from "./routes.ts";
import { type Address, type Start, TappedVariant } from "./tapped-variant.ts";

export interface SideBySide {
  /** The address of the page. */
  url: string;
  /** The four variants, in the order in which the techniques were invented. */
  panes: readonly TappedVariant[];
  /** Says goodbye to all clients, and resolves when the last connection is closed. It works during an outage, too. */
  stop(): Promise<void>;
}

/** Where they are reached on this machine. */
export const onLocalhost: Address = (scheme, port) => `${scheme}://localhost:${port}`;

/** Starts the variants in this process, on this log. */
export const onLog =
  (log: Log): Start =>
  (name, options) =>
    start(name, { ...options, port: 0, log });

/**
 * Starts everything: the page at this port, the variants at the four ports after it. 0 lets the system choose all five.
 * `host` is the one address to bind to (default: both loopback addresses), `address` where people reach each of the five,
 * `view` what draws the panes until somebody chooses another one.
 * @throws the error of `listen`, such as EADDRINUSE. Then nothing stays open.
 */
export async function sideBySide(
  port: number,
  host?: string,
  address: Address = onLocalhost,
  startVariant = onLog(new Log()),
  view = "dom",
): Promise<SideBySide> {
  const panes = variants.map((variant) => new TappedVariant(variant, startVariant, address));
  const server = createServer();
  const closing = new AbortController();
  let page: Running | undefined;

  async function stop() {
    await page?.stop();
    await Promise.all(panes.map((pane) => pane.stop()));
  }

  try {
    for (const [place, { tap }] of panes.entries()) await tap.open(port && port + 1 + place, host);
    page = await listen(server, closing, port, host);
    const url = address("http", page.port);
    server.on("request", site(url, panes, closing.signal, view));
    for (const pane of panes) await pane.start(url);
    return { url, panes, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
