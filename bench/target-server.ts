// One subject in a process of its own: a real variant, or a floor. It is asked for what the system says of it.
import { once } from "node:events";
import type { AddressInfo, Server } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { type Running, start } from "../shared-server/start.ts";
import type { VariantName } from "../shared-server/variants.ts";
import { obey } from "./child.ts";

let running: Running;

export const verbs = {
  /** Starts a variant by its name, or a floor by its file. Port 0 lets the system choose. */
  async start({
    variant,
    baseline,
    port,
  }: {
    variant?: VariantName;
    baseline?: string;
    port: number;
  }): Promise<number> {
    if (variant) return (running = await start(variant, { port })).port;
    const { serve } = (await import(`./baselines/${baseline}.ts`)) as { serve: () => Server | Promise<Server> };
    const server = (await serve()).listen(port, "127.0.0.1");
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  },

  /**
   * CPU time of this process so far, in microseconds: user and system, all threads, as the system counts it (getrusage). On Linux
   * /proc/PID/stat says the same from outside, but in steps of ten milliseconds.
   */
  cpu(): number {
    const { user, system } = process.cpuUsage();
    return user + system;
  },

  /** Says goodbye to everybody, as a variant does on Ctrl-C. */
  goodbye: (): Promise<void> => running.stop(),

  /** Resident memory in bytes, without garbage. */
  async memory(): Promise<number> {
    for (let time = 0; time < 3; time++) {
      gc!();
      await sleep(20);
    }
    return process.memoryUsage.rss();
  },
};

obey(verbs);
