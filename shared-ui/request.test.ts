import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "vitest";
import { Refusal } from "../shared-chat/refusal.ts";
import { timing } from "./timing.ts";
import { RetryLater, request } from "./request.ts";

let server: Server;
const { request: limit } = timing;

afterEach(() => {
  timing.request = limit;
  server.closeAllConnections();
  server.close();
});

async function serve(listener: RequestListener): Promise<string> {
  server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const refuses = (status: number, headers: Record<string, string> = {}, body = '{"error":"In words."}') =>
  serve((_req, res) => res.writeHead(status, headers).end(body)).then((url) => request(url).catch((error) => error));

it("gives an answer back", async () => {
  const url = await serve((_req, res) => res.end("hello"));
  expect(await (await request(url)).text()).toBe("hello");
});

it.each([400, 403, 409, 413, 415, 422])("takes %i for a refusal, in the words of the server", async (status) => {
  const error = await refuses(status);
  expect(error).toBeInstanceOf(Refusal);
  expect(error).toMatchObject({ status, message: "In words." });
});

it.each([429, 500, 502, 503])("takes %i for later", async (status) => {
  expect(await refuses(status)).toMatchObject(new RetryLater("In words.", 0));
});

it("reads the pause that a server asks for in seconds", async () => {
  expect(await refuses(503, { "Retry-After": "7" })).toMatchObject({ after: 7_000 });
});

it("reads the pause that a server asks for as a date", async () => {
  const { after } = (await refuses(429, { "Retry-After": new Date(Date.now() + 60_000).toUTCString() })) as RetryLater;
  expect(after).toBeGreaterThan(50_000);
  expect(after).toBeLessThanOrEqual(60_000);
});

it("counts no further than a timer can", async () => {
  expect(await refuses(503, { "Retry-After": "99999999999" })).toMatchObject({ after: 2 ** 31 - 1 });
});

it.each(["soon", "-1", "Thu, 01 Jan 1970 00:00:00 GMT"])("waits no longer for a Retry-After of %j", async (value) => {
  expect(await refuses(503, { "Retry-After": value })).toMatchObject({ after: 0 });
});

it("finds words for an answer that has none", async () => {
  expect(await refuses(502, {}, "<html>")).toMatchObject(new RetryLater("Bad Gateway", 0));
});

it("gives up on a server that accepts and never answers", async () => {
  timing.request = 50;
  const url = await serve(() => {});
  await expect(request(url)).rejects.toMatchObject({ name: "TimeoutError" });
});
