// `CHAT_LOG`, as a person types it: with real processes.
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text as textOf } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { DatabaseSync } from "@photostructure/sqlite";
import { afterAll, describe, expect, it, vi } from "vitest";
import { endAll, fails, runs } from "../e2e/process.ts";

vi.setConfig({ testTimeout: 90_000, maxConcurrency: 4 });

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "chat-log-"));
afterAll(() => {
  endAll();
  rmSync(folder, { recursive: true });
});

const polling = ["shared-server/cli.ts", "polling"];

const open: unknown[] = []; // what nobody refers to any more is closed, and its lock is gone

/** A file that SQLite can read, and in which this was done. */
function database(name: string, sql: string) {
  const db = new DatabaseSync(join(folder, name));
  open.push(db);
  db.exec(sql);
  return db;
}

it("The default install has none of the packages that the stores need", () => {
  const packagesOf = (lockFile: string) =>
    JSON.parse(readFileSync(new URL(lockFile, import.meta.url), "utf8")).packages;
  const all = packagesOf("../package-lock.json");
  for (const name of Object.keys(packagesOf("package-lock.json")[""].dependencies))
    expect(all).not.toHaveProperty([`node_modules/${name}`]);
});

describe.concurrent("CHAT_LOG", () => {
  it("keeps everything over a restart: messages, cursors, drafts, accounts, rooms and sessions", async () => {
    const words = [...polling, "PORT=0", `CHAT_LOG=${join(folder, "chat.db")}`];
    const ask = async (port: number, method: string, path: string, cookie: string, body?: object) => {
      const response = await fetch(`http://localhost:${port}${path}`, {
        method,
        headers: { "Content-Type": "application/json", Cookie: `chat-${port}=${cookie}` },
        ...(body && { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      const [, token = ""] = /=([^;]+)/.exec(response.headers.get("set-cookie") ?? "") ?? [];
      return { status: response.status, body: text && JSON.parse(text), token };
    };

    const first = runs(words);
    const port = await first.port();
    const credentials = { name: "Ada", password: "correct horse" };
    const { token } = await ask(port, "POST", "/session", "", credentials);
    await ask(port, "PUT", "/rooms/garden", token);
    const draft = { text: "hello", room: "garden", draftId: randomUUID() };
    expect(await ask(port, "POST", "/msgs", token, draft)).toMatchObject({ status: 201 });
    const before = (await ask(port, "GET", "/msgs", token)).body;
    first.kill("SIGTERM");
    expect(await first.ended).toBe(0);
    expect(first.said.err).toBe("");

    const second = runs(words);
    const again = await second.port();
    expect((await ask(again, "GET", "/msgs", token)).body).toEqual(before);
    expect((await ask(again, "GET", `/msgs?since=${before.cursor}`, token)).status).toBe(204);
    expect((await ask(again, "POST", "/msgs", token, draft)).status).toBe(200); // a repeat
    expect((await ask(again, "POST", "/session", "", credentials)).status).toBe(200);
    second.kill("SIGTERM");
    expect(await second.ended).toBe(0);
  });

  it("may be shared by two processes: who speaks at one is heard at the other", async () => {
    const words = [...polling, "PORT=0", `CHAT_LOG=${join(folder, "shared.db")}`];
    const [one, other] = await Promise.all([runs(words).port(), runs(words).port()]);
    // On a busy machine the file may be locked for longer than a server waits: it says "later", and the page would post again.
    const post = { method: "POST", headers: { "Content-Type": "application/json" } };
    const body = JSON.stringify({ user: "Ada", text: "hello", draftId: randomUUID() });
    await vi.waitUntil(async () => (await fetch(`http://localhost:${one}/msgs`, { ...post, body })).ok, {
      timeout: 30_000,
    });
    await vi.waitUntil(async () => (await (await fetch(`http://localhost:${other}/msgs`)).text()).includes("hello"), {
      timeout: 30_000,
    });
  });

  it("may be made by several processes at the same moment", async () => {
    const code = `import { sqlite } from "./stores/sqlite.ts";
      while (Date.now() < Number(process.argv[2]));
      const store = sqlite(process.argv[1]);
      process.stdout.write(await store.open(() => {}));
      await store.close();`;
    for (const name of ["1", "2", "3"].map((n) => join(folder, `new ${n}.db`))) {
      const words = ["--import", "tsx", "--input-type=module", "--eval", code, name, String(Date.now() + 2_000)];
      const processes = Array.from({ length: 4 }, () => spawn(process.execPath, words, { cwd: root }));
      const epochs = await Promise.all(processes.map(({ stdout }) => textOf(stdout)));
      expect(epochs[0]).not.toBe("");
      expect(new Set(epochs).size).toBe(1);
    }
  });

  it.each([
    ["is a folder", () => mkdirSync(join(folder, "is a folder")), "cannot be used: it is a folder."],
    ["is text", () => writeFileSync(join(folder, "is text"), "hello"), "cannot be used: file is not a database."],
    [
      "is newer",
      () => database("is newer", "PRAGMA user_version = 2").close(),
      "was written by a newer version of this program.",
    ],
    ["is locked", () => database("is locked", "BEGIN EXCLUSIVE"), "cannot be used: database is locked."],
    ["missing/chat.db", () => {}, "unable to open database file."],
  ])("that %s ends the command with one sentence", async (name, make, sentence) => {
    make();
    const said = await fails(polling, { CHAT_LOG: join(folder, name) });
    expect(said).toMatch(/^The file /);
    expect(said).toContain(`${name} `);
    expect(said).toContain(sentence);
  });

  it.each(["redis://ada:secret@127.0.0.1:1", "mongodb://ada:secret@127.0.0.1:1/chat"])(
    "%s, where nobody listens, ends the command with one sentence, without the password",
    async (address) => {
      const said = await fails(polling, { CHAT_LOG: address });
      expect(said).toMatch(`CHAT_LOG=${address.replace("ada:secret@", "")} cannot be used: `);
      expect(said).toContain("ECONNREFUSED");
    },
  );

  it.each(["chat.db", "redis://127.0.0.1:1", "mongodb://127.0.0.1:1/chat"])(
    "%s says which command brings the packages, where they are missing",
    async (address) => {
      const code = `export async function resolve(name, context, next) {
        if (["@photostructure/sqlite", "@redis/client", "mongodb"].includes(name))
          throw Object.assign(new Error("It is missing"), { code: "ERR_MODULE_NOT_FOUND" });
        return next(name, context);
      }`;
      const script = (text: string) => `data:text/javascript,${encodeURIComponent(text)}`;
      const hook = script(`import { register } from "node:module"; register("${script(code)}");`);
      expect(await fails(polling, { CHAT_LOG: address }, ["--import", hook])).toBe(
        "The packages of the stores are not installed. Run: npm run stores:install.\n",
      );
    },
  );
});
