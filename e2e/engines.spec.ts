// How the engines differ, observed. The questions and answers are in engines.ts. The servers are bare: no rule of ours is in them.
import { once } from "node:events";
import http from "node:http";
import http2 from "node:http2";
import type { AddressInfo, Server, Socket } from "node:net";
import { type Browser, type BrowserContext, expect, test as base } from "playwright/test";
import { WebSocketServer } from "ws";
import { Tap } from "../compare/tap.ts";
import { certificate } from "../http2-push/certificate.ts";
import { freePort } from "../shared-server/loopback.ts";
import { differences, type Engine, type EngineName } from "./engines.ts";
import { WebKit } from "./webkit.ts";

/** A browser that Playwright drives. */
class Driven implements Engine {
  readonly #context: BrowserContext;
  #page: Awaited<ReturnType<BrowserContext["newPage"]>> | undefined;

  private constructor(context: BrowserContext) {
    this.#context = context;
  }

  static async start(browser: Browser, ignoreHTTPSErrors = true): Promise<Driven> {
    const driven = new Driven(await browser.newContext({ ignoreHTTPSErrors }));
    await driven.newTab();
    return driven;
  }

  async open(url: string) {
    await this.#page!.goto(url).catch(() => {});
  }

  async newTab() {
    this.#page = await this.#context.newPage();
  }

  url = () => Promise.resolve(this.#page!.url());

  evaluate = <A, R>(run: (argument: A) => R | Promise<R>, argument?: A): Promise<R> =>
    this.#page!.evaluate(run as never, argument);

  close = () => this.#context.close();
}

/** Starts another browser of the same engine, with a profile of its own. */
type Start = (acceptCertificates?: boolean) => Promise<Engine>;

const test = base.extend<{ engine: Engine; server: Bare }, { start: Start }>({
  start: [
    async ({ browserName, playwright }, use) => {
      const browser = browserName === "webkit" ? undefined : await playwright[browserName].launch();
      await use((accept) => (browser ? Driven.start(browser, accept) : WebKit.start(accept)));
      await browser?.close();
    },
    { scope: "worker" },
  ],

  engine: async ({ start }, use) => {
    const engine = await start();
    await use(engine);
    await engine.close();
  },

  // oxlint-disable-next-line no-empty-pattern -- Playwright reads the dependencies of a fixture from this pattern
  server: async ({}, use) => {
    const server = new Bare();
    await use(server);
    await server.close();
  },
});

/** A server over HTTP/1.1 and one over HTTP/2, each behind a tap. */
class Bare {
  /** When each request came, by path. */
  readonly requests = new Map<string, { at: number; headers: http.IncomingHttpHeaders }[]>();
  readonly #open: { tap: Tap; server: Server; sockets: Set<Socket> }[] = [];

  /** Opens the server and returns its origin. */
  async http1(): Promise<{ origin: string; tap: Tap }> {
    const server = http.createServer({ keepAliveTimeout: 60_000 }, (req, res) => this.#answer(req, res));
    new WebSocketServer({ server }).on("connection", (socket, req) => {
      this.#count(req);
      socket.on("error", () => {}); // a reset
      if (req.url === "/restart") socket.close(1012, "restart");
    });
    return this.#behindTap("http", server);
  }

  async http2(): Promise<{ origin: string; tap: Tap }> {
    const server = http2.createSecureServer(await certificate(), (req, res) => this.#answer(req, res));
    return this.#behindTap("https", server);
  }

  async close() {
    for (const { tap, server, sockets } of this.#open) {
      await tap.close();
      server.close();
      for (const socket of sockets) socket.destroy();
    }
  }

  async #behindTap(scheme: string, server: Server) {
    const sockets = new Set<Socket>();
    server.on("connection", (socket: Socket) => sockets.add(socket));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const tap = await new Tap((server.address() as AddressInfo).port).open();
    this.#open.push({ tap, server, sockets });
    return { origin: `${scheme}://localhost:${tap.port}`, tap };
  }

  #count({ url = "", headers }: { url?: string | undefined; headers: http.IncomingHttpHeaders }): number {
    const before = this.requests.get(url) ?? [];
    this.requests.set(url, [...before, { at: performance.now(), headers }]);
    return before.length + 1;
  }

  #answer(req: http.IncomingMessage | http2.Http2ServerRequest, res: http.ServerResponse | http2.Http2ServerResponse) {
    const answer = res as http.ServerResponse; // what both have
    const count = this.#count(req);
    if (req.url === "/silence") return;
    if (req.url === "/post") {
      req.resume();
      // The first answer never arrives.
      req.on("end", () => (count === 1 ? this.#open.forEach(({ tap }) => tap.cut()) : answer.end()));
    } else if (req.url === "/stream") {
      answer.writeHead(200, { "Content-Type": "text/event-stream" });
      answer.write("data: hello\n\n");
    } else if (req.url === "/short-stream") {
      answer.writeHead(200, { "Content-Type": "text/event-stream" });
      answer.end("data: hello\n\n");
    } else {
      answer.writeHead(200, { "Content-Type": "text/html" });
      answer.end('<!doctype html><link rel="icon" href="data:,"><title>A bare page</title>');
    }
  }
}

/** Posts on a connection that was used before and breaks before the answer. */
async function repeats(engine: Engine, server: Bare, origin: string): Promise<string> {
  await engine.open(origin);
  await engine.evaluate(async () => {
    await (await fetch("/before")).text();
    await fetch("/post", { method: "POST", body: "once" }).catch(() => {});
  });
  return server.requests.get("/post")!.length > 1 ? "yes" : "no";
}

interface OpenSocket {
  socket: WebSocket;
  events: Promise<string[]>;
}

/** Opens a WebSocket, and keeps it in the page together with the events that end it. */
const openSocket = (path: string) =>
  new Promise<void>((resolve) => {
    const events: string[] = [];
    const socket = new WebSocket(path);
    socket.addEventListener("error", () => events.push("error"));
    const all = new Promise((ended) =>
      socket.addEventListener("close", ({ code }) => ended([...events, String(code)])),
    );
    Object.assign(globalThis, { socket, events: all });
    socket.addEventListener("open", () => resolve());
  });

const eventsOfSocket = () => (globalThis as unknown as OpenSocket).events;

/** How a fetch that is aborted with this reason fails, while the collector of garbage has much to do. */
const abortedFetch = async (onlySignal: boolean) => {
  const timeout = new AbortController();
  const hangUp = new AbortController();
  setTimeout(() => timeout.abort(new DOMException("No answer in time.", "TimeoutError")), 2_000);
  const failed = fetch("/silence", {
    signal: onlySignal ? AbortSignal.any([timeout.signal, hangUp.signal]) : timeout.signal,
  }).then(
    () => "answered",
    (error: Error) => error.name,
  );
  let garbage: unknown[] = [];
  const busy = setInterval(() => (garbage = Array.from({ length: 200_000 }, (_, n) => ({ n }))), 50);
  const never = new Promise<string>((resolve) => setTimeout(() => resolve("never"), 6_000));
  const outcome = await Promise.race([failed, never]);
  clearInterval(busy);
  return garbage.length > 0 ? outcome : "";
};

type Observe = (engine: Engine, server: Bare, start: Start) => Promise<string>;

const observe: Record<keyof typeof differences, Observe> = {
  repeatsOverHttp1: async (engine, server) => repeats(engine, server, (await server.http1()).origin),

  repeatsOverHttp2: async (engine, server) => repeats(engine, server, (await server.http2()).origin),

  async brokenStream(engine, server) {
    const { origin, tap } = await server.http2();
    await engine.open(origin);
    await engine.evaluate(
      () =>
        new Promise<void>((resolve) => {
          const source = new EventSource("/stream");
          const error = new Promise((noticed) => source.addEventListener("error", noticed));
          Object.assign(globalThis, { error });
          source.addEventListener("message", () => resolve());
        }),
    );
    tap.cut();
    return engine.evaluate(async () => {
      const { error } = globalThis as unknown as { error: Promise<Event> };
      const never = new Promise((resolve) => setTimeout(resolve, 8_000)); // the other two notice at once
      return (await Promise.race([error, never])) ? "yes" : "no";
    });
  },

  async eventSourceRetry(engine, server) {
    await engine.open((await server.http1()).origin);
    await engine.evaluate(() => void new EventSource("/short-stream"));
    const requests = () => server.requests.get("/short-stream") ?? [];
    await expect.poll(() => requests().length).toBeGreaterThan(1);
    const [first, second] = requests();
    return second!.at - first!.at < 4_500 ? "3 s" : "5 s"; // Firefox adds some tenths
  },

  async tabs(engine, server) {
    const { origin } = await server.http1();
    for (let tabs = 0; ; tabs++) {
      if (tabs > 0) await engine.newTab();
      const loaded = await Promise.race([
        engine.open(`${origin}/tab-${tabs}`).then(() => true),
        new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 10_000)),
      ]);
      if (!loaded) return String(tabs);
      await engine.evaluate(
        () => new Promise((resolve) => new EventSource("/stream").addEventListener("message", () => resolve(0))),
      );
    }
  },

  async webSocketDelay(engine, server) {
    const { origin, tap } = await server.http1();
    await engine.open(origin);
    tap.refuse();
    tap.cut();
    const times = await engine.evaluate(async () => {
      const begin = performance.now();
      const failures: number[] = [];
      while (failures.length < 8) {
        await new Promise((resolve) => new WebSocket("/").addEventListener("close", resolve)).then(() => {});
        failures.push(performance.now() - begin);
      }
      return failures;
    });
    return times.at(-1)! < 5_000 ? "no" : "yes, longer after each failure";
  },

  async closeCode(engine, server) {
    await engine.open((await server.http1()).origin);
    await engine.evaluate(openSocket, "/restart");
    return (await engine.evaluate(eventsOfSocket)).toReversed().join(", after an ");
  },

  async resetError(engine, server) {
    const { origin, tap } = await server.http1();
    await engine.open(origin);
    await engine.evaluate(openSocket, "/socket");
    tap.cut();
    return (await engine.evaluate(eventsOfSocket)).includes("error") ? "yes" : "no";
  },

  async silentClose(engine, server) {
    const { origin, tap } = await server.http1();
    await engine.open(origin);
    await engine.evaluate(openSocket, "/socket");
    tap.freeze();
    const time = await engine.evaluate(async () => {
      const { socket, events } = globalThis as unknown as OpenSocket;
      const begin = performance.now();
      socket.close();
      await Promise.race([events, new Promise((resolve) => setTimeout(resolve, 30_000))]);
      return performance.now() - begin;
    });
    return time < 10_000 ? "within 10 s" : time < 30_000 ? "within 30 s" : "not within 30 s";
  },

  async secFetch(engine, server) {
    await engine.open((await server.http1()).origin);
    await engine.evaluate(openSocket, "/socket");
    const { headers } = server.requests.get("/socket")![0]!;
    expect(headers.origin).toMatch(/^http:\/\/localhost:/); // all three say the origin
    return headers["sec-fetch-site"] === "same-origin" ? "yes" : "no";
  },

  async onlySignal(engine, server) {
    await engine.open((await server.http1()).origin);
    return (await engine.evaluate(abortedFetch, true)) === "never" ? "no" : "yes";
  },

  async abortReason(engine, server) {
    await engine.open((await server.http1()).origin);
    return engine.evaluate(abortedFetch, false);
  },

  async refusedFetch(engine, server) {
    const { origin, tap } = await server.http1();
    await engine.open(origin);
    tap.refuse();
    tap.cut();
    return engine.evaluate(() =>
      fetch("/").then(
        () => "answered",
        (error: Error) => error.message,
      ),
    );
  },

  async localhost(engine) {
    const servers = ["127.0.0.1", "[::1]"].map((address) =>
      http.createServer((_, res) =>
        res.setHeader("Content-Type", "text/html").end(`<!doctype html><title>${address}</title>`),
      ),
    );
    const [four, six] = servers as [http.Server, http.Server];
    const port = await freePort();
    four.listen(port, "127.0.0.1");
    await once(four, "listening");
    six.listen(port, "::1");
    const error = await once(six, "listening").catch((reason: NodeJS.ErrnoException) => reason);
    test.skip("code" in error && error.code === "EADDRNOTAVAIL", "This machine has no IPv6 loopback.");
    await engine.open(`http://localhost:${port}`);
    const used = await engine.evaluate(() => document.title);
    for (const server of servers) {
      server.close();
      server.closeAllConnections();
    }
    return used;
  },

  async certificate(_engine, server, start) {
    const { origin } = await server.http2();
    const strict = await start(false);
    await strict.open(origin);
    const errorPage = /^(chrome-error:|about:certerror)/;
    const arrives = expect.poll(() => strict.url(), { timeout: 3_000 }).toMatch(errorPage);
    await arrives.catch(() => {}); // it goes nowhere
    const [page = "nowhere"] = errorPage.exec(await strict.url()) ?? [];
    await strict.close();
    expect(server.requests.size).toBe(0); // not one request left the browser
    return page;
  },
};

for (const [key, { title, answers }] of Object.entries(differences))
  test(title, async ({ engine, server, start, browserName }) => {
    expect(await observe[key as keyof typeof differences](engine, server, start)).toBe(
      answers[browserName as EngineName],
    );
  });
