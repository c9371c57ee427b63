// A variant in a process of its own, so that a test measures what the server keeps, and not what its clients keep.
import { serveCommands } from "../bench/child.ts";
import { limits } from "../shared-chat/limits.ts";
import { Log } from "../shared-chat/log.ts";
import { start } from "../shared-server/start.ts";
import type { VariantName } from "../shared-server/variants.ts";

limits.posts.points = 1e9; // a test posts faster than a person

const log = new Log();

export const commands = {
  /** Starts a variant with these limits. Its log is full of the longest texts, or empty. */
  async start({ name, full, shorter = {} }: { name: VariantName; full?: boolean; shorter?: Partial<typeof limits> }) {
    Object.assign(limits, shorter);
    if (full) for (let n = 0; n < limits.kept; n++) await log.add({ user: "Ada", text: "😀".repeat(limits.text) });
    return { port: (await start(name, { port: 0, log })).port, oldest: log.cursorAt(0) };
  },

  /** Resident memory in bytes, after garbage collection. */
  memory(): number {
    gc!();
    return process.memoryUsage.rss();
  },

  /** How many TCP connections this process holds, those included whose other end is gone. */
  connections: (): number => process.getActiveResourcesInfo().filter((name) => name === "TCPSocketWrap").length,
};

serveCommands(commands);
