// Both ends of a child process: the bench sends one command at a time, and the child answers.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/** How long an answer may take, in milliseconds, beyond the seconds that the command asks for. */
const timeout = 60_000;

type Commands = Record<string, (input: never) => unknown>;

/** In the child: runs the commands that it receives, and ends when the bench ends, for whatever reason. */
export function serveCommands(commands: Commands): void {
  process.on("message", async ({ command, input }: { command: string; input: never }) => {
    try {
      process.send!({ done: await commands[command]!(input) });
    } catch (error) {
      process.send!({ failed: error instanceof Error ? error.message : String(error) });
    }
  });
  process.on("SIGINT", () => {}); // Ctrl-C reaches all processes of a terminal; the bench decides
  process.on("disconnect", () => process.exit());
}

const running = new Set<Child<never>>();

/** In the bench: a child process that runs this file and has these commands. */
export class Child<C extends Commands> {
  readonly #file: string;
  readonly #process: ChildProcess;
  readonly #ended: Promise<unknown>;

  constructor(file: string) {
    this.#file = file;
    // The bench calls the garbage collector before it compares memory.
    this.#process = fork(fileURLToPath(new URL(file, import.meta.url)), {
      execArgv: ["--expose-gc", "--import", "tsx"],
    });
    this.#process.on("error", () => {}); // "exit" follows, and fails every command
    this.#ended = once(this.#process, "exit");
    running.add(this);
  }

  /** @throws what the child throws, and when the child ends instead of answering. */
  async ask<Command extends keyof C & string>(
    command: Command,
    ...[input]: Parameters<C[Command]>
  ): Promise<Awaited<ReturnType<C[Command]>>> {
    const asked = `${this.#file}, ${command}`;
    const { seconds = 0 } = (input ?? {}) as { seconds?: number };
    const answered = new AbortController();
    const late = setTimeout(timeout + seconds * 1_000, undefined, answered).then(() => {
      throw new Error(`${asked}: no answer.`);
    });
    const ended = this.#ended.then(() => {
      throw new Error(`${asked}: the process ended.`);
    });
    const answer = once(this.#process, "message", answered);
    this.#process.send({ command, input });
    try {
      const [{ done, failed }] = (await Promise.race([answer, late, ended])) as [{ done: never; failed?: string }];
      if (failed !== undefined) throw new Error(`${asked}: ${failed}`);
      return done;
    } finally {
      answered.abort();
    }
  }

  async stop(): Promise<void> {
    running.delete(this);
    this.#process.kill("SIGKILL");
    await this.#ended;
  }
}

/** Ends every child at once. */
export function stopAll(): void {
  for (const child of running) void child.stop();
}
