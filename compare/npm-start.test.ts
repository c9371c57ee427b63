// Runs `npm start` as a person does: in a process of its own.
import { once } from "node:events";
import net from "node:net";
import { afterAll, describe, expect, it, vi } from "vitest";
import { loopbacks } from "../e2e/loopbacks.ts";
import { endAll, fails, fiveFree, runs } from "../e2e/process.ts";
import { join, wires } from "../e2e/wires.ts";
import { variants } from "../shared-server/variants.ts";

vi.setConfig({ testTimeout: 20_000, maxConcurrency: 2 });
afterAll(endAll);

const command = ["compare/npm-start.ts"];
const addresses = (out: string) => Array.from(out.matchAll(/localhost:(\d+)/g), ([, port]) => Number(port));

describe.concurrent("npm start", () => {
  it("prints all addresses, and ends on Ctrl-C while clients are connected, even when the signal arrives twice", async () => {
    const { said, port, kill, ended } = runs(command);
    const page = await port();
    await vi.waitUntil(() => addresses(said.out).length === 5, { timeout: 1_000, interval: 5 });
    const [, ...panes] = addresses(said.out);
    const lines = variants.map(({ name, scheme }, place) => `  ${name}: ${scheme}://localhost:${panes[place]}`);
    expect(said.out).toBe([`side by side: http://localhost:${page}`, ...lines, ""].join("\n"));

    const taps = await fetch(`http://localhost:${page}/taps`);
    const people = await Promise.all(
      wires.map((wire, place) => join(wire, panes[place]!, { headers: { Host: `localhost:${panes[place]}` } })),
    );
    await people[0]!.says("hello");
    for (const person of people) await person.receives(1);

    const before = performance.now();
    kill("SIGINT");
    kill("SIGINT");
    expect(await ended).toBe(0);
    expect(performance.now() - before).toBeLessThan(5_000);
    expect(await taps.text()).toContain("event: taps");
    expect(said.err).toBe("");
  });

  it.each(loopbacks.flatMap((address) => [0, 1, 4].map((above) => [above, address] as const)))(
    "names the port that is in use, if it is PORT + %d at %s",
    async (above, address) => {
      const port = await fiveFree(21_000 + 100 * above + 10 * loopbacks.indexOf(address));
      const taken = net.createServer().listen(port + above, address);
      await once(taken, "listening");
      expect(await fails(command, { PORT: String(port) })).toBe(
        `Port ${port + above} is in use. Stop the program that uses it, or choose another port: PORT=${port + 1_000}.\n`,
      );
      taken.close();
    },
  );

  it.each(["65532", "x"])(
    "refuses PORT=%s, because it is not a number that leaves four ports after it",
    async (PORT) => {
      expect(await fails(command, { PORT })).toBe(`PORT must be a number from 0 to 65531, not "${PORT}".\n`);
    },
  );

  it("prints its addresses when the scripts of all pages are ready", async () => {
    const begun = performance.now();
    const { said, port, kill } = runs(command);
    await port();
    await vi.waitUntil(() => addresses(said.out).length === 5, { timeout: 1_000, interval: 5 });
    const printed = performance.now();
    const [page, polling] = addresses(said.out);
    for (const script of [`${page}/main.js`, `${polling}/client.js`, `${polling}/wire.js`])
      expect((await fetch(`http://localhost:${script}`)).status).toBe(200);
    expect(performance.now() - printed).toBeLessThan((printed - begun) / 4);
    kill("SIGKILL");
  });

  it("explains what is wrong with the certificate", async () => {
    expect(await fails(command, { TLS_CERT: "nowhere.pem" })).toContain("TLS_CERT and TLS_KEY go together");
  });
});
