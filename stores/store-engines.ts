// What the tests and the bench need of each store: one of its own in a folder of its own, and the faults that may hit it.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Tap } from "../compare/tap.ts";
import { freePort } from "../shared-server/loopback.ts";

/** A store that runs, for one test or one run. */
export interface Engine {
  /** What `CHAT_LOG` says. */
  address: string;
  /** It does not answer until the returned function is called. */
  pauses(): Promise<() => Promise<void>>;
  /** Its process is killed, and started again. What lives in the process of the server has none. */
  crashes(): Promise<void>;
  /** Keeps a copy. The returned function brings it back: what was added since is gone. */
  isCopied(): Promise<() => Promise<void>>;
  /** Everything in it is gone. */
  isWiped(): Promise<void>;
  ends(): Promise<void>;
}

export interface EngineKind {
  name: string;
  /** Why it cannot run here, in words. */
  missing: string | undefined;
  starts(): Promise<Engine>;
}

/** `npm test` needs nothing but Node. With STORES=all, what needs a server is tested, too: Redis, MongoDB and the balancers. */
export const withServers = process.env.STORES === "all";

const isInstalled = (program: string) => spawnSync(program, ["--version"]).error === undefined;
const ferretdb = fileURLToPath(new URL(".ferretdb/ferretdb", import.meta.url));

/** Whether somebody listens there. */
async function listens(port: number): Promise<boolean> {
  const socket = net.connect(port, "127.0.0.1");
  return new Promise((resolve) => {
    socket.on("connect", () => (socket.destroy(), resolve(true))).on("error", () => resolve(false));
  });
}

/** An engine with a process of its own, which keeps its data in a folder. */
async function serverEngine(
  command: (port: number, folder: string) => [program: string, ...words: string[]],
  addressAt: (port: number) => string,
  wipe: (address: string) => Promise<void>,
): Promise<Engine> {
  const parent = mkdtempSync(join(tmpdir(), "chat-store-"));
  const folder = join(parent, "data");
  const port = await freePort();
  const address = addressAt(port);
  let child: ChildProcess;

  async function start() {
    mkdirSync(folder, { recursive: true });
    const [program, ...words] = command(port, folder);
    child = spawn(program, words, { cwd: parent, stdio: "ignore" });
    while (!(await listens(port))) {
      if (child.exitCode !== null) throw new Error(`${program} ended with ${child.exitCode}.`);
      await sleep(20);
    }
  }

  async function stop(signal: NodeJS.Signals) {
    const ended = once(child, "exit");
    child.kill(signal);
    child.kill("SIGCONT");
    await ended;
  }

  await start();
  return {
    address,
    async pauses() {
      child.kill("SIGSTOP");
      return async () => void child.kill("SIGCONT");
    },
    async crashes() {
      await stop("SIGKILL");
      await start();
    },
    async isCopied() {
      const copy = join(parent, "copy");
      await stop("SIGTERM");
      cpSync(folder, copy, { recursive: true });
      await start();
      return async () => {
        await stop("SIGTERM");
        rmSync(folder, { recursive: true });
        renameSync(copy, folder);
        await start();
      };
    },
    isWiped: () => wipe(address),
    async ends() {
      await stop("SIGKILL");
      rmSync(parent, { recursive: true });
    },
  };
}

const sqlite: EngineKind = {
  name: "sqlite",
  missing: undefined,
  async starts() {
    const { DatabaseSync } = await import("@photostructure/sqlite");
    const folder = mkdtempSync(join(tmpdir(), "chat-store-"));
    const file = join(folder, "chat.db");
    const remove = () => ["", "-wal", "-shm"].forEach((end) => rmSync(file + end, { force: true }));
    return {
      address: file,
      async pauses() {
        const other = new DatabaseSync(file);
        other.exec("BEGIN EXCLUSIVE");
        return async () => other.close(); // as long as this function is there, the lock is, too
      },
      crashes: async () => {},
      async isCopied() {
        const copy = join(folder, "copy.db");
        const db = new DatabaseSync(file);
        db.exec(`VACUUM INTO '${copy}'`);
        db.close();
        return async () => {
          remove();
          renameSync(copy, file);
        };
      },
      isWiped: async () => remove(),
      ends: async () => rmSync(folder, { recursive: true }),
    };
  },
};

const redis: EngineKind = {
  name: "redis",
  missing: isInstalled("redis-server") ? undefined : "redis-server is not installed. Run: apt-get install redis-server",
  starts: () =>
    serverEngine(
      (port, folder) => [
        "redis-server",
        "--port",
        String(port),
        "--bind",
        "127.0.0.1",
        "--dir",
        folder,
        "--save",
        "",
        "--appendonly",
        "yes",
        "--appendfsync",
        "always",
      ],
      (port) => `redis://127.0.0.1:${port}`,
      async (address) => {
        const { createClient } = await import("@redis/client");
        const client = await createClient({ url: address }).connect();
        await client.flushAll();
        client.destroy();
      },
    ),
};

const ferret: EngineKind = {
  name: "mongodb",
  missing: existsSync(ferretdb) ? undefined : "FerretDB is not built. Run, where Go is installed: stores/ferretdb.sh",
  starts: () =>
    serverEngine(
      (port, folder) => [
        ferretdb,
        "--handler=sqlite",
        `--sqlite-url=file:${folder}/`,
        `--listen-addr=127.0.0.1:${port}`,
        "--telemetry=disable",
        "--debug-addr=-",
        `--state-dir=${folder}`,
        "--log-level=ERROR",
      ],
      (port) => `mongodb://127.0.0.1:${port}/chat`,
      async (address) => {
        const { MongoClient } = await import("mongodb");
        const client = new MongoClient(address);
        await client.db().dropDatabase();
        await client.close();
      },
    ),
};

/** A MongoDB that runs already. It is not ours to stop, so a tap in front of it makes the faults. */
const mongodbAt = (url: string): EngineKind => ({
  name: "mongodb",
  missing: undefined,
  async starts() {
    const { MongoClient } = await import("mongodb");
    const client = new MongoClient(url);
    const database = client.db(`chat-${randomUUID()}`);
    const { hostname, port } = new URL(url);
    const tap = await new Tap(Number(port || 27_017)).open();
    tap.targetHost = hostname;
    return {
      address: `mongodb://127.0.0.1:${tap.port}/${database.databaseName}?directConnection=true`,
      async pauses() {
        tap.freeze();
        return async () => tap.thaw();
      },
      crashes: async () => tap.cut(),
      async isCopied() {
        const collections = ["names", "journal"].map((name) => database.collection(name));
        const copies = await Promise.all(collections.map((each) => each.find().toArray()));
        return async () => {
          tap.cut();
          for (const [n, each] of collections.entries()) {
            await each.deleteMany();
            await each.insertMany(copies[n]!);
          }
        };
      },
      isWiped: async () => void (await database.dropDatabase()),
      async ends() {
        await tap.close();
        await database.dropDatabase();
        await client.close();
      },
    };
  },
});

const { MONGO_URL } = process.env;

/** All stores that outlive their server. MongoDB is the one at MONGO_URL, or else FerretDB, which speaks the same protocol. */
export const engines: readonly EngineKind[] = [sqlite, redis, MONGO_URL ? mongodbAt(MONGO_URL) : ferret];

/**
 * The kind with this name.
 * @throws when there is none, or when it cannot run here.
 */
export function engineKind(name: string): EngineKind {
  const kind = engines.find((each) => each.name === name);
  if (!kind) throw new Error(`There is no store ${name}. There are ${engines.map((each) => each.name).join(", ")}.`);
  if (kind.missing) throw new Error(kind.missing);
  return kind;
}
