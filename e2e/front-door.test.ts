// What happens before a request reaches a technique: at which address it arrives, how large its head may be, how long it may
// take, and which headers every answer has. One suite, run four times.
import { once } from "node:events";
import http from "node:http";
import http2 from "node:http2";
import https from "node:https";
import net from "node:net";
import { text as read } from "node:stream/consumers";
import tls from "node:tls";
import { describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { limits } from "../shared-chat/limits.ts";
import { heads } from "../shared-server/heads.ts";
import type { Options } from "../shared-server/start.ts";
import { hasIPv6, loopbacks } from "./loopbacks.ts";
import { cleanUp, open as openServer } from "./until-the-end.ts";
import { hangUp, type HttpRequest, type HttpResponse, join, sendRaw, trusting, type Wire, wires } from "./wires.ts";

/** Starts a variant until the end of the test. */
async function open(wire: Wire, options?: Partial<Options>) {
  const opened = await openServer(wire, options);
  return { ...opened, request: (request: HttpRequest) => wire.request(opened.port, request) };
}

const byName = wires.map((wire) => [wire.name, wire] as const);
const named = (name: string) => wires.find((wire) => wire.name === name)!;
const get = (path: string, headers: Record<string, string> = {}): HttpRequest => ({ method: "GET", path, headers });
const engine = "/socket.io/?EIO=4&transport=polling";

/** Sends one request as HTTP/1.1, over TLS where the variant has it. The server closes the connection after it answered. */
function sendHttp1(wire: Wire, port: number, lines: string[]): Promise<string> {
  const request = [...lines, `Host: localhost:${port}`, "Connection: close", "", ""].join("\r\n");
  return sendRaw(port, request, wire.scheme === "https" ? trusting : undefined);
}

/** The headers of an answer that was read as text. */
function parse(answer: string): HttpResponse {
  const [head = "", text = ""] = answer.split("\r\n\r\n", 2);
  const [status, ...fields] = head.split("\r\n");
  const headers = Object.fromEntries(
    fields.map((field) => [field.slice(0, field.indexOf(":")).toLowerCase(), field.slice(field.indexOf(":") + 2)]),
  );
  return { status: Number(status?.split(" ")[1]), headers, text };
}

describe.each(byName)("%s", (_name, wire) => {
  it("forbids caches to keep an answer, and browsers to guess its type, whatever its status", async () => {
    const { log, port, request } = await open(wire);
    const answers: Record<string, HttpResponse> = {};
    for (const refused of wire.refusals) answers[refused.for] = await request(refused.request);
    for (const { request: endpoint } of wire.endpoints.filter(({ request: { upgrade } }) => !upgrade)) {
      answers[`${endpoint.method} ${endpoint.path}`] = await request(endpoint);
      answers[`${endpoint.method} ${endpoint.path} of another Host`] = await request({
        ...endpoint,
        headers: { ...endpoint.headers, Host: "evil.example" },
      });
    }
    answers["a broken request"] = parse(await sendHttp1(wire, port, ["GET / HTTP/1.1", "no header"]));
    if (wire.name === "http2-push")
      answers["HTTP/2.0 as text"] = parse(await sendHttp1(wire, port, ["GET / HTTP/2.0"]));
    const upgrade = wire.endpoints.find(({ request: endpoint }) => endpoint.upgrade);
    if (upgrade)
      answers["an upgrade for another Host"] = parse(
        await sendRaw(
          port,
          `GET ${upgrade.request.path} HTTP/1.1\r\nHost: evil.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
        ),
      );
    if (wire.name === "polling") {
      answers["nothing new"] = await request(get(`/msgs?since=${log.since("").cursor}`));
      expect(answers["nothing new"].status).toBe(204);
    }
    if (wire.name === "socket-io") {
      const { sid } = JSON.parse((await request(get(engine))).text.slice(1));
      answers["a packet"] = await request({ method: "POST", path: `${engine}&sid=${sid}`, body: "40" });
      answers["a poll"] = await request(get(`${engine}&sid=${sid}`));
      answers["an unknown session"] = await request(get(`${engine}&sid=nobody`));
      answers["an unknown transport"] = await request(get("/socket.io/?EIO=4&transport=pigeon"));
    }
    for (const [what, { status, headers }] of Object.entries(answers)) {
      const page = what === "GET /"; // the browser may keep it, and asks each time whether it is still the same
      expect(String(headers["cache-control"]), `${what}: ${status}`).toMatch(page ? "no-cache" : /^no-store(,|$)/);
      expect(headers["x-content-type-options"], `${what}: ${status}`).toBe("nosniff");
    }
  });

  describe("the head of a request", () => {
    const cookies = (count: number, length: number) =>
      Array.from({ length: count }, (_, n) => `c${n}=${"x".repeat(length)}`).join("; ");

    /** Asks for the page with these cookies: over HTTP/1.1, and over HTTP/2 where the variant has it. */
    async function ask(port: number, cookie: string): Promise<HttpResponse[]> {
      const overHttp1 = parse(await sendHttp1(wire, port, ["GET /style.css HTTP/1.1", `Cookie: ${cookie}`]));
      if (wire.scheme === "http") return [overHttp1];
      const session = http2.connect(`https://localhost:${port}`, {
        ...trusting,
        maxSendHeaderBlockLength: 1024 * 1024,
      });
      session.on("error", () => {});
      await once(session, "remoteSettings");
      // As browsers do: each cookie is a field of its own (RFC 9113, section 8.2.3).
      const stream = session.request({ ":path": "/style.css", cookie: cookie.split("; ") });
      const [headers] = await once(stream, "response");
      const overHttp2 = { status: headers[":status"], headers, text: await read(stream) };
      hangUp(session);
      return [overHttp1, overHttp2];
    }

    it.each([
      ["20 kB of cookies", cookies(5, 4_000)],
      ["180 cookies, as many as a browser keeps for one host", cookies(180, 100)],
    ])("may bring %s: those of every project on localhost arrive here", async (_what, cookie) => {
      const { port } = await open(wire);
      for (const { status } of await ask(port, cookie)) expect(status).toBe(200);
    });

    it("that is larger than 64 KiB is answered with 431, in words", async () => {
      const { port } = await open(wire);
      for (const answer of await ask(port, cookies(20, 4_000))) {
        expect(answer.status).toBe(431);
        expect(JSON.parse(answer.text).error).toMatch(/64 KiB.*cookies.*localhost/);
        expect(answer.headers["x-content-type-options"]).toBe("nosniff");
      }
    });

    it("that is larger than 64 KiB is answered with 431 on a connection that was used before, too", async () => {
      const { port } = await open(wire);
      const socket = await connect(wire, port);
      let answers = "";
      socket.on("data", (data: Buffer) => (answers += data.toString()));
      socket.write(`GET /style.css HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`);
      await vi.waitUntil(() => answers.includes("\r\n\r\n"), { interval: 5, timeout: 5_000 });
      socket.write(`GET /style.css HTTP/1.1\r\nHost: localhost:${port}\r\nCookie: ${cookies(20, 4_000)}\r\n\r\n`);
      await closed(socket);
      expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 200", "HTTP/1.1 431"]);
    });

    it("that drips in is answered with 408, and the connection is closed", async () => {
      heads.time = 300;
      const { port } = await open(wire);
      const socket = await connect(wire, port);
      let answer = "";
      socket.on("data", (data: Buffer) => (answer += data.toString()));
      socket.write("GET / HTTP/1.1\r\n");
      const drip = setInterval(() => socket.write("a: b\r\n"), 50);
      await closed(socket);
      clearInterval(drip);
      expect(answer).toMatch(/^HTTP\/1\.1 408 .*"error":"[A-Z].*\."\}$/s);
    });
  });

  describe("its address", () => {
    it("answers at 127.0.0.1 and at [::1]: a browser tries both for localhost", async () => {
      const { port } = await open(wire);
      for (const address of loopbacks) {
        const socket = await connect(wire, port, address);
        let answer = "";
        socket.on("data", (data: Buffer) => (answer += data.toString()));
        socket.write(`GET /style.css HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: close\r\n\r\n`);
        await closed(socket);
        expect(answer, address).toMatch(/^HTTP\/1\.1 200 /);
      }
    });

    it.runIf(hasIPv6)("is not taken when another server is at [::1] with this port", async () => {
      const other = net.createServer().listen(0, "::1");
      await once(other, "listening");
      cleanUp.push(() => other.close());
      const { port } = other.address() as net.AddressInfo;
      await expect(open(wire, { port })).rejects.toMatchObject({ code: "EADDRINUSE", port });
      await expect(connect(wire, port, "127.0.0.1")).rejects.toMatchObject({ code: "ECONNREFUSED" });
    });

    it("is free again at both loopback addresses after a stop, with a client connected at each", async () => {
      limits.grace = 100;
      const { port, stop } = await open(wire);
      const sockets = await Promise.all(loopbacks.map((address) => connect(wire, port, address)));
      await stop();
      for (const address of loopbacks)
        await expect(connect(wire, port, address)).rejects.toMatchObject({ code: "ECONNREFUSED" });
      await Promise.all(sockets.map(closed));
      await open(wire, { port });
    });

    it("is only the one that HOST names, and requests may name it", async () => {
      const { port } = await open(wire, { host: "127.0.0.2" }); // Linux has all of 127.0.0.0/8
      for (const address of loopbacks)
        await expect(connect(wire, port, address)).rejects.toMatchObject({ code: "ECONNREFUSED" });
      const socket = await connect(wire, port, "127.0.0.2");
      const ours = `127.0.0.2:${port}`;
      let answer = "";
      socket.on("data", (data: Buffer) => (answer += data.toString()));
      socket.write(
        `GET /style.css HTTP/1.1\r\nHost: ${ours}\r\nOrigin: ${wire.scheme}://${ours}\r\nConnection: close\r\n\r\n`,
      );
      await closed(socket);
      expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    });

    it.each([
      ["https://chat.example.org", "chat.example.org:443"],
      ["http://chat.example.org", "chat.example.org:80"],
    ])("is %s, also when a Host states the default port: %s", async (publicOrigin, Host) => {
      const { request } = await open(wire, { publicOrigin });
      for (const endpoint of wire.endpoints) {
        const headers = { ...endpoint.request.headers, Host };
        expect((await request({ ...endpoint.request, headers })).status).toBe(endpoint.status);
      }
      expect((await request(get("/", { Host: "chat.example.org:8443" }))).status).toBe(403);
    });
  });

  // A server that does not want the other protocol answers as if nobody had offered it (RFC 9110, section 7.8).
  describe.each([
    ["h2c", { Connection: "Upgrade, HTTP2-Settings", "HTTP2-Settings": "AAMAAABkAAQAoAAAAAIAAAAA" }],
    ["TLS/1.2", { Connection: "Upgrade" }],
    ["websocket2, h2c", { Connection: "keep-alive, Upgrade" }],
  ])("an upgrade to %s", (Upgrade, connection) => {
    it("is answered as plain HTTP, with its body, on a connection that stays open", async () => {
      const { port } = await open(wire);
      const { Agent, request } = wire.scheme === "https" ? https : http;
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      cleanUp.push(() => agent.destroy());
      const sockets = new Set<net.Socket>();

      /** The status, and how the text begins: a second post or handshake brings another id. */
      async function answer({ method, path, headers, body, chunked }: HttpRequest, offer: Record<string, string>) {
        const length = body !== undefined && !chunked ? { "Content-Length": Buffer.byteLength(body) } : {};
        const outgoing = request({
          host: "127.0.0.1",
          port,
          method,
          path,
          agent,
          headers: { ...headers, ...length, ...offer },
          ...trusting,
        });
        outgoing.on("socket", (socket) => sockets.add(socket)).end(body);
        const [response] = (await once(outgoing, "response")) as [http.IncomingMessage];
        const text = await read(response);
        return [response.statusCode, text.slice(0, 8).replace(/\d+/, "N")];
      }

      const plain = [...wire.endpoints, ...wire.refusals].map(({ request: asked }) => asked);
      const page = Array.from({ length: 12 }, () => get("/style.css"));
      for (const asked of [...plain, ...page].filter(({ upgrade, method }) => !upgrade && method !== "HEAD"))
        expect(await answer(asked, { Upgrade, ...connection }), JSON.stringify(asked)).toEqual(await answer(asked, {}));
      expect(sockets.size).toBe(1);
    });
  });
});

describe("socket-io", () => {
  it.each(["j=0", "j=", "%6A=1"])("refuses JSONP (%s), which would let the page of any site read", async (query) => {
    const { request } = await open(named("socket-io"));
    const answer = await request(get(`${engine}&${query}`));
    expect(answer.status).toBe(403);
    expect(JSON.parse(answer.text)).toEqual({ error: expect.stringMatching(/JSONP/) });
  });
});

describe("http2-push", () => {
  it("resets a request with more headers than the limit", async () => {
    const { port } = await open(named("http2-push"));
    const session = http2.connect(`https://localhost:${port}`, { ...trusting, maxSendHeaderBlockLength: 1024 * 1024 });
    session.on("error", () => {});
    await once(session, "remoteSettings");
    const cookie = Array.from({ length: heads.fields + 1 }, () => "c=1");
    const stream = session.request({ ":path": "/", cookie });
    await expect(once(stream, "response")).rejects.toMatchObject({ code: "ERR_HTTP2_STREAM_ERROR" });
    hangUp(session);
  });

  it("closes a connection on which the head of an HTTP/2 request drips in", async () => {
    limits.idle = 300;
    const { port } = await open(named("http2-push"));
    const socket = tls.connect({ port, host: "127.0.0.1", ...trusting, ALPNProtocols: ["h2"] });
    socket.on("error", () => {});
    socket.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    socket.write(Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0])); // an empty SETTINGS frame
    socket.write(Buffer.from([0, 16, 0, 1, 5, 0, 0, 0, 1])); // a HEADERS frame of 4,096 bytes begins
    const drip = setInterval(() => socket.write("\0"), 50);
    await closed(socket);
    clearInterval(drip);
  });
});

describe("the two loopback addresses", () => {
  it.runIf(hasIPv6)("have one conversation", async () => {
    const wire = named("raw-websockets");
    const { port } = await open(wire);
    const ada = await join(wire, port);
    cleanUp.push(() => ada.leave());
    const bob = new WebSocket(`ws://[::1]:${port}/msgs`);
    cleanUp.push(() => bob.terminate());
    const frames: string[] = [];
    bob.on("message", (frame: Buffer) => frames.push(frame.toString()));
    await once(bob, "open");
    await ada.says("hello");
    await vi.waitUntil(() => frames.some((frame) => frame.includes("hello")), { interval: 5, timeout: 5_000 });
  });

  /** Makes a server fail to listen at this address, the first `times` times. */
  function refuse(address: string, code: string, times: number) {
    const { listen } = net.Server.prototype;
    const spy = vi.spyOn(net.Server.prototype, "listen");
    spy.mockImplementation(function (this: net.Server, ...args: unknown[]) {
      if (args[1] !== address || times-- <= 0) return listen.apply(this, args as never);
      process.nextTick(() => this.emit("error", Object.assign(new Error("listen"), { code })));
      return this;
    });
    cleanUp.push(() => spy.mockRestore());
  }

  it.each(["EADDRNOTAVAIL", "EAFNOSUPPORT"])("are one where the machine has no IPv6 (%s)", async (code) => {
    refuse("::1", code, Infinity);
    const { port, request, stop } = await open(named("polling"));
    expect((await request(get("/msgs"))).status).toBe(200);
    await expect(connect(named("polling"), port, "::1")).rejects.toThrow();
    await stop();
    await open(named("polling"), { port });
  });

  it("get another port when the one that the system chose is free at only one of them", async () => {
    refuse("127.0.0.1", "EADDRINUSE", 2);
    const { request } = await open(named("polling"));
    expect((await request(get("/msgs"))).status).toBe(200);
  });
});

/** Opens a connection, with TLS where the variant has it. @throws the error of `connect`. */
async function connect(wire: Wire, port: number, host = "127.0.0.1"): Promise<net.Socket> {
  const socket = wire.scheme === "https" ? tls.connect({ port, host, ...trusting }) : net.connect(port, host);
  await once(socket, wire.scheme === "https" ? "secureConnect" : "connect");
  cleanUp.push(() => socket.destroy());
  return socket.on("error", () => {}); // a reset is an answer, too
}

/** Resolves when the connection is closed, by whichever end. */
const closed = (socket: net.Socket) =>
  new Promise((resolve) => {
    if (socket.destroyed) resolve(undefined);
    socket.on("close", resolve).resume();
  });
