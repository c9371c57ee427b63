// A number that was disturbed is no number. Who else was busy meanwhile, and could the load generator keep up?
import { cpus } from "node:os";

/** How long all cores of this machine have idled so far, in milliseconds. What a hypervisor took away does not count as idle. */
export function idleSoFar(): number {
  return cpus().reduce((sum, { times }) => sum + times.idle, 0);
}

/** The system counts idle time in steps of ten milliseconds; so much of it, on each core, may be nobody's. */
const grain = 20;

/** How busy others were, in percent of all cores: what was neither idle nor ours. Times in milliseconds. */
export function othersShare(span: { elapsed: number; cores: number; idle: number; ours: number }): number {
  const all = span.elapsed * span.cores;
  return Math.max(0, ((all - span.idle - span.ours - grain * span.cores) / all) * 100);
}

/** Why a measurement is void, in words; undefined when it counts. In percent of all cores. */
export function disturbed(share: number, limit: number): string | undefined {
  return share > limit ? `the machine was busy (${Math.round(share)} % with others)` : undefined;
}

/**
 * Above this share of one core the load generator was as slow as the server, or slower: what took time may have taken it there.
 * What the server used does not depend on that. In percent.
 */
const most = 90;

/** Why latency and throughput do not count, in words; undefined when they do. In percent of one core. */
export function outpaced(load: number): string | undefined {
  return load > most ? `the load generator could not keep up (${Math.round(load)} % of a core)` : undefined;
}
