import { once } from "node:events";
import { createServer } from "node:http";
import net from "node:net";
import tls from "node:tls";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { fiveFree, isFree } from "../e2e/process.ts";
import { join, type Person, trusting, type Wire, wires } from "../e2e/wires.ts";
import { limits } from "../shared-chat/limits.ts";
import { start } from "../shared-server/start.ts";
import { type VariantName, variants } from "../shared-server/variants.ts";
import { type Kind, lasting } from "./outages.ts";
import type { Outage } from "./tapped-variant.ts";
import { sideBySide, type SideBySide } from "./side-by-side.ts";

vi.setConfig({ testTimeout: 15_000 });

const usual = { ...lasting };
limits.grace = 300;
let running: SideBySide;
const people: Person[] = [];
beforeAll(async () => {
  running = await sideBySide(0);
});
afterEach(async () => {
  Object.assign(lasting, usual);
  vi.restoreAllMocks();
  for (const person of people.splice(0)) person.leave();
});
afterAll(() => running.stop());

const until = (what: () => unknown) => expect.poll(what, { interval: 5, timeout: 10_000 });

const paneOf = (name: VariantName) => running.panes.find(({ variant }) => variant.name === name)!;

/** Somebody comes in at the tap of a pane, by the only name at which it is known there. */
async function comes(wire: Wire, returns = false): Promise<Person> {
  const { port } = paneOf(wire.name).tap;
  const person = await join(wire, port, { returns, headers: { Host: `localhost:${port}` } });
  people.push(person);
  return person;
}

/** Asks the side-by-side page's own server. */
async function asks(path: string, { headers, ...init }: RequestInit & { headers?: Record<string, string> } = {}) {
  const answer = await fetch(running.url + path, { redirect: "manual", headers: { ...headers }, ...init });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, text };
}

/** Orders an outage, as the page does. */
function orders(variant: string, kind: string, headers: Record<string, string> = {}) {
  const body = JSON.stringify({ variant, kind });
  return asks("/outages", {
    method: "POST",
    headers: { "Content-Type": "application/json", Origin: running.url, ...headers },
    body,
  });
}

type Told = Record<VariantName, { up: Count; down: Count; opened: number; connections: number; outage?: Outage }>;
type Count = { bytes: number; segments: number };

/** What the stream of numbers tells next. */
async function told(): Promise<Told> {
  const stop = new AbortController();
  const answer = await fetch(`${running.url}/taps`, { signal: stop.signal });
  let text = "";
  for await (const chunk of answer.body!) {
    text += Buffer.from(chunk).toString();
    if (text.includes("\n\n")) break;
  }
  stop.abort();
  return JSON.parse(/^event: taps\ndata: (.+)\n\n/.exec(text)![1]!) as Told;
}

describe("one chat", () => {
  test("What is said through one is read through all, by everybody in the same order", async () => {
    const cast = await Promise.all(wires.map((wire) => comes(wire)));
    await Promise.all(cast.flatMap((person, at) => [1, 2, 3].map((n) => person.says(`${wires[at]!.name} ${n}`))));
    for (const person of cast) await until(() => person.heard.length).toBe(12);
    const [first, ...others] = cast.map((person) => person.heard);
    expect(first!.map(({ id }) => id)).toEqual(Array.from({ length: 12 }, (_, i) => first![0]!.id + i));
    for (const heard of others) expect(heard).toEqual(first);
  });

  test("The panes are the four variants, at the addresses that their taps have", async () => {
    const { text } = await asks("/panes");
    expect(JSON.parse(text)).toEqual(
      variants.map(({ name, scheme, idea }) => ({
        name,
        url: `${scheme}://localhost:${paneOf(name).tap.port}`,
        idea,
      })),
    );
  });
});

describe("the numbers", () => {
  test("Every byte of a known request and of its answer is told, and nothing else", async () => {
    const before = await told();
    const { port } = paneOf("polling").tap;
    const socket = net.connect(port, "127.0.0.1");
    let answered = 0;
    socket.on("data", (chunk) => (answered += chunk.length));
    const request = `GET /?${"x".repeat(1_000)} HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`;
    socket.write(request);
    await until(() => answered).toBeGreaterThan(1_000);
    const during = await told();
    expect(during.polling.up.bytes - before.polling.up.bytes).toBe(request.length);
    expect(during.polling.down.bytes - before.polling.down.bytes).toBe(answered);
    expect(during.polling.up.segments - before.polling.up.segments).toBe(1);
    expect(during.polling.opened - before.polling.opened).toBe(1);
    expect(during.polling.connections - before.polling.connections).toBe(1);
    for (const name of ["http2-push", "raw-websockets", "socket-io"] as const)
      expect(during[name].up).toEqual(before[name].up);
    socket.destroy();
    await until(() => paneOf("polling").tap.connections).toBe(before.polling.connections);
  });

  test("They are told four times a second", async () => {
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

/** A connection on which a client asks a pane something, and may ask again. */
async function connection(name: VariantName) {
  const { variant, tap } = paneOf(name);
  const { port } = tap;
  const there = { port, host: "127.0.0.1" };
  const socket = variant.scheme === "https" ? tls.connect({ ...there, ...trusting }) : net.connect(there);
  const fate = { answers: 0, gone: "" };
  socket.on("data", () => (fate.answers += 1));
  socket.on("error", (error: NodeJS.ErrnoException) => (fate.gone = error.code ?? "error"));
  socket.on("close", () => (fate.gone ||= "closed"));
  const ask = () => socket.write(`HEAD /style.css HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`);
  ask();
  await until(() => fate.answers || fate.gone).toBeTruthy();
  return { fate, ask, end: () => socket.destroy() };
}

// The tap is the same for all four: once without TLS, once with.
describe.each(["polling", "http2-push"] as const)("an outage of %s", (name) => {
  const over = async () => {
    await vi.waitFor(() => paneOf(name).mustBeWell(), { interval: 5, timeout: 10_000 });
    return paneOf(name).outage!;
  };
  const begins = async (kind: Kind) => expect((await orders(name, kind)).status).toBe(202);

  test("cut: whoever is connected is reset, and may come back at once", async () => {
    const { fate } = await connection(name);
    await begins("cut");
    await until(() => fate.gone).toBe("ECONNRESET");
    (await connection(name)).end();
    expect(await over()).toMatchObject({ kind: "cut" });
  });

  test("freeze: nothing passes and nothing closes, until it is over; then all of it does", async () => {
    lasting.freeze = 300;
    const { fate, ask, end } = await connection(name);
    await begins("freeze");
    ask();
    const before = { ...fate };
    while ((paneOf(name).outage!.until ?? 0) - Date.now() > 50) {
      expect(fate).toEqual(before);
      await new Promise(setImmediate);
    }
    await until(() => fate.answers).toBe(before.answers + 1);
    expect(Date.now()).toBeGreaterThanOrEqual((await over()).since + 299);
    end();
  });

  test("slow: an answer takes 300 ms there and 300 ms back, until it is over", async () => {
    lasting.slow = 400;
    const { fate, ask, end } = await connection(name);
    await begins("slow");
    const asked = performance.now();
    ask();
    await until(() => fate.answers).toBe(2);
    expect(performance.now() - asked).toBeGreaterThanOrEqual(595);
    await over();
    expect(paneOf(name).tap.delay).toBe(0);
    end();
  });

  test("refuse: whoever is connected is cut and nobody gets in, until it is over", async () => {
    lasting.refuse = 200;
    const { fate } = await connection(name);
    await begins("refuse");
    await until(() => fate.gone).toBe("ECONNRESET");
    const { fate: refused } = await connection(name);
    expect(refused.gone).toBe("ECONNREFUSED");
    const { until: end } = await over();
    expect(end).toBeGreaterThanOrEqual(paneOf(name).outage!.since + 199);
    const { fate: welcome, end: leave } = await connection(name);
    expect(welcome.gone).toBe("");
    leave();
  });
});

describe.each(wires.map((wire) => [wire.name, wire] as const))("a restart of %s", (name, wire) => {
  test("says goodbye, comes back at the same address, and remembers", async () => {
    const ada = await comes(wire);
    const bob = await comes(wire, true);
    const { id } = await ada.says(`${name}, before`);
    await until(() => bob.heard.at(-1)?.id).toBe(id);
    expect((await orders(name, "restart")).status).toBe(202);
    // Between two polls nobody is there to say goodbye to, and most pollers never notice.
    if (name !== "polling") expect(await ada.ended).toMatch(wire.goodbye);
    await vi.waitFor(() => paneOf(name).mustBeWell(), { interval: 5, timeout: 10_000 });
    const cyd = await comes(wire);
    await cyd.says(`${name}, after`);
    await until(() => bob.heard.slice(-2).map(({ text }) => text)).toEqual([`${name}, before`, `${name}, after`]);
    expect(cyd.heard[0]?.id).toBe(1); // the whole chat
  });
});

describe("outages", () => {
  test("All four at once, and none begins when one of them is not over its last", async () => {
    lasting.freeze = 400;
    const { text } = await orders("socket-io", "freeze");
    expect(JSON.parse(text)).toEqual({
      "socket-io": { kind: "freeze", since: expect.any(Number), until: expect.any(Number) },
    });
    const refused = await orders("all", "cut");
    expect(refused.status).toBe(409);
    expect(JSON.parse(refused.text)).toEqual({ error: "socket-io: the last outage is not over yet." });
    expect(paneOf("polling").outage?.kind).not.toBe("cut");

    await until(async () => (await orders("all", "cut")).status).toBe(202);
    for (const pane of running.panes) expect(pane.outage?.kind).toBe("cut");
    expect((await told()).polling.outage).toEqual(paneOf("polling").outage);
  });

  test("A server that cannot come back says so on the console, and the next restart tries again", async () => {
    const words = vi.spyOn(console, "error").mockReturnValue();
    vi.stubEnv("TLS_CERT", "nowhere.pem");
    expect((await orders("http2-push", "restart")).status).toBe(202);
    await until(() => words.mock.calls.length).toBe(1);
    expect(words.mock.calls[0]![0]).toMatch(
      /^http2-push is not back after "restart": TLS_CERT and TLS_KEY go together/,
    );
    vi.unstubAllEnvs();
    await until(async () => (await orders("http2-push", "restart")).status).toBe(202);
    await comes(wires.find(({ name }) => name === "http2-push")!);
  });

  test.each(["freeze", "refuse", "slow", "restart"] as const)(
    "Everything stops in the middle of a %s",
    async (kind) => {
      const other = await sideBySide(0);
      const { port } = other.panes[2]!.tap;
      const ada = await join(wires[2]!, port, { headers: { Host: `localhost:${port}` } });
      const taps = await fetch(`${other.url}/taps`);
      const answer = await fetch(`${other.url}/outages`, {
        method: "POST",
        headers: { "Content-Type": "application/json", Origin: other.url },
        body: JSON.stringify({ variant: "all", kind }),
      });
      expect(answer.status).toBe(202);
      const begun = performance.now();
      await other.stop();
      expect(performance.now() - begun).toBeLessThan(1_500);
      await taps.text(); // it ends
      expect(await ada.ended).toBeTruthy();
      for (const pane of other.panes) {
        await vi.waitFor(() => pane.mustBeWell(), { timeout: 10_000 }); // nothing goes on that would open something again
        for (const { port: either } of [pane.tap, { port: pane.tap.target }]) expect(await isFree(either)).toBe(true);
      }
    },
  );

  test("When one port is in use nothing is left open", async () => {
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

describe("the control channel", () => {
  test("is the page's own: a request without its Origin is refused with words, before anything is read", async () => {
    const cut = vi.spyOn(paneOf("polling").tap, "cut");
    const { port } = new URL(running.url);
    for (const Origin of ["", "null", paneOf("socket-io").url, `http://127.0.0.1:${port}`, "https://evil.example"]) {
      const headers: Record<string, string> = { "Content-Type": "application/json", ...(Origin ? { Origin } : {}) };
      const { status, text } = await asks("/outages", { method: "POST", headers, body: "no JSON" });
      expect([Origin, status]).toEqual([Origin, 403]);
      expect(JSON.parse(text)).toEqual({ error: expect.stringMatching(/Origin/) });
    }
    expect(cut).not.toHaveBeenCalled();
  });

  test("is not known by another name", async () => {
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
    ["something", "cut", 422, "The variant is one of polling, http2-push, raw-websockets, socket-io, all."],
    ["polling", "explode", 422, "The kind is one of cut, freeze, slow, refuse, restart."],
    [undefined, undefined, 422, "The variant is one of"],
    ["polling", "__proto__", 422, "The kind is one of"],
  ])("refuses %s/%s with %d: %s", async (variant, kind, status, words) => {
    const answer = await orders(variant as string, kind as string);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.text).error).toContain(words);
  });

  test("refuses what is no JSON, too large or another method", async () => {
    const post = (body: string, headers: Record<string, string> = {}) =>
      asks("/outages", {
        method: "POST",
        headers: { "Content-Type": "application/json", Origin: running.url, ...headers },
        body,
      });
    expect((await post("{")).status).toBe(400);
    expect((await post("[]")).status).toBe(422);
    expect((await post(`"${"x".repeat(40_000)}"`)).status).toBe(413);
    expect((await post("{}", { "Content-Type": "text/plain" })).status).toBe(415);
    for (const method of ["GET", "PUT", "DELETE", "OPTIONS"]) {
      const { status, headers } = await asks("/outages", { method, headers: { Origin: running.url } });
      expect([method, status, headers.get("Allow")]).toEqual([method, 405, "POST"]);
    }
  });

  test.each(wires.map((wire) => [wire.name, wire] as const))(
    "does not exist on %s, side by side or alone",
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
            (await wire.knock(port, { method, path, headers, ...(method === "POST" ? { body } : {}) })).status,
          ).toBe(404);
        }
      await alone.stop();
    },
  );
});

describe("who may frame whom", () => {
  const policy = (value: unknown) =>
    Object.fromEntries(
      String(value)
        .split(";")
        .map((part) => [part.split(" ")[0], part.split(" ").slice(1).join(" ")]),
    );

  test("Nobody may frame the side-by-side page, which frames the four and nothing else, and runs only what is its own", async () => {
    const { headers } = await asks("/");
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

  test("Whoever asks for the page by another name of this machine is led to the one that may frame", async () => {
    const { port } = new URL(running.url);
    const answer = await fetch(`http://127.0.0.1:${port}/`, { redirect: "manual" });
    expect([answer.status, answer.headers.get("Location")]).toEqual([307, running.url]);
  });

  test.each(wires.map((wire) => [wire.name, wire] as const))(
    "%s may be framed by the side-by-side page, and alone by nobody",
    async (name, wire) => {
      const alone = await start(name, { port: 0 });
      const { port } = paneOf(name).tap;
      const page = { method: "GET", path: "/" };
      const framed = await wire.knock(port, { ...page, headers: { Host: `localhost:${port}` } });
      expect(policy(framed.headers["content-security-policy"])["frame-ancestors"]).toBe(running.url);
      expect(framed.headers["x-frame-options"]).toBeUndefined();
      expect(framed.headers["cross-origin-resource-policy"]).toBe("cross-origin");

      const own = await wire.knock(alone.port, page);
      expect(policy(own.headers["content-security-policy"])["frame-ancestors"]).toBe("'none'");
      expect(own.headers["x-frame-options"]).toBe("DENY");
      expect(own.headers["cross-origin-resource-policy"]).toBe("same-origin");
      expect(framed.text).toBe(own.text);
      await alone.stop();
    },
  );

  test.each(wires.map((wire) => [wire.name, wire] as const))(
    "%s with ?wire is the same page and three lines more, which come before its client",
    async (name, wire) => {
      const { port } = paneOf(name).tap;
      const ask = async (path: string) =>
        (await wire.knock(port, { method: "GET", path, headers: { Host: `localhost:${port}` } })).text;
      const more = [
        `<meta name="framed-by" content="${running.url}" />`,
        '<link rel="stylesheet" href="/wire.css" />',
        '<script type="module" src="/wire.js"></script>',
      ];
      const wired = await ask("/?wire");
      const lines = wired.split("\n");
      const at = lines.findIndex((line) => line.includes(more[0]!));
      expect(lines.slice(at, at + 4).map((line) => line.trim())).toEqual([
        ...more,
        '<script type="module" src="/client.js"></script>',
      ]);
      expect(lines.toSpliced(at, 3).join("\n")).toBe(await ask("/"));
      expect(await ask("/?wired")).toBe(await ask("/"));

      const alone = await start(name, { port: 0 });
      const own = await wire.knock(alone.port, { method: "GET", path: "/?wire" });
      expect(own.text).toBe(lines.toSpliced(at, 1).join("\n"));
      await alone.stop();
    },
  );
});
