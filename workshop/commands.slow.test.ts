// The commands of the workshop, as a learner types them, in a copy of the repository whose path has spaces and an "é". And what learners write:
// whatever it is, they get words, never a stack.
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { createServer, Server, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { connect } from "node:tls";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { freePort, listenAt } from "../shared-server/loopback.ts";
import { compile } from "./compile.ts";
import { ports, reception } from "./doctor.ts";
import { copyTo, exerciseOf, filesOf, root } from "./exercises.ts";
import { openBrowser } from "./open-browser.ts";
import { checkFolder } from "./tester.ts";

const outer = mkdtempSync(join(tmpdir(), "workshop-"));
const copy = join(outer, "Ada's café (1) #2");
const own = join(root, "playground", `.commands-${process.pid}`);

vi.setConfig({ testTimeout: 180_000 }); // on a busy machine everything may take its time

beforeAll(() => {
  const needed = [
    "package.json",
    "tsconfig.json",
    "workshop",
    "shared-chat",
    "shared-server",
    "shared-ui",
    "compare",
    "http2-push",
    "polling",
    "e2e",
    "views",
  ];
  const filter = (path: string) => !path.endsWith("node_modules");
  for (const name of needed) cpSync(join(root, name), join(copy, name), { recursive: true, filter });
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"), "junction");
});
afterAll(() => {
  rmSync(outer, { recursive: true });
  rmSync(own, { recursive: true, force: true });
});

function start(command: string, env: NodeJS.ProcessEnv = {}) {
  const words = ["shared-server/run.cjs", "workshop/workshop.ts", ...command.split(" ")];
  return spawn(process.execPath, words, {
    cwd: copy,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Types a command and waits for its end. */
async function types(command: string, env?: NodeJS.ProcessEnv) {
  const child = start(command, env);
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  expect(out + err).not.toMatch(/\n {4}at /);
  return { said: out + err, code: code as number };
}

/** Starts a command that does not end by itself. */
function runs(command: string) {
  const child = start(command);
  const running = {
    child,
    said: "",
    prints: (words: string) => vi.waitUntil(() => running.said.includes(words), { timeout: 60_000, interval: 20 }),
  };
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (data: Buffer) => (running.said += data.toString()));
  return running;
}

const mine = (file: string) => join(copy, "playground/01", file);
const solution = readFileSync(join(root, "workshop/01-first-poll/solution/client.ts"), "utf8");

test("A learner works through an exercise with nothing but the commands", async () => {
  expect((await types("overview")).said).toMatch(/→ 01 {2}First poll[^]*Next: npm run exercise 01/);
  expect(await types("check 1")).toEqual({
    said: "There is nothing to check yet. Begin with: npm run exercise 01\n",
    code: 1,
  });

  const port = await freePort();
  const running = runs(`exercise 01 PORT=${port}`);
  try {
    await running.prints(`http://localhost:${port}`);
    expect(running.said).toContain("Write in playground/01/client.ts. When you are done");
    expect((await fetch(`http://localhost:${port}/client.js`)).status).toBe(200);

    writeFileSync(mine("client.ts"), "const half = ;\n");
    await running.prints("playground/01/client.ts:1\nThis is not TypeScript yet");
    running.said = "";
    cpSync(join(copy, "workshop/01-first-poll/client.ts"), mine("client.ts"));
    await running.prints(`http://localhost:${port}`);
    expect(running.said).not.toContain("    at ");
  } finally {
    running.child.kill("SIGINT");
  }
  await once(running.child, "exit");

  const first = await types("check 01");
  expect(first.said).toMatch(
    /^Exercise 01: not yet\.\n\nplayground\/01\/client\.ts:9\nThe page asks once[^]+npm run hint 01\n$/,
  );
  expect(first.code).toBe(1);
  const hints = [await types("hint 01"), await types("hint 1"), await types("hint 01-first-poll")];
  expect(hints.map((hint) => /Hint \d of 3/.exec(hint.said)?.[0])).toEqual([
    "Hint 1 of 3",
    "Hint 2 of 3",
    "Hint 3 of 3",
  ]);
  expect((await types("diff 01")).said).toMatch(/server\.ts is the same[^]+\n\+ {2}setTimeout\(poll, 3_000\)/);

  writeFileSync(mine("client.ts"), `${readFileSync(mine("client.ts"), "utf8")}// my own line\n`);
  expect((await types("solve 01")).said).toContain("What you had written is in playground/kept/01-");
  const [kept] = readdirSync(join(copy, "playground/kept"));
  expect(readFileSync(join(copy, "playground/kept", kept!, "client.ts"), "utf8")).toContain("// my own line");
  const second = await types("check 01");
  expect(second.said).toMatch(
    /^Exercise 01: passed\.\n\nA poll needs nothing but HTTP[^]+\n\nNext: npm run exercise 02\n$/,
  );
  expect(second.code).toBe(0);
  expect((await types("overview")).said).toMatch(/ {2}01 .+ passed\n→ 02/);

  await types("reset 01");
  expect(readFileSync(mine("client.ts"), "utf8")).toContain("TODO");
  expect(existsSync(join(copy, "playground/02"))).toBe(false); // a pass begins nothing by itself
});

test.each([
  ["check", "Which exercise? For example: npm run check"],
  ["exercise 99", 'There is no exercise "99".'],
  ["exercise ../../etc", "There is no exercise"],
  ["solve 0", 'There is no exercise "0".'],
  ["diff:variants polling", "Name two of polling, http2-push"],
  ["exercise 01 PORT=http", "PORT must be a number"],
  ["exercise 01 PORT=0", "PORT=0 means any port"],
])("npm run %s is answered with a sentence", async (command, sentence) => {
  const { said, code } = await types(command);
  expect(said).toContain(sentence);
  expect(said.trim()).not.toContain("\n");
  expect(code).toBe(1);
});

test("A command whose output nobody reads any more ends without a word", async () => {
  const child = start("overview");
  child.stdout.destroy();
  const [err] = await Promise.all([text(child.stderr), once(child, "exit")]);
  expect(err).toBe("");
});

test("Two variants are compared", async () => {
  const { said } = await types("diff:variants polling http2-push");
  expect(said).toContain("--- a/polling/server.ts\n+++ b/http2-push/server.ts");
});

test("An exercise whose port is taken says so, and names another one", async () => {
  const server = createServer().listen(0, "localhost");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const running = runs(`exercise 01 PORT=${port}`);
  await running.prints(`Port ${port} is in use. Stop the program that uses it, or add PORT=`);
  running.child.kill("SIGINT");
  server.close();
});

test("A file that is gone is brought back, and the others stay", async () => {
  await types("solve 01");
  writeFileSync(mine("server.ts"), `${readFileSync(mine("server.ts"), "utf8")}// my own line\n`);
  rmSync(mine("client.ts"));
  expect((await types("check 01")).said).toContain(
    "client.ts is missing. npm run exercise 01 brings back its start, and leaves the others.",
  );
  const running = runs(`exercise 01 PORT=${await freePort()}`);
  await running.prints("playground/01/client.ts was missing: its start is there again.");
  await running.prints("http://localhost:");
  running.child.kill("SIGINT");
  expect(readFileSync(mine("client.ts"), "utf8")).toContain("TODO");
  expect(readFileSync(mine("server.ts"), "utf8")).toContain("// my own line");
});

test("An exercise whose folder is deleted says so, and ends", async () => {
  const running = runs(`exercise 03 PORT=${await freePort()}`);
  await running.prints("http://localhost:");
  rmSync(join(copy, "playground/03"), { recursive: true });
  await once(running.child, "exit");
  expect(running.said).toContain(
    "playground/03 is gone, or cannot be watched. Begin again with: npm run exercise 03\n",
  );
  expect(running.said).not.toContain("    at ");
});

test("What the system refuses is told in one sentence", async () => {
  const kept = join(copy, "playground/kept");
  await types("solve 01");
  rmSync(kept, { recursive: true });
  writeFileSync(kept, "a file where the folder should be");
  const { said, code } = await types("reset 01");
  rmSync(kept);
  expect(said).toMatch(/^The system says: \w+: .+ Is the disk full, or does another program use this file\?\n$/);
  expect(code).toBe(1);
});

test.each(["{ half", '{ "passed": null, "hints": {} }'])(
  "A list of what has passed that says %s is put aside",
  async (broken) => {
    writeFileSync(join(copy, "playground/progress.json"), broken);
    const { said } = await types("overview");
    expect(said).toMatch(/^→ 01[^]+\nplayground\/progress\.json cannot be read\. .+\n$/);
    expect(readFileSync(join(copy, "playground/progress-broken.json"), "utf8")).toBe(broken);
    expect((await types("overview")).said).not.toContain("cannot be read");
  },
);

test("When the server has thrown in a check, that comes first, with its line", async () => {
  await types("solve 09");
  cpSync(
    join(copy, "workshop/09-the-websocket-handshake/wrong/origin-unguarded/server.ts"),
    join(copy, "playground/09/server.ts"),
  );
  expect((await types("check 09")).said).toMatch(
    /^Exercise 09: not yet\.\n\nplayground\/09\/server\.ts:24\nThe server ended: TypeError: Invalid URL\n\nplayground\/09\/server\.ts:24\nA page with the Origin/,
  );
});

test("A check that needs a browser says so where there is none", async () => {
  const nowhere = { PATH: "", HOME: outer, PLAYWRIGHT_BROWSERS_PATH: outer, PROGRAMFILES: "", LOCALAPPDATA: "" };
  await types("reset 01");
  expect((await types("check 01", nowhere)).said).toContain(
    "This needs a Chromium, Chrome or Edge, and none was found.",
  );
});

test.skipIf(process.platform === "win32")("A browser that does not start is told in one line", async () => {
  const broken = join(outer, "broken");
  mkdirSync(broken);
  writeFileSync(join(broken, "chromium"), "#!/bin/sh\necho Something is missing here >&2\nexit 1\n", { mode: 0o755 });
  await types("reset 01");
  const { said } = await types("check 01", { PATH: broken, HOME: outer, PLAYWRIGHT_BROWSERS_PATH: outer });
  expect(said).toMatch(
    /^Exercise 01: not yet\.\n\nThe browser does not start: .+ Another one: npx playwright install --with-deps chromium\n\nA hint/,
  );
});

test("What could not be compiled is tried again when a file has its right name, or is there", async () => {
  const folder = join(own, "again");
  copyTo(folder, filesOf(exerciseOf("1")!, "solution"));
  writeFileSync(join(folder, "client.ts"), `import "./later.ts";\nimport "./later.json";\n${solution}`);
  writeFileSync(join(folder, "other.ts"), "export {};\n");
  await expect(compile(folder)).rejects.toThrow("later.ts");
  renameSync(join(folder, "other.ts"), join(folder, "later.ts"));
  await expect(compile(folder)).rejects.toThrow("later.json");
  writeFileSync(join(folder, "later.json"), "{}");
  await compile(folder);
});

const server = filesOf(exerciseOf("1")!, "solution").get("server.ts")!;

describe.concurrent("The check of a learner's code", () => {
  const edit = (file: string, from: string, to: string) => readFileSync(file, "utf8").replace(from, to);
  const clientFile = join(root, "workshop/01-first-poll/solution/client.ts");

  test.each<[string, "server.ts" | "client.ts", string, RegExp, number | undefined]>([
    [
      "with a syntax error in the server",
      "server.ts",
      edit(server, "const messages: Message[] = [];", "const messages = [;"),
      /^This is not TypeScript yet: /,
      5,
    ],
    [
      "with a syntax error in the client",
      "client.ts",
      edit(clientFile, "show(msg);", "show(msg;"),
      /^This is not TypeScript yet: /,
      8,
    ],
    [
      "with an import of what is not there",
      "client.ts",
      `import "./nowhere.ts";\n${solution}`,
      /^It cannot be compiled: .*nowhere/,
      undefined,
    ],
    [
      "with an import of Node in the page",
      "client.ts",
      `${solution}import { setTimeout } from "node:timers/promises";\n`,
      /^node:timers\/promises is a part of Node, and client\.ts runs in the browser\./,
      21,
    ],
    [
      "that throws",
      "server.ts",
      edit(server, "const app = express();", "const app = express().nothing.at.all;"),
      /^The server ended: TypeError: /,
      undefined,
    ],
    [
      "that throws several lines",
      "server.ts",
      edit(server, "const app = express();", 'const app = express();\nthrow new Error("first\\nsecond");'),
      /^The server ended: Error: first$/,
      7,
    ],
    [
      "whose port the system keeps",
      "server.ts",
      edit(
        server,
        "app.listen(",
        'throw Object.assign(new Error("no"), { code: "EACCES", syscall: "listen", port: Number(PORT) });\napp.listen(',
      ),
      /^You are not allowed to open port \d+: the system keeps it\. Add PORT=\d+ to the command\.$/,
      undefined,
    ],
    [
      "that listens at a port that is kept",
      "server.ts",
      edit(
        server,
        "app.listen(",
        'throw Object.assign(new Error("no"), { code: "EACCES", syscall: "listen", port: 80 });\napp.listen(',
      ),
      /^The server cannot listen on port 80\. It must listen on the port in process\.env\.PORT\.$/,
      25,
    ],
    [
      "with an endless loop in the server",
      "server.ts",
      edit(server, "const app = express();", "const app = express();\nfor (;;) {}"),
      /^The server never comes to rest/,
      7,
    ],
    [
      "that never listens",
      "server.ts",
      edit(server, "app.listen(", "app.set("),
      /^The server ended before it listened\. It must listen on/,
      undefined,
    ],
    [
      "that listens elsewhere",
      "server.ts",
      edit(server, "Number(PORT)", "0"),
      /^Nobody listens, 5 s after the start\. It must listen on the port in process\.env\.PORT\.$/,
      24,
    ],
    [
      "that ends",
      "server.ts",
      "process.exit(0);\n",
      /^The server ended before it listened\. It must listen on/,
      undefined,
    ],
    [
      "that does not accept messages",
      "server.ts",
      edit(server, 'app.post("/msgs"', 'app.post("/mesages"'),
      /^POST \/msgs answers 404: /,
      16,
    ],
    [
      "that begins an answer to a post and never ends it",
      "server.ts",
      edit(server, "res.status(201).json(message)", 'res.status(201).write("{")'),
      /^POST \/msgs begins an answer and never ends it: res\.json or res\.end\.$/,
      16,
    ],
    [
      "that never answers",
      "server.ts",
      edit(server, "res.json({ msg: messages });", ""),
      /^GET \/msgs gets no answer in 10 s\.$/,
      11,
    ],
  ])("%s gets words and a line", async (title, file, code, words, line) => {
    const folder = join(own, title.replaceAll(" ", "-"));
    copyTo(folder, filesOf(exerciseOf("1")!, "solution"));
    writeFileSync(join(folder, file), code);
    const answer = /loop|elsewhere/.test(title) ? 5_000 : 10_000; // a loop takes a whole core from the others
    const verdict = await checkFolder(exerciseOf("1")!, folder, { browser: openBrowser, answer });
    expect(verdict.words).toMatch(words);
    expect(verdict.words).not.toMatch(/\n|\s{4}at /);
    if (line) expect(verdict.place).toEqual({ file, line });
  });

  test("with a handler that throws gets what it has thrown, with its line", async () => {
    const folder = join(own, "handler");
    copyTo(folder, filesOf(exerciseOf("1")!, "solution"));
    writeFileSync(join(folder, "server.ts"), edit(server, "text, time:", "text: text.nothing.at, time:"));
    const { words, thrown } = await checkFolder(exerciseOf("1")!, folder, { browser: openBrowser });
    expect(words).toMatch(/^POST \/msgs answers 500: /);
    expect(thrown).toMatchObject([
      {
        message: expect.stringMatching(/^The server reports: TypeError: Cannot read properties of undefined/),
        place: { file: "server.ts", line: 18 },
      },
    ]);
  });

  test("whose timer throws in the page gets what it has thrown, with its line", async () => {
    const folder = join(own, "timer");
    copyTo(folder, filesOf(exerciseOf("1")!, "solution"));
    writeFileSync(join(folder, "client.ts"), solution.replace("setTimeout(poll,", "setTimeout(() => nothing.there(),"));
    const browser = await openBrowser();
    const verdict = await checkFolder(exerciseOf("1")!, folder, { browser: async () => browser });
    await browser.close();
    expect(verdict.words).toBe("The page reports: ReferenceError: nothing is not defined");
    expect(verdict.place).toEqual({ file: "client.ts", line: 9 });
  });

  test("with an endless loop in the client gets words, in seconds", async () => {
    const folder = join(own, "loop");
    copyTo(folder, filesOf(exerciseOf("1")!, "solution"));
    writeFileSync(join(folder, "client.ts"), solution.replace("show(msg);", "for (;;) {}"));
    const browser = await openBrowser();
    const verdict = await checkFolder(exerciseOf("1")!, folder, { browser: async () => browser, answer: 5_000 });
    await browser.close();
    expect(verdict.words).toBe("The page does not answer any more. Is there a loop without an end?");
    expect(verdict.place).toEqual({ file: "client.ts" });
  });
});

test("The check of exercise 20 says that test-client.ts is missing", async () => {
  const folder = join(own, "20");
  copyTo(folder, filesOf(exerciseOf("20")!, "solution"));
  rmSync(join(folder, "test-client.ts"));
  const { words } = await checkFolder(exerciseOf("20")!, folder, { browser: openBrowser });
  expect(words).toBe("test-client.ts is missing. npm run exercise 20 brings back its start, and leaves the others.");
});

describe("The doctor", () => {
  test("tells ports that are in use from those that the system keeps", async () => {
    const codes: Record<number, string> = { 3103: "EACCES", 3001: "EADDRINUSE", 3002: "EADDRINUSE" };
    const listen = vi.spyOn(Server.prototype, "listen").mockImplementation(function (this: Server, port: unknown) {
      const code = codes[port as number];
      setImmediate(() =>
        code ? this.emit("error", Object.assign(new Error(code), { code })) : this.emit("listening"),
      );
      return this;
    });
    const { words } = await ports();
    listen.mockRestore();
    expect(words).toBe(
      "In use: 3001, 3002. Stop the program there, or take another port. Kept by the system: 3103. Take another port. For example: npm run exercise 03 PORT=4103",
    );
  });

  test("notices a browser that takes localhost for HTTPS only", async () => {
    const found: string[] = [];
    const [first, ...rest] = await listenAt(
      reception(({ words }) => found.push(words)),
      0,
    );
    const { port } = first!.address() as AddressInfo;
    connect({ port, host: "localhost" }).on("error", () => {}); // as HSTS makes the browser do
    await vi.waitUntil(() => found.length > 0);
    for (const each of [first!, ...rest]) each.close();
    expect(found[0]).toContain("HSTS");
  });

  test("notices another project's service worker, and removes it", async () => {
    const other = createHttpServer((_req, res) => res.setHeader("Content-Type", "text/javascript").end(""));
    const before = await listenAt(other, 0);
    const { port } = before[0]!.address() as AddressInfo;
    const browser = await openBrowser();
    const page = await browser.newPage();
    await page.goto(`http://localhost:${port}/`);
    await page.evaluate(() => navigator.serviceWorker.register("/worker.js"));
    other.closeAllConnections();
    await Promise.all(before.map((each) => new Promise((resolve) => each.close(resolve))));

    const found: boolean[] = [];
    const now = await listenAt(
      reception(({ ok }) => found.push(ok)),
      port,
    );
    await page.goto(`http://localhost:${port}/`);
    await vi.waitUntil(() => found.length === 1, { timeout: 10_000 });
    await page.getByRole("button").click();
    await vi.waitUntil(() => found.length === 2, { timeout: 10_000 });
    await browser.close();
    for (const each of now) each.close();
    expect(found).toEqual([false, true]);
  });
});
