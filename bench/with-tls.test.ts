import { once } from "node:events";
import { request } from "node:https";
import { connect } from "node:net";
import { json } from "node:stream/consumers";
import { expect, test } from "vitest";
import { converse, restart } from "./measure.ts";
import { parseOptions } from "./options.ts";
import { targets } from "./targets.ts";
import { startWithTls } from "./with-tls.ts";

const options = { ...parseOptions(["--quick"]), clients: 4 };
const find = (id: string) => targets.find((target) => target.id === id)!;

test("A variant over TLS knows that it is https, and does not answer without TLS", async () => {
  const running = await startWithTls("polling", { port: 0 });
  const post = request({
    port: running.port,
    method: "POST",
    path: "/msgs",
    rejectUnauthorized: false,
    headers: { "content-type": "application/json", origin: `https://127.0.0.1:${running.port}` },
  });
  post.end(JSON.stringify({ user: "Ada", text: "hello" }));
  const [response] = await once(post, "response");
  expect(await json(response)).toMatchObject({ user: "Ada", text: "hello" });

  const plain = connect(running.port, "127.0.0.1").end(`GET /msgs HTTP/1.1\r\nHost: 127.0.0.1:${running.port}\r\n\r\n`);
  plain.on("error", () => {}); // the server may reset it
  const read: Buffer[] = [];
  plain.on("data", (bytes) => read.push(bytes));
  await new Promise((resolve) => plain.on("close", resolve));
  expect(Buffer.concat(read).toString()).not.toContain("HTTP/1.1");
  await running.stop();
});

test("The bench counts what TLS adds to a WebSocket: 22 bytes for each record (RFC 8446, section 5.2)", async () => {
  const bytes = async (id: string) => (await converse(find(id), ["wire"], options))[0]!.metrics.bytesPerDelivery!;
  const [without, secure] = await Promise.all([bytes("raw-websockets"), bytes("raw-websockets-tls")]);
  expect(secure - without).toBeCloseTo(22, 0);
}, 60_000);

test("Clients reconnect over TLS after a restart", async () => {
  const [sample] = await restart(find("socket-io-tls"), options);
  expect(sample!.metrics.recoveryLast).toBeGreaterThan(0);
}, 60_000);
