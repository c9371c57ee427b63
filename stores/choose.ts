// Which store `CHAT_LOG` names. Each is imported only when it is chosen, so nobody needs the packages of another.
import { memory, type Store } from "../shared-chat/journal.ts";
import { UsageError } from "../shared-server/command.ts";

/**
 * The store with this name: an address of Redis or MongoDB, or a file for SQLite. Without a name it is the memory.
 * @throws {UsageError} when its packages are not installed.
 */
export async function chooseStore(name: string | undefined): Promise<Store> {
  if (!name) return memory();
  try {
    if (/^rediss?:/.test(name)) return (await import("./redis.ts")).redis(name);
    if (/^mongodb(\+srv)?:/.test(name)) return (await import("./mongodb.ts")).mongodb(name);
    return (await import("./sqlite.ts")).sqlite(name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new UsageError("The packages of the stores are not installed. Run: npm run stores:install");
  }
}
