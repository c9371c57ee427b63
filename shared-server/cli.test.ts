// The command line and the certificate, tested with real processes.
import { createPublicKey, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import { join as path } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { endAll, fails, runs } from "../e2e/process.ts";
import { join, wires } from "../e2e/wires.ts";

vi.setConfig({ testTimeout: 20_000, maxConcurrency: 4 });

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(path(tmpdir(), "chat-"));
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});
afterAll(() => {
  endAll();
  rmSync(folder, { recursive: true });
});

const run = (variant: string, env: Record<string, string> = {}, ...options: string[]) =>
  runs(["shared-server/cli.ts", variant], env, options);
const failure = (variant: string, env: Record<string, string> = {}, ...options: string[]) =>
  fails(["shared-server/cli.ts", variant], env, options);

describe.concurrent("the command line", () => {
  it.each(wires.map((wire) => [wire.name, wire] as const))(
    "starts %s, prints its address, survives garbage, and ends on SIGTERM with clients connected",
    async (name, wire) => {
      const { said, port: ready, kill, ended } = run(name);
      const port = await ready();
      expect(said.out.split("\n")[0]).toBe(`${name}: ${wire.scheme}://localhost:${port}`);
      for (const garbage of ["\0\u0001\u0002", "GET / HTTP/9\r\n\r\n", "\u0016\u0003\u0001garbage"]) {
        const socket = net.connect(port, "127.0.0.1").on("error", () => {});
        socket.resume().end(garbage);
        await once(socket, "close");
      }
      const ada = await join(wire, port);
      await ada.says("hello");
      await ada.receives(1);

      const before = performance.now();
      kill("SIGTERM");
      expect(await ended).toBe(0);
      expect(performance.now() - before).toBeLessThan(5_000);
      expect(await ada.ended).toMatch(wire.endOnShutdown);
      expect(said.err).toBe("");
    },
  );

  it("ends on SIGINT with a client connected", async () => {
    const wire = wires.find(({ name }) => name === "raw-websockets")!;
    const { port, kill, ended } = run(wire.name);
    const ada = await join(wire, await port());
    kill("SIGINT");
    expect(await ended).toBe(0);
    expect(await ada.ended).toMatch(wire.endOnShutdown);
  });

  it("completes its shutdown when the signal arrives twice", async () => {
    const { port, kill, ended } = run("polling");
    const unfinished = net.connect(await port(), "127.0.0.1"); // the shutdown waits for this request
    unfinished.on("error", () => {});
    await once(unfinished, "connect");
    unfinished.write("POST /msgs HTTP/1.1\r\n");
    kill("SIGINT");
    kill("SIGINT");
    kill("SIGTERM");
    expect(await ended).toBe(0);
  });

  it("says that a port is in use, and how to choose another one", async () => {
    const other = net.createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as net.AddressInfo;
    expect(await failure("polling", { PORT: String(port) })).toContain(`Port ${port} is in use.`);
    other.close();
  });

  it.each(["", "3001 3002", "65536"])("says that PORT=%s is not a port", async (PORT) => {
    expect(await failure("polling", { PORT })).toContain("PORT must be a number from 0 to 65535");
  });

  it.each([
    "chat.example.org",
    "https://chat.example.org/chat",
    "https://chat example.org",
    "https://chat.example.org?x",
  ])("says that PUBLIC_ORIGIN=%s is not an origin", async (PUBLIC_ORIGIN) => {
    expect(await failure("raw-websockets", { PUBLIC_ORIGIN })).toContain("PUBLIC_ORIGIN must look like");
  });

  it.each(["203.0.113.1", "no such host"])("says that HOST=%s is not an address of this machine", async (HOST) => {
    expect(await failure("polling", { HOST })).toContain(HOST);
  });

  it("lists the variants when the name is unknown", async () => {
    expect(await failure("websocket")).toBe(
      "Name a variant: npm run polling, npm run http2-push, npm run raw-websockets, npm run socket-io.\n",
    );
  });

  it("says that Node is too old before it loads code that an old version cannot parse", async () => {
    for (const version of ["12.22.12", "20.18.3"]) {
      const old = path(folder, `node-${version}.cjs`);
      writeFileSync(
        old,
        `Object.defineProperty(process.versions, "node", { value: "${version}" });
         Object.defineProperty(process, "version", { value: "v${version}" });`,
      );
      expect(await failure("polling", {}, "-r", old)).toBe(
        `This needs Node 20.19 or newer; here is v${version}. See https://nodejs.org.\n`,
      );
    }
  });

  it("binds only to loopback, also when HOST is empty", async () => {
    const { port: ready, kill, ended } = run("polling", { HOST: "" });
    const port = await ready();
    // A server that listens on all addresses also listens on ::1.
    const socket = net.connect(port, "::1");
    const reached = await new Promise((resolve) => {
      socket.on("connect", () => resolve(true)).on("error", () => resolve(false));
    });
    socket.destroy();
    kill("SIGKILL");
    await ended;
    expect(reached).toBe(false);
  });

  it("prints the public origin and the address that it is bound to", async () => {
    const { said, kill, ended } = run("polling", { PUBLIC_ORIGIN: "https://chat.example.org", HOST: "localhost" });
    await vi.waitUntil(() => said.out.includes("\n"), { timeout: 15_000, interval: 10 });
    kill("SIGKILL");
    await ended;
    expect(said.out).toContain("polling: https://chat.example.org (bound to localhost)");
  });
});

describe("the certificate", () => {
  /** A copy of certificate.ts in a folder that has no certificate yet. */
  async function freshCopy(name: string) {
    const home = path(folder, name);
    cpSync(path(root, "http2-push/certificate.ts"), path(home, "http2-push/certificate.ts"));
    for (const there of ["node_modules", "shared-server", "shared-chat"])
      symlinkSync(path(root, there), path(home, there), "junction");
    const { certificate } = (await import(
      path(home, "http2-push/certificate.ts")
    )) as typeof import("../http2-push/certificate.ts");
    return { certificate, file: path(home, "http2-push/.certificate/localhost.pem") };
  }

  it("is made on the first start, only for this machine, readable only by its owner", async () => {
    const { certificate, file } = await freshCopy("first");
    const { key, cert } = await certificate();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(path(file, "..")).mode & 0o777).toBe(0o700);
    const x509 = new X509Certificate(cert);
    expect(x509.checkHost("localhost")).toBe("localhost");
    expect(x509.checkIP("127.0.0.1")).toBe("127.0.0.1");
    expect(x509.checkIP("::1")).toBeDefined();
    expect(x509.checkHost("example.org")).toBeUndefined();
    expect(x509.verify(createPublicKey(key))).toBe(true);
    expect(Date.parse(x509.validTo)).toBeLessThan(Date.now() + 398 * 24 * 60 * 60 * 1_000); // browsers reject a longer validity
  });

  it("is kept for the next start, and replaced when it cannot be read", async () => {
    const { certificate, file } = await freshCopy("next");
    await certificate();
    const first = readFileSync(file, "utf8");
    const kept = await certificate();
    expect(first).toContain(
      new X509Certificate(kept.cert.slice(kept.cert.indexOf("-----BEGIN CERT"))).toString().trim(),
    );
    writeFileSync(file, "garbage");
    const { key, cert } = await certificate();
    expect(new X509Certificate(cert).verify(createPublicKey(key))).toBe(true);
    expect(readFileSync(file, "utf8")).toContain(cert.trim());
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it("is the one that TLS_CERT and TLS_KEY name", async () => {
    const { certificate } = await freshCopy("yours");
    const { key, cert } = await certificate();
    const files = { TLS_KEY: path(folder, "key.pem"), TLS_CERT: path(folder, "cert.pem") };
    writeFileSync(files.TLS_KEY, key);
    writeFileSync(files.TLS_CERT, cert);
    for (const [name, file] of Object.entries(files)) vi.stubEnv(name, file);
    const { certificate: again, file } = await freshCopy("given");
    expect(await again()).toEqual({ key, cert });
    expect(existsSync(file)).toBe(false); // no certificate is made when one is given
  });

  it("in TLS_CERT and TLS_KEY is refused with one sentence when it is not valid", async () => {
    const { certificate } = await freshCopy("first of two");
    const { certificate: another } = await freshCopy("second of two");
    const [{ key }, { cert }] = [await certificate(), await another()];
    const [keyFile, certFile, garbage] = ["k.pem", "c.pem", "garbage.pem"].map((name) => path(folder, name)) as [
      string,
      string,
      string,
    ];
    writeFileSync(keyFile, key);
    writeFileSync(certFile, cert);
    writeFileSync(garbage, "garbage");
    for (const [TLS_CERT, TLS_KEY, reason] of [
      [certFile, "", "one of them is missing"],
      ["", keyFile, "one of them is missing"],
      [certFile, keyFile, "key values mismatch"],
      [garbage, keyFile, "no start line"],
      [certFile, path(folder, "nowhere.pem"), "no such file"],
    ] as const) {
      vi.stubEnv("TLS_CERT", TLS_CERT);
      vi.stubEnv("TLS_KEY", TLS_KEY);
      await expect(certificate()).rejects.toThrow(reason);
    }
    const env = { TLS_CERT: certFile, TLS_KEY: keyFile };
    expect(await failure("http2-push", env)).toContain("TLS_CERT");
    expect(await fails(["http2-push/push-promise/demo.ts"], env)).toContain("TLS_CERT");
  });

  it("of this checkout has mode 600", () => {
    expect(statSync(path(root, "http2-push/.certificate/localhost.pem")).mode & 0o777).toBe(0o600);
  });
});
