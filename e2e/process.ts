// Runs the npm scripts as a person does: in processes of their own.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import net from "node:net";
import { fileURLToPath } from "node:url";
import { expect, vi } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const children = new Set<ChildProcess>();

const script = (code: string) => `data:text/javascript,${encodeURIComponent(code)}`;
const slowRolldown = script(`export async function resolve(name, context, next) {
  if (name === "rolldown") await new Promise((resolve) => setTimeout(resolve, 2_000));
  return next(name, context);
}`);

/** Options of Node with which the bundler takes two seconds longer. */
export const slowBundler = ["--import", script(`import { register } from "node:module"; register("${slowRolldown}");`)];

/** Ends every process that was started here and still runs. */
export function endAll(): void {
  for (const child of children) child.kill("SIGKILL");
}

/** Starts a command as its script in package.json does. `words` are a file and its arguments. */
export function runs(words: string[], env: Record<string, string> = {}, options: string[] = []) {
  const child = spawn(process.execPath, [...options, "shared-server/run.cjs", ...words], {
    cwd: root,
    env: { PATH: process.env.PATH, PORT: "0", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.add(child);
  const said = { out: "", err: "" };
  child.stdout.on("data", (data: Buffer) => (said.out += data.toString()));
  child.stderr.on("data", (data: Buffer) => (said.err += data.toString()));
  const ended = once(child, "close").then(([code]) => {
    children.delete(child);
    return code as number | null;
  });
  return {
    said,
    ended,
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    /** The port in the address that the command prints when it is ready. */
    async port(): Promise<number> {
      await Promise.race([vi.waitUntil(() => said.out.includes("\n"), { timeout: 60_000, interval: 10 }), ended]);
      const [, port] = /^[^:]+: https?:\/\/\S+?:(\d+)/.exec(said.out) ?? [];
      if (!port) throw new Error(`The command printed no address: ${said.out}${said.err}`);
      return Number(port);
    },
  };
}

/** Runs a command that must fail, and returns what it prints: one sentence, and no stack trace. */
export async function fails(...command: Parameters<typeof runs>): Promise<string> {
  const { said, ended, kill } = runs(...command);
  const started = vi.waitUntil(() => said.out, { timeout: 60_000, interval: 10 }).catch(() => {});
  const code = await Promise.race([ended, started.then(() => (kill("SIGKILL"), ended))]);
  expect(said).toEqual({ out: "", err: expect.stringMatching(/^[A-Z][^\n]+\.\n$/) });
  expect(said.err).not.toContain("    at ");
  expect(code).toBe(1);
  return said.err;
}

/** Whether this port is free. */
export async function isFree(port: number): Promise<boolean> {
  const server = net.createServer().listen(port, "127.0.0.1");
  const free = await once(server, "listening").then(
    () => true,
    () => false,
  );
  if (free) await new Promise((resolve) => server.close(resolve));
  return free;
}

/** The first of five free ports in a row. `from` must be below the ports that systems assign on their own. */
export async function fiveFree(from: number): Promise<number> {
  for (const offset of [0, 1, 2, 3, 4]) if (!(await isFree(from + offset))) return fiveFree(from + 5);
  return from;
}
