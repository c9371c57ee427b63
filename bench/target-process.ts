// The process of one target: a real variant or a baseline. It also reports what the operating system says about it.
import { once } from "node:events";
import type { AddressInfo, Server } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { limits } from "../shared-chat/limits.ts";
import { Log } from "../shared-chat/log.ts";
import { start } from "../shared-server/start.ts";
import type { VariantName } from "../shared-server/variants.ts";
import { serveCommands } from "./child.ts";
import { fill } from "./rooms-of-ten.ts";
import { startWithTls } from "./with-tls.ts";

limits.posts.points = 1e9; // the bench posts faster than a person

let running: { port: number; stop(): Promise<void> };

export const commands = {
  /**
   * Starts a variant by its name, with TLS or without, or a baseline by its file. With port 0 the system chooses one. With `rooms`
   * there are this many rooms of ten people, and no heartbeats: what those cost, the silence shows.
   */
  async start({
    variant,
    withTls,
    baseline,
    port,
    rooms = 0,
  }: {
    variant?: VariantName;
    withTls?: boolean;
    baseline?: string;
    port: number;
    rooms?: number;
  }): Promise<number> {
    const log = new Log();
    await fill(log, rooms);
    if (rooms > 0) limits.heartbeat = limits.ping = limits.idle = 60 * 60 * 1000;
    const options = { port, log };
    if (variant) return (running = await (withTls ? startWithTls(variant, options) : start(variant, options))).port;
    const { serve } = (await import(`./baselines/${baseline}.ts`)) as { serve: () => Server | Promise<Server> };
    const server = (await serve()).listen(port, "127.0.0.1");
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  },

  /**
   * CPU time of this process so far, in microseconds: user and system, all threads, as the system counts it (getrusage). On Linux
   * /proc/PID/stat shows the same from outside, but in steps of ten milliseconds.
   */
  cpu(): number {
    const { user, system } = process.cpuUsage();
    return user + system;
  },

  /** Shuts the server down, as a variant does on Ctrl-C. */
  shutDown: (): Promise<void> => running.stop(),

  /** Resident memory in bytes, after garbage collection. */
  async memory(): Promise<number> {
    for (let time = 0; time < 3; time++) {
      gc!();
      await sleep(20);
    }
    return process.memoryUsage.rss();
  },
};

serveCommands(commands);
