// What the server of the side-by-side page does with a page that stops reading. Its routes are tested in side-by-side.test.ts.
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import net, { type AddressInfo } from "node:net";
import { afterEach, expect, test, vi } from "vitest";
import { site } from "./routes.ts";
import type { TappedVariant } from "./tapped-variant.ts";

const closing = new AbortController();
const server = createServer();
afterEach(() => {
  closing.abort();
  server.closeAllConnections();
  server.close();
});

test("The counters are not kept for a page that does not read them", async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const count = { bytes: 0, segments: 0 };
  const tap = { up: count, down: count, opened: 0, connections: 0 };
  const name = "x".repeat(4_000_000); // one event fills the buffers of the network
  const panes = [{ variant: { name }, url: "http://localhost", tap }] as unknown as TappedVariant[];
  server.on("request", site(`http://localhost:${port}`, panes, closing.signal, "dom"));
  const responses: ServerResponse[] = [];
  server.on("request", (_req, res) => responses.push(res));
  const watch = async () => {
    const socket = net.connect(port, "127.0.0.1");
    socket.write(`GET /taps HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`);
    await vi.waitUntil(() => responses.length > 0 && responses.at(-1)!.headersSent, { timeout: 5_000 });
    return socket;
  };

  const silent = (await watch()).pause();
  const [unread] = responses;
  responses.length = 0;
  await vi.waitUntil(() => unread!.writableNeedDrain, { timeout: 5_000 });
  const backlog = unread!.writableLength;

  // Meanwhile a page that reads receives three more events.
  let received = 0;
  (await watch()).on("data", (chunk: Buffer) => (received += chunk.length));
  await vi.waitUntil(() => received > 3 * name.length, { timeout: 10_000 });
  expect(unread!.writableLength).toBeLessThanOrEqual(backlog);
  silent.destroy();
});
