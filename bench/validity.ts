// When a measurement counts: other processes must leave the machine idle enough, and the load generator must keep up.
import { cpus } from "node:os";

/** How long all cores of this machine have been idle so far, in milliseconds. Time that a hypervisor took away is not idle. */
export function idleTime(): number {
  return cpus().reduce((sum, { times }) => sum + times.idle, 0);
}

/** The system counts idle time in steps of ten milliseconds, so up to this much on each core may be missing from the count. */
const grain = 20;

/** The CPU of other processes, in percent of all cores: what was neither idle nor ours. Times in milliseconds. */
export function backgroundShare(span: { elapsed: number; cores: number; idle: number; ours: number }): number {
  const all = span.elapsed * span.cores;
  return Math.max(0, ((all - span.idle - span.ours - grain * span.cores) / all) * 100);
}

/** Why a measurement is void, in words; undefined when it counts. In percent of all cores. */
export function disturbed(share: number, limit: number): string | undefined {
  return share > limit ? `other processes used ${Math.round(share)} % of the machine` : undefined;
}

/**
 * Above this share of one core the load generator may have been as slow as the server, so latency and throughput may be its own.
 * The CPU of the server does not depend on that. In percent.
 */
const most = 90;

/** Why latency and throughput do not count, in words; undefined when they do. In percent of one core. */
export function outpaced(load: number): string | undefined {
  return load > most ? `the load generator could not keep up (${Math.round(load)} % of a core)` : undefined;
}
