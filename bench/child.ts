// Both ends of a process of our own: the bench asks, one question at a time, and the child answers.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/** How long an answer may take, in milliseconds, beyond the seconds that were ordered. Nothing waits for ever. */
const patience = 60_000;

type Verbs = Record<string, (order: never) => unknown>;

/** In the child: does what it is asked, and ends when the bench does, however that ends. */
export function obey(verbs: Verbs): void {
  process.on("message", async ({ verb, order }: { verb: string; order: never }) => {
    try {
      process.send!({ done: await verbs[verb]!(order) });
    } catch (error) {
      process.send!({ failed: error instanceof Error ? error.message : String(error) });
    }
  });
  process.on("SIGINT", () => {}); // Ctrl-C reaches all processes of a terminal; the bench decides
  process.on("disconnect", () => process.exit());
}

const running = new Set<Child<never>>();

/** In the bench: a child that runs this file and knows these verbs. */
export class Child<V extends Verbs> {
  readonly #file: string;
  readonly #process: ChildProcess;
  readonly #ended: Promise<unknown>;

  constructor(file: string) {
    this.#file = file;
    // The garbage collector is at hand, so that memory can be compared.
    this.#process = fork(fileURLToPath(new URL(file, import.meta.url)), {
      execArgv: ["--expose-gc", "--import", "tsx"],
    });
    this.#process.on("error", () => {}); // whoever asks a dead one is told by "exit"
    this.#ended = once(this.#process, "exit");
    running.add(this);
  }

  /** @throws what the child throws, and when it ends instead of answering. */
  async ask<Verb extends keyof V & string>(
    verb: Verb,
    ...[order]: Parameters<V[Verb]>
  ): Promise<Awaited<ReturnType<V[Verb]>>> {
    const asked = `${this.#file}, ${verb}`;
    const { seconds = 0 } = (order ?? {}) as { seconds?: number };
    const answered = new AbortController();
    const late = setTimeout(patience + seconds * 1_000, undefined, answered).then(() => {
      throw new Error(`${asked}: no answer.`);
    });
    const ended = this.#ended.then(() => {
      throw new Error(`${asked}: the process ended.`);
    });
    const answer = once(this.#process, "message", answered);
    this.#process.send({ verb, order });
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
