import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import net from "node:net";
import tls from "node:tls";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { fiveFree, isFree } from "../e2e/process.ts";
import { join, type Person, trusting, type Wire, wires } from "../e2e/wires.ts";
import { limits } from "../shared-chat/limits.ts";
import { start } from "../shared-server/start.ts";
import { type VariantName, variants } from "../shared-server/variants.ts";
import { installedViews } from "../shared-server/views.ts";
import { documents } from "./documents.ts";
import type { Experiment } from "./experiments.ts";
import { durations, type Kind } from "./outages.ts";
import { sideBySide, type SideBySide } from "./side-by-side.ts";
import type { Outage } from "./tapped-variant.ts";

const usual = { ...durations };
limits.grace = 300;
let running: SideBySide;
const people: Person[] = [];
beforeAll(async () => {
  running = await sideBySide(0);
});
afterEach(async () => {
  Object.assign(durations, usual);
  vi.restoreAllMocks();
  for (const person of people.splice(0)) person.leave();
});
afterAll(() => running.stop());

const until = (value: () => unknown) => expect.poll(value, { interval: 5, timeout: 10_000 });

const paneOf = (name: VariantName) => running.panes.find(({ variant }) => variant.name === name)!;

/** Waits until the outage of a pane is over, and returns it. */
async function over(name: VariantName): Promise<Outage> {
  await vi.waitFor(() => paneOf(name).assertNoOutage(), { interval: 5, timeout: 10_000 });
  return paneOf(name).outage!;
}

/** A person connects through the tap of a pane. The Host must be the public origin of the variant. */
async function joins(wire: Wire, reconnects = false): Promise<Person> {
  const { port } = paneOf(wire.name).tap;
  const person = await join(wire, port, { reconnects, headers: { Host: `localhost:${port}` } });
  people.push(person);
  return person;
}

/** Sends a request to the server of the side-by-side page. */
async function request(path: string, { headers, ...init }: RequestInit & { headers?: Record<string, string> } = {}) {
  const response = await fetch(running.url + path, { redirect: "manual", headers: { ...headers }, ...init });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text };
}

/** Starts an outage, as the page does. */
function startOutage(variant: string, kind: string, headers: Record<string, string> = {}) {
  const body = JSON.stringify({ variant, kind });
  return request("/outages", {
    method: "POST",
    headers: { "Content-Type": "application/json", Origin: running.url, ...headers },
    body,
  });
}

type Taps = Record<VariantName, { up: Count; down: Count; opened: number; connections: number; outage?: Outage }>;
type Count = { bytes: number; segments: number };

/** The next event of the stream /taps. */
async function readTaps(): Promise<Taps> {
  const stop = new AbortController();
  const answer = await fetch(`${running.url}/taps`, { signal: stop.signal });
  let text = "";
  for await (const chunk of answer.body!) {
    text += Buffer.from(chunk).toString();
    if (text.includes("\n\n")) break;
  }
  stop.abort();
  return JSON.parse(/^event: taps\ndata: (.+)\n\n/.exec(text)![1]!) as Taps;
}

describe("The chat", () => {
  test("A message sent in one variant arrives in all four, in the same order everywhere", async () => {
    const cast = await Promise.all(wires.map((wire) => joins(wire)));
    await Promise.all(cast.flatMap((person, at) => [1, 2, 3].map((n) => person.says(`${wires[at]!.name} ${n}`))));
    for (const person of cast) await until(() => person.received.length).toBe(12);
    const [first, ...others] = cast.map((person) => person.received);
    expect(first!.map(({ id }) => id)).toEqual(Array.from({ length: 12 }, (_, i) => first![0]!.id + i));
    for (const received of others) expect(received).toEqual(first);
  });

  test("The panes are the four variants, at the addresses of their taps, each with the views that are installed", async () => {
    const { text } = await request("/panes");
    expect(JSON.parse(text)).toEqual(
      variants.map(({ name, scheme, idea }) => ({
        name,
        url: `${scheme}://localhost:${paneOf(name).tap.port}`,
        idea,
        views: installedViews(),
      })),
    );
  });
});

describe("What there is to read", () => {
  test("The experiments name the addresses of this page and of these panes", async () => {
    const { text } = await request("/experiments.json");
    const eightTabs = (JSON.parse(text) as Experiment[]).find(({ title }) => title.includes("Eight tabs"))!;
    expect(eightTabs.parts[0]!.text).toContain(paneOf("http2-push").url);
    expect(eightTabs.parts[0]!.text).toContain(paneOf("raw-websockets").url);
    for (const port of [3000, 3001, 3002, 3003, 3004]) expect(text).not.toContain(`localhost:${port}`);
  });

  test.each(Object.entries(documents))(
    "%s is a page, at %s, and each of its own links leads somewhere",
    async (file, path) => {
      const { status, headers, text } = await request(path);
      expect([status, headers.get("Content-Type")]).toEqual([200, "text/html; charset=utf-8"]);
      const [, title] = /^# (.+)$/m.exec(readFileSync(new URL(`../${file}`, import.meta.url), "utf8"))!;
      expect(text).toContain(`<title>${title}</title>`);
      expect(text).not.toMatch(/mermaid|\{\{/);
      for (const port of [3000, 3001, 3002, 3003, 3004]) expect(text).not.toContain(`localhost:${port}`);
      const links = new Set(Array.from(text.matchAll(/href="([^"]+)"/g), ([, to]) => to!));
      for (const to of links)
        if (to.startsWith("#")) expect(text, to).toContain(`id="${to.slice(1)}"`);
        else if (to.startsWith("/")) expect([to, (await request(to)).status]).toEqual([to, 200]);
        else expect(to).toMatch(/^(https?|data):/);
    },
  );

  test.each(["e2e/traits.spec.ts", "README.md", "polling/server.ts", "socket-io/client.ts"])(
    "%s is served as text",
    async (file) => {
      const { status, headers, text } = await request(`/${file}.txt`);
      expect([status, headers.get("Content-Type")]).toEqual([200, "text/plain; charset=utf-8"]);
      expect(text).toBe(readFileSync(new URL(`../${file}`, import.meta.url), "utf8"));
    },
  );
});

describe("The counters of the taps", () => {
  test("count every byte of a known request and its response, and nothing else", async () => {
    const before = await readTaps();
    const { port } = paneOf("polling").tap;
    const socket = net.connect(port, "127.0.0.1");
    let answered = 0;
    socket.on("data", (chunk) => (answered += chunk.length));
    const sent = `GET /?${"x".repeat(1_000)} HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`;
    socket.write(sent);
    await until(() => answered).toBeGreaterThan(1_000);
    const during = await readTaps();
    expect(during.polling.up.bytes - before.polling.up.bytes).toBe(sent.length);
    expect(during.polling.down.bytes - before.polling.down.bytes).toBe(answered);
    expect(during.polling.up.segments - before.polling.up.segments).toBe(1);
    expect(during.polling.opened - before.polling.opened).toBe(1);
    expect(during.polling.connections - before.polling.connections).toBe(1);
    for (const name of ["http2-push", "raw-websockets", "socket-io"] as const)
      expect(during[name].up).toEqual(before[name].up);
    socket.destroy();
    await until(() => paneOf("polling").tap.connections).toBe(before.polling.connections);
  });

  test("are sent four times a second", async () => {
    const stop = new AbortController();
    const begun = performance.now();
    const answer = await fetch(`${running.url}/taps`, { signal: stop.signal });
    expect(answer.headers.get("Content-Type")).toBe("text/event-stream");
    let text = "";
    for await (const chunk of answer.body!) {
      text += Buffer.from(chunk).toString();
      if (text.split("\n\n").length > 5) break;
    }
    stop.abort();
    const took = performance.now() - begun;
    expect(took).toBeGreaterThan(700);
    expect(took).toBeLessThan(2_500);
  });
});

/** A connection to a pane on which a client sends a request, and may send it again. */
async function connection(name: VariantName) {
  const { variant, tap } = paneOf(name);
  const { port } = tap;
  const address = { port, host: "127.0.0.1" };
  const socket = variant.scheme === "https" ? tls.connect({ ...address, ...trusting }) : net.connect(address);
  const seen = { responses: 0, end: "" };
  socket.on("data", () => (seen.responses += 1));
  socket.on("error", (error: NodeJS.ErrnoException) => (seen.end = error.code ?? "error"));
  socket.on("close", () => (seen.end ||= "closed"));
  const send = () => socket.write(`HEAD /style.css HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`);
  send();
  await until(() => seen.responses || seen.end).toBeTruthy();
  return { seen, send, close: () => socket.destroy() };
}

// The tap is the same for all four variants. Two are enough: one without TLS, one with TLS.
describe.each(["polling", "http2-push"] as const)("An outage of %s", (name) => {
  const begin = async (kind: Kind) => expect((await startOutage(name, kind)).status).toBe(202);

  test("cut: open connections are reset, and a new one succeeds at once", async () => {
    const { seen } = await connection(name);
    await begin("cut");
    await until(() => seen.end).toBe("ECONNRESET");
    (await connection(name)).close();
    expect(await over(name)).toMatchObject({ kind: "cut" });
  });

  test("freeze: nothing passes and nothing closes until it is over; then everything passes", async () => {
    durations.freeze = 300;
    const { seen, send, close } = await connection(name);
    await begin("freeze");
    send();
    const before = { ...seen };
    while ((paneOf(name).outage!.until ?? 0) - Date.now() > 50) {
      expect(seen).toEqual(before);
      await new Promise(setImmediate);
    }
    await until(() => seen.responses).toBe(before.responses + 1);
    expect(Date.now()).toBeGreaterThanOrEqual((await over(name)).since + 299);
    close();
  });

  test("slow: a request and its response are delayed by 300 ms each until it is over", async () => {
    durations.slow = 1_500; // long enough for both on a busy machine
    const { seen, send, close } = await connection(name);
    await begin("slow");
    const sent = performance.now();
    send();
    await until(() => seen.responses).toBe(2);
    expect(performance.now() - sent).toBeGreaterThanOrEqual(595);
    await over(name);
    expect(paneOf(name).tap.delay).toBe(0);
    close();
  });

  test("refuse: open connections are cut and new ones are refused until it is over", async () => {
    durations.refuse = 200;
    const { seen } = await connection(name);
    await begin("refuse");
    await until(() => seen.end).toBe("ECONNRESET");
    const { seen: refused } = await connection(name);
    expect(refused.end).toBe("ECONNREFUSED");
    const { until: end } = await over(name);
    expect(end).toBeGreaterThanOrEqual(paneOf(name).outage!.since + 199);
    const { seen: accepted, close } = await connection(name);
    expect(accepted.end).toBe("");
    close();
  });
});

describe.each(wires.map((wire) => [wire.name, wire] as const))("A restart of %s", (name, wire) => {
  test("closes the connections, and the new server has the same address and the same messages", async () => {
    const ada = await joins(wire);
    const bob = await joins(wire, true);
    const { id } = await ada.says(`${name}, before`);
    await until(() => bob.received.at(-1)?.id).toBe(id);
    expect((await startOutage(name, "restart")).status).toBe(202);
    // Between two polls there is no connection to close, and most polling clients never notice.
    if (name !== "polling") expect(await ada.ended).toMatch(wire.endOnShutdown);
    await over(name);
    const cyd = await joins(wire);
    await cyd.says(`${name}, after`);
    await until(() => bob.received.slice(-2).map(({ text }) => text)).toEqual([`${name}, before`, `${name}, after`]);
    expect(cyd.received[0]?.id).toBe(1); // all messages, from the first one
  });
});

describe("Outages", () => {
  test("An outage for all four starts on all of them, or on none while one still has an outage", async () => {
    durations.freeze = 400;
    const { text } = await startOutage("socket-io", "freeze");
    expect(JSON.parse(text)).toEqual({
      "socket-io": { kind: "freeze", since: expect.any(Number), until: expect.any(Number) },
    });
    const refused = await startOutage("all", "cut");
    expect(refused.status).toBe(409);
    expect(JSON.parse(refused.text)).toEqual({ error: "socket-io: the last outage is not over yet." });
    expect(paneOf("polling").outage?.kind).not.toBe("cut");

    await until(async () => (await startOutage("all", "cut")).status).toBe(202);
    for (const pane of running.panes) expect(pane.outage?.kind).toBe("cut");
    expect((await readTaps()).polling.outage).toEqual(paneOf("polling").outage);
  });

  test("A server that cannot come back is reported on the console, and the next restart tries again", async () => {
    const errors = vi.spyOn(console, "error").mockReturnValue();
    vi.stubEnv("TLS_CERT", "nowhere.pem");
    expect((await startOutage("http2-push", "restart")).status).toBe(202);
    await until(() => errors.mock.calls.length).toBe(1);
    expect(errors.mock.calls[0]![0]).toMatch(
      /^http2-push did not come back after "restart": TLS_CERT and TLS_KEY go together/,
    );
    vi.unstubAllEnvs();
    await until(async () => (await startOutage("http2-push", "restart")).status).toBe(202);
    await over("http2-push");
    await joins(wires.find(({ name }) => name === "http2-push")!);
  });

  test.each(["freeze", "refuse", "slow", "restart"] as const)(
    "Everything stops, even in the middle of a %s",
    async (kind) => {
      const other = await sideBySide(0);
      const { port } = other.panes[2]!.tap;
      const ada = await join(wires[2]!, port, { headers: { Host: `localhost:${port}` } });
      const taps = await fetch(`${other.url}/taps`);
      const response = await fetch(`${other.url}/outages`, {
        method: "POST",
        headers: { "Content-Type": "application/json", Origin: other.url },
        body: JSON.stringify({ variant: "all", kind }),
      });
      expect(response.status).toBe(202);
      const begun = performance.now();
      await other.stop();
      expect(performance.now() - begun).toBeLessThan(1_500);
      await taps.text(); // the stream ends
      expect(await ada.ended).toBeTruthy();
      for (const pane of other.panes) {
        await vi.waitFor(() => pane.assertNoOutage(), { timeout: 10_000 }); // no outage is left that would open a port again
        for (const { port: either } of [pane.tap, { port: pane.tap.target }]) expect(await isFree(either)).toBe(true);
      }
    },
  );

  test("When one port is in use, nothing stays open", async () => {
    const port = await fiveFree(22_000);
    for (const place of [0, 3]) {
      const taken = createServer().listen(port + place, "127.0.0.1");
      await once(taken, "listening");
      await expect(sideBySide(port)).rejects.toMatchObject({ code: "EADDRINUSE", port: port + place });
      taken.close();
      await once(taken, "close");
      for (const other of [0, 1, 2, 3, 4]) expect(await isFree(port + other)).toBe(true);
    }
  });
});

describe("The path /outages", () => {
  test("is for the page alone: a request without its Origin is refused with an explanation, before the body is read", async () => {
    const cut = vi.spyOn(paneOf("polling").tap, "cut");
    const { port } = new URL(running.url);
    for (const Origin of ["", "null", paneOf("socket-io").url, `http://127.0.0.1:${port}`, "https://evil.example"]) {
      const headers: Record<string, string> = { "Content-Type": "application/json", ...(Origin ? { Origin } : {}) };
      const { status, text } = await request("/outages", { method: "POST", headers, body: "not JSON" });
      expect([Origin, status]).toEqual([Origin, 403]);
      expect(JSON.parse(text)).toEqual({ error: expect.stringMatching(/Origin/) });
    }
    expect(cut).not.toHaveBeenCalled();
  });

  test("is not reachable under another Host", async () => {
    const { port } = new URL(running.url);
    for (const path of ["/", "/taps", "/panes", "/outages"]) {
      const socket = net.connect(Number(port), "127.0.0.1");
      let text = "";
      socket.on("data", (data) => (text += data.toString()));
      socket.write(
        `POST ${path} HTTP/1.1\r\nHost: evil.example:${port}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
      );
      await once(socket, "close");
      expect(text).toMatch(/^HTTP\/1.1 403 [^]+\(Host\)/);
    }
  });

  test.each([
    ["something", "cut", 422, "The variant must be one of polling, http2-push, raw-websockets, socket-io, all."],
    ["polling", "explode", 422, "The kind must be one of cut, freeze, slow, refuse, restart."],
    [undefined, undefined, 422, "The variant must be one of"],
    ["polling", "__proto__", 422, "The kind must be one of"],
  ])("refuses %s/%s with %d: %s", async (variant, kind, status, error) => {
    const response = await startOutage(variant as string, kind as string);
    expect(response.status).toBe(status);
    expect(JSON.parse(response.text).error).toContain(error);
  });

  test("refuses a body that is not JSON or too large, and another method", async () => {
    const post = (body: string, headers: Record<string, string> = {}) =>
      request("/outages", {
        method: "POST",
        headers: { "Content-Type": "application/json", Origin: running.url, ...headers },
        body,
      });
    expect((await post("{")).status).toBe(400);
    expect((await post("[]")).status).toBe(422);
    expect((await post(`"${"x".repeat(40_000)}"`)).status).toBe(413);
    expect((await post("{}", { "Content-Type": "text/plain" })).status).toBe(415);
    for (const method of ["GET", "PUT", "DELETE", "OPTIONS"]) {
      const { status, headers } = await request("/outages", { method, headers: { Origin: running.url } });
      expect([method, status, headers.get("Allow")]).toEqual([method, 405, "POST"]);
    }
  });

  test.each(wires.map((wire) => [wire.name, wire] as const))(
    "does not exist on %s, neither side by side nor alone",
    async (name, wire) => {
      const alone = await start(name, { port: 0 });
      for (const [port, host] of [
        [alone.port, `localhost:${alone.port}`],
        [paneOf(name).tap.port, `localhost:${paneOf(name).tap.port}`],
      ] as const)
        for (const [method, path] of [
          ["POST", "/outages"],
          ["GET", "/outages"],
          ["GET", "/taps"],
          ["GET", "/panes"],
        ] as const) {
          const headers = { Host: host, "Content-Type": "application/json" };
          const body = JSON.stringify({ variant: "all", kind: "cut" });
          expect(
            (await wire.request(port, { method, path, headers, ...(method === "POST" ? { body } : {}) })).status,
          ).toBe(404);
        }
      await alone.stop();
    },
  );
});

describe("Framing", () => {
  const policy = (value: unknown) =>
    Object.fromEntries(
      String(value)
        .split(";")
        .map((part) => [part.split(" ")[0], part.split(" ").slice(1).join(" ")]),
    );

  test("No page may frame the side-by-side page; it may frame the four variants only, and run only its own scripts", async () => {
    const { headers } = await request("/");
    const secure = paneOf("http2-push").url;
    expect(policy(headers.get("Content-Security-Policy"))).toEqual({
      "default-src": "'none'",
      "script-src": "'self'",
      "style-src": "'self'",
      "img-src": "data:",
      "connect-src": `'self' ${secure}`,
      "frame-src": running.panes.map(({ url }) => url).join(" "),
      "base-uri": "'none'",
      "form-action": "'none'",
      "frame-ancestors": "'none'",
      "require-trusted-types-for": "'script'",
    });
    expect(headers.get("X-Frame-Options")).toBe("DENY");
  });

  test("A request for the page at 127.0.0.1 is redirected to localhost, the origin that may frame the variants", async () => {
    const { port } = new URL(running.url);
    const response = await fetch(`http://127.0.0.1:${port}/`, { redirect: "manual" });
    expect([response.status, response.headers.get("Location")]).toEqual([307, running.url]);
  });

  test.each(wires.map((wire) => [wire.name, wire] as const))(
    "The side-by-side page may frame %s; alone, no page may frame it",
    async (name, wire) => {
      const alone = await start(name, { port: 0 });
      const { port } = paneOf(name).tap;
      const page = { method: "GET", path: "/" };
      const framed = await wire.request(port, { ...page, headers: { Host: `localhost:${port}` } });
      expect(policy(framed.headers["content-security-policy"])["frame-ancestors"]).toBe(running.url);
      expect(framed.headers["x-frame-options"]).toBeUndefined();
      expect(framed.headers["cross-origin-resource-policy"]).toBe("cross-origin");

      const own = await wire.request(alone.port, page);
      expect(policy(own.headers["content-security-policy"])["frame-ancestors"]).toBe("'none'");
      expect(own.headers["x-frame-options"]).toBe("DENY");
      expect(own.headers["cross-origin-resource-policy"]).toBe("same-origin");
      expect(framed.text).toBe(own.text);
      await alone.stop();
    },
  );

  test.each(wires.map((wire) => [wire.name, wire] as const))(
    "The page of %s with ?wire has three more lines before its client, and is the same otherwise",
    async (name, wire) => {
      const { port } = paneOf(name).tap;
      const read = async (path: string) =>
        (await wire.request(port, { method: "GET", path, headers: { Host: `localhost:${port}` } })).text;
      const more = [
        `<meta name="framed-by" content="${running.url}" />`,
        '<link rel="stylesheet" href="/wire.css" />',
        '<script type="module" src="/wire.js"></script>',
      ];
      const wired = await read("/?wire");
      const lines = wired.split("\n");
      const at = lines.findIndex((line) => line.includes(more[0]!));
      expect(lines.slice(at, at + 4).map((line) => line.trim())).toEqual([
        ...more,
        '<script type="module" src="/client.js"></script>',
      ]);
      expect(lines.toSpliced(at, 3).join("\n")).toBe(await read("/"));
      expect(await read("/?wired")).toBe(await read("/"));

      const alone = await start(name, { port: 0 });
      const own = await wire.request(alone.port, { method: "GET", path: "/?wire" });
      expect(own.text).toBe(lines.toSpliced(at, 1).join("\n"));
      await alone.stop();
    },
  );
});
