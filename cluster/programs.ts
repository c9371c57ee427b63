// Starts what a cluster is made of, each in a process of its own: Redis, a balancer, and nodes. All of them listen on loopback only.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { certificate } from "../http2-push/certificate.ts";
import { UsageError } from "../shared-server/command.ts";
import { freePort } from "../shared-server/loopback.ts";
import { variants } from "../shared-server/variants.ts";
import type { Order } from "./node.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

// Debian installs servers where only root looks for programs.
const PATH = [process.env.PATH, "/usr/sbin", "/usr/local/sbin"].join(delimiter);

/** Whether a program is installed. */
export const isInstalled = (program: string): boolean =>
  PATH.split(delimiter).some((folder) => existsSync(join(folder, program)));

const running = new Set<Program>();

/** A program that runs in a process of its own. */
export class Program {
  /** Resolves when it has ended. */
  readonly ended: Promise<unknown>;
  readonly process: ChildProcess;
  #wanted = true;
  #said = "";

  constructor(command: string, words: string[], folder: string, env: NodeJS.ProcessEnv = {}) {
    this.process = spawn(command, words, {
      cwd: folder,
      env: { ...process.env, PATH, ...env },
      // Out of the way of Ctrl-C, which reaches every process of the terminal: the store must not end before the nodes have said goodbye.
      detached: true,
      stdio: ["ignore", "pipe", "pipe", ...(command === process.execPath ? (["ipc"] as const) : [])],
    });
    for (const stream of [this.process.stdout, this.process.stderr])
      stream!.on("data", (data: Buffer) => (this.#said = (this.#said + data.toString()).slice(-10_000)));
    this.process.on("error", (error) => (this.#said += error.message)); // "close" follows
    running.add(this);
    // When we end, for whatever reason, this shell reads the end of its input, and ends the program.
    const guard = spawn("sh", ["-c", "read line; kill -9 $0", String(this.pid)], {
      detached: true,
      stdio: ["pipe", "ignore", "ignore"],
    });
    this.ended = once(this.process, "close").then(() => {
      running.delete(this);
      guard.kill("SIGKILL");
    });
  }

  get pid(): number {
    return this.process.pid!;
  }

  /** The end of what it has printed. */
  get said(): string {
    return this.#said.trim();
  }

  /** Whether it is meant to run: false when it was asked to stop. */
  readonly isWanted = (): boolean => this.#wanted;

  kill(signal: NodeJS.Signals): void {
    this.process.kill(signal);
  }

  /** Asks it to end, and kills it if it has not ended after five seconds. */
  async stop(): Promise<void> {
    this.#wanted = false;
    this.kill("SIGTERM");
    this.kill("SIGCONT"); // it may be stopped
    const kill = setTimeout(() => this.kill("SIGKILL"), 5_000);
    await this.ended;
    clearTimeout(kill);
  }

  /**
   * Resolves when it accepts connections at this port.
   * @throws {UsageError} with what it said, when it ends instead.
   */
  async listens(port: number): Promise<this> {
    while (!(await isOpen(port))) {
      if (!running.has(this)) throw new UsageError(`${this.process.spawnfile} did not start: ${this.said}`);
      await pause(20);
    }
    return this;
  }
}

async function isOpen(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** A new folder for what the programs write, and the function that removes it. */
export function newFolder(): { folder: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), "cluster-"));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Starts a Redis that keeps its data in this folder, and loses nothing that it has acknowledged when it is killed. */
export function startRedis(port: number, folder: string): Promise<Program> {
  const settings = {
    port,
    bind: "127.0.0.1",
    dir: folder,
    save: "",
    appendonly: "yes",
    appendfsync: "always",
    "maxmemory-policy": "noeviction",
  };
  const words = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  return new Program("redis-server", words, folder).listens(port);
}

/** The balancers: the file with the configuration, and the command that runs it in a folder where this file is. */
export const balancers = {
  haproxy: { file: "haproxy.cfg", words: ["-db", "-f", "haproxy.cfg"] },
  nginx: { file: "nginx.conf", words: ["-p", ".", "-c", "nginx.conf", "-e", "stderr", "-g", "daemon off;"] },
  caddy: { file: "Caddyfile", words: ["run", "--config", "Caddyfile", "--adapter", "caddyfile"] },
} as const;
export type Balancer = keyof typeof balancers;

/**
 * Starts a balancer with the configuration that is in this folder of the repository, but with these ports instead of 3001 to 3004, and with the
 * nodes at these ports instead of 4001 to 4004 and 5001 to 5004.
 */
export async function startBalancer(
  name: Balancer,
  ports: number[],
  nodes: [number[], number[]],
  folder: string,
): Promise<Program> {
  const { file, words } = balancers[name];
  const chosen = new Map(
    [ports, ...nodes].flatMap((list, row) => list.map((port, i) => [3_001 + 1_000 * row + i, port])),
  );
  const text = readFileSync(new URL(file, import.meta.url), "utf8");
  writeFileSync(
    join(folder, file),
    text.replaceAll(/\b[345]00[1-4]\b/g, (port) => String(chosen.get(Number(port)))),
  );
  const { key, cert } = await certificate();
  writeFileSync(join(folder, "localhost.pem"), `${cert}\n${key}`, { mode: 0o600 });
  const program = new Program(name, [...words], folder, { HOME: folder }); // caddy keeps a file there
  for (const port of ports) await program.listens(port);
  return program;
}

/** A node. It can be killed, and started again: then it serves the same variants at the same ports. */
export class Node {
  program: Program | undefined;
  /** The ports of the variants, in the order of `variants`. */
  readonly ports: number[] = [];
  readonly #env: NodeJS.ProcessEnv;
  readonly #orders: Order[] = [];

  constructor(env: NodeJS.ProcessEnv) {
    this.#env = env;
  }

  /** @throws {UsageError} with what it said, when it does not start. */
  async start(): Promise<void> {
    const program = new Program(process.execPath, ["shared-server/run.cjs", "cluster/node.ts"], root, this.#env);
    await answerOf(program);
    for (const order of this.#orders) await give(program, order);
    this.program = program;
  }

  /** Serves a variant from now on. */
  async serve(order: Omit<Order, "port">): Promise<void> {
    const port = await freePort();
    this.ports[variants.findIndex(({ name }) => name === order.name)] = port;
    this.#orders.push({ ...order, port });
    await give(this.program!, { ...order, port });
  }

  async stop(): Promise<void> {
    await this.program?.stop();
  }
}

async function give(program: Program, order: Order): Promise<void> {
  const answered = answerOf(program);
  program.process.send(order);
  await answered;
}

/** Resolves when a node says that it is ready. @throws {UsageError} with what it said, when it ends instead. */
async function answerOf(program: Program): Promise<void> {
  const ended = program.ended.then(() => {
    throw new UsageError(`A node did not start: ${program.said}`);
  });
  await Promise.race([once(program.process, "message"), ended]);
}
