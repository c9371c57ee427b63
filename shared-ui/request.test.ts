import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it, vi } from "vitest";
import { Refusal } from "../shared-chat/refusal.ts";
import { timing } from "./timing.ts";
import { RetryLater, request } from "./request.ts";

let server: Server;
const { request: defaultTimeout } = timing;

afterEach(() => {
  vi.restoreAllMocks();
  timing.request = defaultTimeout;
  server.closeAllConnections();
  server.close();
});

async function serve(listener: RequestListener): Promise<string> {
  server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const errorFor = (status: number, headers: Record<string, string> = {}, body = '{"error":"The reason."}') =>
  serve((_req, res) => res.writeHead(status, headers).end(body)).then((url) => request(url).catch((error) => error));

it("returns the response", async () => {
  const url = await serve((_req, res) => res.end("hello"));
  expect(await (await request(url)).text()).toBe("hello");
});

it.each([400, 403, 409, 413, 415, 422])("turns %i into a Refusal with the message of the server", async (status) => {
  const error = await errorFor(status);
  expect(error).toBeInstanceOf(Refusal);
  expect(error).toMatchObject({ status, message: "The reason." });
});

it.each([429, 500, 502, 503])("turns %i into RetryLater", async (status) => {
  expect(await errorFor(status)).toMatchObject(new RetryLater("The reason.", 0));
});

it("reads a Retry-After in seconds", async () => {
  expect(await errorFor(503, { "Retry-After": "7" })).toMatchObject({ after: 7_000 });
});

it("reads a Retry-After that is a date", async () => {
  const { after } = (await errorFor(429, { "Retry-After": new Date(Date.now() + 60_000).toUTCString() })) as RetryLater;
  expect(after).toBeGreaterThan(50_000);
  expect(after).toBeLessThanOrEqual(60_000);
});

it("limits Retry-After to the longest delay of a timer", async () => {
  expect(await errorFor(503, { "Retry-After": "99999999999" })).toMatchObject({ after: 2 ** 31 - 1 });
});

it.each(["soon", "-1", "Thu, 01 Jan 1970 00:00:00 GMT"])("ignores a Retry-After of %j", async (value) => {
  expect(await errorFor(503, { "Retry-After": value })).toMatchObject({ after: 0 });
});

// HTTP/2 has no status text, and a proxy knows nothing of our JSON.
it.each(["<html>", "", "null", "[]", '{"error":""}', '{"error":{"code":7}}'])(
  "says the status when the response has no message: %j",
  async (body) => {
    expect(await errorFor(502, {}, body)).toMatchObject(new RetryLater("The server answered with status 502.", 0));
  },
);

it("times out when a server accepts the connection and never answers", async () => {
  timing.request = 50;
  const url = await serve(() => {});
  await expect(request(url)).rejects.toMatchObject({ name: "TimeoutError" });
});

// WebKit collects a signal of AbortSignal.any that only `fetch` holds: it never aborts.
it("times out without a signal that the browser may collect, also when the caller can abort", async () => {
  vi.spyOn(AbortSignal, "any").mockReturnValue(new AbortController().signal);
  timing.request = 50;
  const url = await serve(() => {});
  const { signal } = new AbortController();
  await expect(request(url, { signal })).rejects.toMatchObject({ name: "TimeoutError" });
});

it("ends when the caller aborts, before the answer and within it", async () => {
  const url = await serve((_req, res) => res.write("the beginning, "));
  const caller = new AbortController();
  const body = (await request(url, { signal: caller.signal })).text();
  caller.abort();
  await expect(body).rejects.toMatchObject({ name: "AbortError" });
  await expect(request(url, { signal: caller.signal })).rejects.toMatchObject({ name: "AbortError" });
});

it("closes the connection of a post that has no answer in time", async () => {
  timing.request = 50;
  let closed: Promise<unknown> | undefined;
  const url = await serve((req) => (closed = once(req.socket, "close")));
  await expect(request(url, { method: "POST" })).rejects.toMatchObject({ name: "TimeoutError" });
  await closed;
});

it("gives a long answer on a slow network the time that it takes, once it has begun", async () => {
  timing.request = 1_000;
  const url = await serve((_req, res) => {
    res.write("the beginning, ");
    setTimeout(() => res.end("and the end"), 1.5 * timing.request);
  });
  expect(await (await request(url)).text()).toBe("the beginning, and the end");
});
