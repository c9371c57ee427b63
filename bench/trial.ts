// One target under test: its server and a load generator, each in a process of its own, and the CPU that both use.
import { cpus } from "node:os";
import { Child } from "./child.ts";
import type { commands as loadCommands } from "./load-process.ts";
import type { MetricId } from "./results.ts";
import type { commands as targetCommands } from "./target-process.ts";
import type { RunnableTarget } from "./targets.ts";
import { backgroundShare, idleTime } from "./validity.ts";

export type Metrics = Partial<Record<MetricId, number>>;

/** What the load generator has counted, see load-generator.ts. */
export type Observation = Awaited<ReturnType<(typeof loadCommands)["idle"]>>;

export class Trial {
  readonly target: RunnableTarget;
  readonly load = new Child<typeof loadCommands>("load-process.ts");
  #server = new Child<typeof targetCommands>("target-process.ts");
  #port = 0;

  constructor(target: RunnableTarget) {
    this.target = target;
  }

  /** CPU of the server so far, in microseconds. */
  cpu = () => this.#server.ask("cpu");
  /** Resident memory of the server, in bytes. */
  memory = () => this.#server.ask("memory");

  /** Starts the server, with this many rooms of ten people; resolves when it listens. */
  async start(rooms = 0): Promise<void> {
    const { kind, variant, withTls, file } = this.target;
    const what = kind === "variant" ? { variant, withTls } : { baseline: file! };
    this.#port = await this.#server.ask("start", { ...what, port: this.#port, rooms });
  }

  /** Shuts the server down, and starts another one at the same port. */
  async restart(): Promise<void> {
    await this.#server.ask("shutDown");
    await this.#server.stop();
    this.#server = new Child("target-process.ts");
    await this.start();
  }

  /** Where the server is, and which crowd connects to it. */
  get address() {
    const { crowd, withTls } = this.target;
    return { crowd, port: this.#port, authority: `127.0.0.1:${this.#port}`, tls: withTls };
  }

  async stop(): Promise<void> {
    await Promise.all([this.#server.stop(), this.load.stop()]);
  }
}

/**
 * Runs an action in one trial, or in several at the same time: what each load generator counted, the CPU that each server used
 * (in microseconds), and how busy all processes were.
 */
export async function underLoad(trials: readonly Trial[], action: (trial: Trial) => Promise<Observation>) {
  const before = await Promise.all(trials.map((trial) => trial.cpu()));
  const [own, idle, begun] = [process.cpuUsage(), idleTime(), performance.now()];
  const observed = await Promise.all(trials.map(action));
  const elapsed = performance.now() - begun;
  const idled = idleTime() - idle;
  const after = await Promise.all(trials.map((trial) => trial.cpu()));

  const used = after.map((cpu, i) => cpu - before[i]!);
  const { user, system } = process.cpuUsage(own);
  const ours = [...used, ...observed.map(({ cpu }) => cpu), user, system].reduce((sum, cpu) => sum + cpu) / 1_000;
  const backgroundCpu = backgroundShare({ elapsed, cores: cpus().length, idle: idled, ours });
  return trials.map((trial, i) => ({
    trial,
    observed: observed[i]!,
    used: used[i]!,
    busy: {
      serverCpu: used[i]! / elapsed / 10,
      loadCpu: observed[i]!.cpu / elapsed / 10,
      loadDelay: observed[i]!.delay,
      backgroundCpu,
    },
  }));
}
