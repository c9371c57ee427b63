// The command line and the certificate, tested with real processes.
import { spawnSync } from "node:child_process";
import { createPublicKey, X509Certificate } from "node:crypto";
import { once } from "node:events";
import fs, {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import net from "node:net";
import { tmpdir } from "node:os";
import { join as path } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { hasIPv6, loopbacks } from "../e2e/loopbacks.ts";
import { endAll, fails, runs, slowBundler } from "../e2e/process.ts";
import { join, wires } from "../e2e/wires.ts";
import { cannotStart, publicOriginOf, UsageError } from "./command.ts";

vi.setConfig({ testTimeout: 90_000, maxConcurrency: 4 });

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(path(tmpdir(), "chat-"));
afterEach(() => {
  vi.restoreAllMocks();
  syncBuiltinESMExports();
  vi.useRealTimers();
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
      expect(performance.now() - before).toBeLessThan(10_000); // 5 s, and as much for a busy machine
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

  it("takes the settings after its name, as every shell can write them, before those of the environment", async () => {
    const words = ["shared-server/cli.ts", "polling", "PORT=0", "HOST=127.0.0.2"];
    const { said, kill } = runs(words, { PORT: "none", HOST: "127.0.0.1" });
    await vi.waitUntil(() => said.out.includes("\n") || said.err, { timeout: 60_000, interval: 10 });
    kill("SIGKILL");
    expect(said).toEqual({ out: expect.stringMatching(/^polling: http:\/\/127\.0\.0\.2:\d+ \(bound to/), err: "" });
  });

  it("serves the page in the view that VIEW names, and says when there is none of that name", async () => {
    const { port, kill } = runs(["shared-server/cli.ts", "polling", "PORT=0", "VIEW=react"]);
    const script = await fetch(`http://localhost:${await port()}/client.js`);
    expect(await script.text()).toContain("useSyncExternalStore");
    kill("SIGKILL");
    expect(await failure("polling", { VIEW: "paper" })).toMatch(
      /^There is no view "paper"\. The views are dom, .*react/,
    );
  });

  it.each(["--port", "4000", "port=4000"])("says what its settings are when it is given %s", async (word) => {
    expect(await fails(["shared-server/cli.ts", "polling", word])).toBe(
      `There is no setting "${word}". The settings are PORT=…, HOST=…, PUBLIC_ORIGIN=…, TLS_CERT=…, TLS_KEY=…, SUPER_USER=…, RATE_LIMIT=…, CHAT_LOG=…, VIEW=…, CLIENT=….\n`,
    );
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

  /** A script that makes Node say that it is another version. */
  function pretend(version: string) {
    const file = path(folder, `node-${version}.cjs`);
    writeFileSync(
      file,
      `Object.defineProperty(process.versions, "node", { value: "${version}" });
       Object.defineProperty(process, "version", { value: "v${version}" });`,
    );
    return file;
  }

  it.each(["12.22.12", "20.18.3", "21.7.3", "22.11.0", "23.11.1"])(
    "says that Node %s is too old before it loads code that an old version cannot parse",
    async (version) => {
      expect(await failure("polling", {}, "-r", pretend(version))).toBe(
        `This needs Node 20.19, 22.12, 24 or newer (not 21, not 23); here is v${version}. See https://nodejs.org.\n`,
      );
    },
  );

  it.each(["20.19.0", "22.12.0", "24.0.0", "26.1.0"])("does not say that Node %s is too old", (version) => {
    const nothing = path(folder, "nothing.mjs");
    writeFileSync(nothing, "");
    const { stderr } = spawnSync(process.execPath, ["-r", pretend(version), "shared-server/run.cjs", nothing], {
      cwd: root,
      encoding: "utf8",
    });
    expect(stderr).not.toContain("This needs"); // on another Node than this one, tsx may fail
  });

  it("asks for the versions of Node that package.json asks for", () => {
    const { engines } = JSON.parse(readFileSync(path(root, "package.json"), "utf8"));
    expect(engines.node).toBe("^20.19 || ^22.12 || >=24");
  });

  it.each([
    ["without packages", [], "Cannot find package 'tsx'"],
    ["without the optional packages", ["tsx", "esbuild"], "could not be found"],
  ])("says which command installs what is missing, in a checkout %s", (what, packages, reason) => {
    const checkout = path(folder, what);
    for (const name of packages) {
      const own = path(checkout, "node_modules", name);
      // esbuild's program is an optional package of its own, and a copy of it lies beside the library.
      cpSync(path(root, "node_modules", name), own, { recursive: true, filter: (file) => !/esbuild.bin$/.test(file) });
    }
    for (const file of ["package.json", "shared-server/run.cjs", "shared-server/cli.ts"])
      cpSync(path(root, file), path(checkout, file));
    const command = ["shared-server/run.cjs", "shared-server/cli.ts"];
    const { status, stderr } = spawnSync(process.execPath, command, { cwd: checkout, encoding: "utf8" });
    expect(stderr).toMatch(/^The packages are not all installed \(.*\)\. Run: npm ci\n$/);
    expect(stderr).toContain(reason);
    expect(status).toBe(1);
  });

  it.each([
    ["no folder of its own and none for temporary files", { HOME: "/dev/null", TMPDIR: "/dev/null" }],
    ["tsx already loaded", { NODE_OPTIONS: "--import tsx" }],
  ])("starts and stops with %s", async (_what, env) => {
    const { said, port, kill, ended } = run("polling", env);
    await port();
    kill("SIGTERM");
    expect(await ended).toBe(0);
    expect(said.err).toBe("");
  });

  it("prints its address when the page's script is ready", async () => {
    const begun = performance.now();
    const { port: ready, kill } = run("polling", {}, ...slowBundler);
    const port = await ready();
    const printed = performance.now();
    const response = await fetch(`http://localhost:${port}/client.js`);
    expect(await response.text()).toContain("poll");
    expect(performance.now() - printed).toBeLessThan((printed - begun) / 2);
    kill("SIGKILL");
  });

  const reaches = (port: number, address: string) =>
    new Promise((resolve) => {
      const socket = net.connect(port, address);
      socket.on("connect", () => resolve(true)).on("error", () => resolve(false));
      socket.on("connect", () => socket.destroy());
    });

  it("binds only to loopback, also when HOST is empty", async () => {
    const { port: ready, kill, ended } = run("polling", { HOST: "" });
    const port = await ready();
    const reached = await Promise.all([...loopbacks, "127.0.0.2"].map((address) => reaches(port, address)));
    kill("SIGKILL");
    await ended;
    expect(reached).toEqual([...loopbacks.map(() => true), false]); // on Linux, a server that listens at all addresses is also at 127.0.0.2
  });

  it.each<[HOST: string, name: string | RegExp]>([
    ["127.0.0.1", "127.0.0.1"],
    ["127.0.0.2", "127.0.0.2"],
    ...(hasIPv6 ? [["::1", "[::1]"] as [string, string], ["::", "localhost"] as [string, string]] : []),
    ["0.0.0.0", "localhost"],
    ["localhost", /^(127\.0\.0\.1|\[::1\])$/],
  ])("prints an address that answers when HOST is %s", async (HOST, name) => {
    const { said, kill } = run("polling", { HOST });
    await vi.waitUntil(() => said.out.includes("\n"), { timeout: 60_000, interval: 10 });
    const [, address] = /^polling: (\S+) \(bound to/.exec(said.out)!;
    expect(new URL(address!).hostname).toMatch(name);
    expect((await fetch(address!)).status).toBe(200);
    expect((await fetch(address!, { headers: { Origin: address! } })).status).toBe(200);
    kill("SIGKILL");
  });

  it("says what to do about a HOST that a shell has set", async () => {
    expect(await failure("polling", { HOST: "x86_64-conda-linux-gnu" })).toMatch(
      /^HOST=x86_64-conda-linux-gnu is not an address of this machine\..* add HOST=localhost to the command\.\n$/,
    );
  });

  it("takes a PUBLIC_ORIGIN with the default port, or with a slash at its end, for the origin that browsers send", async () => {
    const { said, kill } = run("polling", { PUBLIC_ORIGIN: "https://Chat.example.org:443/" });
    await vi.waitUntil(() => said.out.includes("\n") || said.err, { timeout: 60_000, interval: 10 });
    kill("SIGKILL");
    expect(said).toEqual({ out: "polling: https://chat.example.org\n", err: "" });
  });

  it.each([
    ["polling", ["shared-server/cli.ts", "polling"]],
    ["npm start", ["compare/npm-start.ts"]],
  ])("says, last, who becomes the super user that SUPER_USER names: %s", async (_name, words) => {
    const { said, kill, ended } = runs([...words, "SUPER_USER=Root"]);
    const advice = "\nSign in as Root now: whoever uses this name first chooses its password.\n";
    await vi.waitUntil(() => said.out.endsWith(advice) || said.err, { timeout: 60_000, interval: 10 });
    kill("SIGKILL");
    await ended;
    expect(said).toEqual({ out: expect.stringMatching(/^(polling|side by side): http:/), err: "" });
  });

  it("prints the public origin and the address that it is bound to", async () => {
    const { said, kill, ended } = run("polling", { PUBLIC_ORIGIN: "https://chat.example.org", HOST: "localhost" });
    await vi.waitUntil(() => said.out.includes("\n"), { timeout: 60_000, interval: 10 });
    kill("SIGKILL");
    await ended;
    expect(said.out).toContain("polling: https://chat.example.org (bound to localhost)");
  });
});

describe("PUBLIC_ORIGIN", () => {
  it.each([
    ["https://name-PORT.example.org", "https://name-3001.example.org"],
    ["http://chat.example.org:PORT", "http://chat.example.org:3001"],
    ["https://PORTO.example.org", "https://porto.example.org"],
  ])("%s is %s at the port 3001", (stated, origin) => {
    expect(publicOriginOf(stated, 3_001)).toBe(origin);
  });
});

describe("what a command says when it cannot start", () => {
  /** The sentence, and the port that it advises. */
  function said(error: object, port: number, usual: number) {
    const words = vi.spyOn(console, "error").mockImplementation(() => {});
    vi.spyOn(process, "exit").mockImplementation(() => {
      throw new Error("exit");
    });
    expect(() => cannotStart(Object.assign(new Error("listen"), error), port, usual)).toThrow("exit");
    const sentence = String(words.mock.lastCall![0]);
    return { sentence, advice: Number(/PORT=(\d+)/.exec(sentence)![1]) };
  }

  it.each(["EADDRINUSE", "EACCES"])("after %s advises a port that leaves out those that failed", (code) => {
    for (const usual of [3_000, 3_001])
      for (const port of [1, 80, 1_023, 3_000, 3_001, 4_000, 4_001, 60_000, 60_001, 65_531])
        for (const above of [0, 4]) {
          const { sentence, advice } = said({ code, syscall: "listen", port: port + above }, port, usual);
          expect(sentence).toContain(`ort ${port + above}`);
          expect(Math.abs(advice - port), sentence).toBeGreaterThan(4);
          expect(advice).toBeGreaterThan(1_023);
          expect(advice).toBeLessThanOrEqual(65_531);
        }
  });

  it("speaks of a port only when listening failed", () => {
    const error = Object.assign(new Error("open"), { code: "EACCES", syscall: "open" });
    expect(() => cannotStart(error, 80, 3_001)).toThrow(error);
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

  /** Makes a function of node:fs fail. */
  function refusing(name: "mkdirSync" | "writeFileSync" | "renameSync", code: string, words: string) {
    vi.spyOn(fs, name).mockImplementation(() => {
      throw Object.assign(new Error(`${code}: ${words}`), { code });
    });
  }

  it.each([
    ["a file is in the place of the folder", (home: string) => writeFileSync(path(home, ".certificate"), "")],
    ["the folder leads nowhere", (home: string) => symlinkSync("/dev/null/nowhere", path(home, ".certificate"))],
    [
      "a folder is in the place of the file",
      (home: string) => mkdirSync(path(home, ".certificate/localhost.pem/x"), { recursive: true }),
    ],
    ["the folder cannot be made", () => refusing("mkdirSync", "EACCES", "permission denied")],
    ["the file system is read-only", () => refusing("writeFileSync", "EROFS", "read-only file system")],
    [
      "the disk is full",
      () => {
        const { writeFileSync: write } = fs;
        vi.spyOn(fs, "writeFileSync").mockImplementation((file, data) => {
          write(file, (data as string).slice(0, 100), { mode: 0o600 });
          throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
        });
      },
    ],
    ["the file cannot be put in place", () => refusing("renameSync", "EPERM", "operation not permitted")],
  ])(
    "is explained in a sentence that names the folder when %s, and nothing half-written stays",
    async (what, spoil) => {
      const { certificate, file } = await freshCopy(what);
      spoil(path(file, "../.."));
      syncBuiltinESMExports();
      await expect(certificate()).rejects.toThrow(/^The certificate cannot be kept in \/.*\.certificate\/: [^\n]*\.$/);
      await expect(certificate()).rejects.toBeInstanceOf(UsageError);
      vi.restoreAllMocks();
      syncBuiltinESMExports();
      const parent = path(file, "..");
      if (existsSync(parent) && statSync(parent).isDirectory())
        expect(readdirSync(parent).filter((name) => name !== "localhost.pem")).toEqual([]);
    },
  );

  it("is replaced when it is not valid yet, because the clock was set back", async () => {
    const { certificate } = await freshCopy("early");
    const now = Date.now();
    vi.useFakeTimers({ toFake: ["Date"], now: now + 40 * 24 * 60 * 60 * 1_000 });
    const early = await certificate();
    vi.useRealTimers();
    const { cert } = await certificate();
    expect(cert).not.toBe(early.cert);
    expect(Date.parse(new X509Certificate(cert.slice(cert.indexOf("-----BEGIN CERT"))).validFrom)).toBeLessThan(now);
  });

  it("is kept when the clock was set back by a minute", async () => {
    const { certificate, file } = await freshCopy("minute");
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 60_000 });
    await certificate();
    const first = readFileSync(file, "utf8");
    vi.useRealTimers();
    await certificate();
    expect(readFileSync(file, "utf8")).toBe(first);
  });

  it("in TLS_CERT is refused, with its dates, when it is not valid now", async () => {
    const { certificate } = await freshCopy("dated");
    const { key, cert } = await certificate();
    for (const [name, text] of [
      ["TLS_KEY", key],
      ["TLS_CERT", cert],
    ] as const) {
      writeFileSync(path(folder, `dated-${name}.pem`), text);
      vi.stubEnv(name, path(folder, `dated-${name}.pem`));
    }
    expect(await certificate()).toEqual({ key, cert });
    for (const years of [-3, 3]) {
      vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + years * 365 * 24 * 60 * 60 * 1_000 });
      await expect(certificate()).rejects.toThrow(
        /^TLS_CERT=.* is valid from .* to .*, and this machine's clock says .*\.$/,
      );
      await expect(certificate()).rejects.toBeInstanceOf(UsageError);
      vi.useRealTimers();
    }
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
