import { once } from "node:events";
import { request } from "node:https";
import { connect } from "node:net";
import { json } from "node:stream/consumers";
import { afterEach, expect, test } from "vitest";
import { startWithTls } from "./with-tls.ts";

const running = await startWithTls("polling", { port: 0 });
afterEach(() => running.stop());

test("A variant over TLS knows that it is https, and does not answer without TLS", async () => {
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
});
