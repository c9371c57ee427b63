// A subject with its crowd: a server and a load generator, each in a process of its own, and what both use meanwhile.
import { cpus } from "node:os";
import { Child } from "./child.ts";
import type { verbs as loadVerbs } from "./load.ts";
import type { MetricId } from "./results.ts";
import type { verbs as serverVerbs } from "./target-server.ts";
import type { RunnableTarget } from "./targets.ts";
import { idleSoFar, othersShare } from "./validity.ts";

export type Metrics = Partial<Record<MetricId, number>>;

/** What the crowd has heard, see load.ts. */
export type Heard = Awaited<ReturnType<(typeof loadVerbs)["idle"]>>;

export class Visit {
  readonly target: RunnableTarget;
  readonly load = new Child<typeof loadVerbs>("load.ts");
  #server = new Child<typeof serverVerbs>("target-server.ts");
  #port = 0;

  constructor(target: RunnableTarget) {
    this.target = target;
  }

  /** CPU of the server so far, in microseconds. */
  cpu = () => this.#server.ask("cpu");
  /** Resident memory of the server, in bytes. */
  memory = () => this.#server.ask("memory");

  /** Starts the server; resolves when it listens. */
  async start(): Promise<void> {
    const { kind, technique, file } = this.target;
    const what = kind === "variant" ? { variant: technique } : { baseline: file! };
    this.#port = await this.#server.ask("start", { ...what, port: this.#port });
  }

  /** The server says goodbye and ends, and another one starts at the same port. */
  async restart(): Promise<void> {
    await this.#server.ask("goodbye");
    await this.#server.stop();
    this.#server = new Child("target-server.ts");
    await this.start();
  }

  /** Where it is, and as whom to come. */
  get address() {
    return { name: this.target.crowd, port: this.#port, authority: `127.0.0.1:${this.#port}` };
  }

  async stop(): Promise<void> {
    await Promise.all([this.#server.stop(), this.load.stop()]);
  }
}

/**
 * What one or several crowds heard while they did something, what each server used for it (CPU in microseconds), and how busy
 * everybody was.
 */
export async function meanwhile(visits: readonly Visit[], something: (visit: Visit) => Promise<Heard>) {
  const before = await Promise.all(visits.map((visit) => visit.cpu()));
  const [own, idle, begun] = [process.cpuUsage(), idleSoFar(), performance.now()];
  const heard = await Promise.all(visits.map(something));
  const elapsed = performance.now() - begun;
  const idled = idleSoFar() - idle;
  const after = await Promise.all(visits.map((visit) => visit.cpu()));

  const used = after.map((cpu, i) => cpu - before[i]!);
  const { user, system } = process.cpuUsage(own);
  const ours = [...used, ...heard.map(({ cpu }) => cpu), user, system].reduce((sum, cpu) => sum + cpu) / 1_000;
  const othersCpu = othersShare({ elapsed, cores: cpus().length, idle: idled, ours });
  return visits.map((visit, i) => ({
    visit,
    heard: heard[i]!,
    used: used[i]!,
    busy: {
      serverCpu: used[i]! / elapsed / 10,
      loadCpu: heard[i]!.cpu / elapsed / 10,
      loadDelay: heard[i]!.delay,
      othersCpu,
    },
  }));
}
