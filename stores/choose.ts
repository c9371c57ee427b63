// Which store `CHAT_LOG` names. Each is imported only when it is chosen, so nobody needs the packages of another.
import { memory, type Store } from "../shared-chat/journal.ts";
import { Log } from "../shared-chat/log.ts";
import { UsageError } from "../shared-server/command.ts";

/**
 * The store with this name: an address of Redis or MongoDB, or a file for SQLite. Without a name it is the memory.
 * @throws {UsageError} when its packages are not installed.
 */
export async function chooseStore(name = ""): Promise<Store> {
  if (!name) return memory();
  try {
    if (/^rediss?:/.test(name)) return (await import("./redis.ts")).redis(name);
    if (/^mongodb(\+srv)?:/.test(name)) return (await import("./mongodb.ts")).mongodb(name);
    return (await import("./sqlite.ts")).sqlite(name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw cannotUse(name, error);
    throw new UsageError("The packages of the stores are not installed. Run: npm run stores:install.");
  }
}

/**
 * Opens the log that `CHAT_LOG` and `SUPER_USER` name.
 * @throws {UsageError} when it cannot be used.
 */
export async function openLog({ CHAT_LOG, SUPER_USER }: NodeJS.ProcessEnv): Promise<Log> {
  const log = new Log({ store: await chooseStore(CHAT_LOG), superUser: SUPER_USER });
  await log.open().catch(async (error) => {
    await log.close();
    throw cannotUse(CHAT_LOG!, error);
  });
  return log;
}

// The name of the user and the password in an address are not for the console.
function cannotUse(name: string, error: unknown): UsageError {
  if (error instanceof UsageError) return error;
  const { message } = error as Error;
  return new UsageError(`CHAT_LOG=${name.replace(/\/\/[^/]*@/, "//")} cannot be used: ${message.replace(/\.$/, "")}.`);
}
