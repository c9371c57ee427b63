// Runs `npm start` as a person does: in a process of its own.
import { once } from "node:events";
import net from "node:net";
import { afterAll, describe, expect, it, vi } from "vitest";
import { loopbacks } from "../e2e/loopbacks.ts";
import { endAll, fails, fiveFree, runs, slowBundler } from "../e2e/process.ts";
import { join, wires } from "../e2e/wires.ts";
import { variants } from "../shared-server/variants.ts";

vi.setConfig({ testTimeout: 90_000, maxConcurrency: 2 });
afterAll(endAll);

const command = ["compare/npm-start.ts"];
const addresses = (out: string) => Array.from(out.matchAll(/localhost:(\d+)/g), ([, port]) => Number(port));

describe.concurrent("npm start", () => {
  it("prints all addresses, and ends on Ctrl-C while clients are connected, even when the signal arrives twice", async () => {
    const { said, port, kill, ended } = runs(command);
    const page = await port();
    await vi.waitUntil(() => addresses(said.out).length === 5, { timeout: 10_000, interval: 5 });
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
    expect(performance.now() - before).toBeLessThan(10_000); // 5 s, and as much for a busy machine
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
        `Port ${port + above} is in use. Stop the program that uses it, or add PORT=${port + 1_000} to the command.\n`,
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
    const { said, port, kill } = runs(command, {}, slowBundler);
    await port();
    await vi.waitUntil(() => addresses(said.out).length === 5, { timeout: 10_000, interval: 5 });
    const printed = performance.now();
    const [page, polling] = addresses(said.out);
    for (const script of [`${page}/main.js`, `${polling}/client.js`, `${polling}/wire.js`])
      expect((await fetch(`http://localhost:${script}`)).status).toBe(200);
    expect(performance.now() - printed).toBeLessThan((printed - begun) / 2);
    kill("SIGKILL");
  });

  it("with PUBLIC_ORIGIN, prints the public addresses, and answers a proxy that states them or its own", async () => {
    const { said, kill } = runs([...command, "PUBLIC_ORIGIN=https://chat-PORT.example.org"]);
    const origins = () =>
      Array.from(said.out.matchAll(/https:\/\/chat-(\d+)\.example\.org$/gm), ([url, port]) => ({ url, port }));
    await vi.waitUntil(() => origins().length === 5, { timeout: 60_000, interval: 10 });
    const [page, ...panes] = origins();
    const { url, port } = page!;

    const ask = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${port}${path}`, init);
    expect((await ask("/", { redirect: "manual" })).status).toBe(200); // fetch states this address as the Host
    expect((await ask("/", { headers: { Origin: "https://chat.example.org" } })).status).toBe(403);
    expect((await ask("/")).headers.get("Content-Security-Policy")).toContain(
      `frame-src ${panes.map((pane) => pane.url).join(" ")};`,
    );
    for (const [Origin, status] of [
      [url, 415],
      [`http://localhost:${port}`, 415],
      [`https://localhost:${port}`, 403],
      [panes[0]!.url, 403],
    ] as const)
      expect((await ask("/outages", { method: "POST", headers: { Origin } })).status, Origin).toBe(status);

    for (const [place, wire] of wires.entries()) {
      const pane = panes[place]!;
      const own = `${wire.scheme}://localhost:${pane.port}`;
      for (const [host, Origin] of [
        [new URL(pane.url).host, pane.url],
        [`localhost:${pane.port}`, own],
        [`127.0.0.1:${pane.port}`, pane.url],
      ] as const) {
        const ada = await join(wire, Number(pane.port), { headers: { Host: host, Origin } });
        await ada.says(`hello from ${host}`);
      }
      const get = (Host: string) => wire.request(Number(pane.port), { method: "GET", path: "/", headers: { Host } });
      expect((await get("chat-1.example.org")).status).toBe(403);
      const framed = await get(new URL(pane.url).host);
      expect(framed.headers["content-security-policy"]).toContain(`frame-ancestors ${url};`);
    }
    kill("SIGKILL");
  });

  it("with PUBLIC_ORIGIN on http, because there is no proxy, still has http2-push on https", async () => {
    const { said, kill } = runs(command, { PUBLIC_ORIGIN: "http://chat.example.org:PORT" });
    const found = () => Array.from(said.out.matchAll(/(https?):\/\/chat\.example\.org:\d+$/gm), ([, scheme]) => scheme);
    await vi.waitUntil(() => found().length === 5, { timeout: 60_000, interval: 10 });
    kill("SIGKILL");
    expect(found()).toEqual(["http", ...variants.map(({ scheme }) => scheme)]);
  });

  it("binds to HOST, and prints addresses that answer there and nowhere else", async () => {
    const { said, kill } = runs([...command, "HOST=127.0.0.2"]);
    const found = () => Array.from(said.out.matchAll(/https?:\/\/127\.0\.0\.2:(\d+)/g));
    await vi.waitUntil(() => found().length === 5, { timeout: 60_000, interval: 10 });
    for (const [address, port] of found()) {
      if (address.startsWith("http:")) expect((await fetch(`${address}/style.css`)).status, address).toBe(200);
      for (const loopback of loopbacks) {
        const refused = net.connect(Number(port), loopback);
        expect(await once(refused, "connect").catch(({ code }) => code)).toBe("ECONNREFUSED");
      }
    }
    kill("SIGKILL");
  });

  it("asks for the word PORT in PUBLIC_ORIGIN, because each pane has an address of its own", async () => {
    expect(await fails(command, { PUBLIC_ORIGIN: "https://chat.example.org" })).toContain(
      "must have the word PORT in it",
    );
  });

  it("explains what is wrong with the certificate", async () => {
    expect(await fails(command, { TLS_CERT: "nowhere.pem" })).toContain("TLS_CERT and TLS_KEY go together");
  });
});
