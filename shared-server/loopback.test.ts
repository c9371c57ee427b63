import { once } from "node:events";
import { createServer } from "node:net";
import { expect, test, vi } from "vitest";
import { loopbacks } from "../e2e/loopbacks.ts";
import { freePort } from "./loopback.ts";

test("A free port is below those of outgoing connections, and no port is given twice", async () => {
  const ports = await Promise.all(Array.from({ length: 50 }, freePort));
  expect(new Set(ports).size).toBe(50);
  expect(Math.min(...ports)).toBeGreaterThan(1_023);
  expect(Math.max(...ports)).toBeLessThan(32_768);
});

test.each(loopbacks)("A port that is in use at %s is not free", async (address) => {
  const random = vi.spyOn(Math, "random");
  const used = await freePort();
  const server = createServer().listen(used, address);
  await once(server, "listening");
  random.mockReturnValueOnce((used - 11_000 + 0.5) / 10_000);
  vi.resetModules(); // a copy that has not given this port yet
  const { freePort: freePortElsewhere } = await import("./loopback.ts");
  expect(await freePortElsewhere()).not.toBe(used);
  expect(random.mock.results.map(({ value }) => value as number)).toContain((used - 11_000 + 0.5) / 10_000);
  server.close();
  random.mockRestore();
});
