// SQLite: a file on this machine. Each append is one transaction, and on the disk before anybody is answered. Several processes may share the
// file, but no two machines: a network file system does not lock it well enough (https://www.sqlite.org/howtocorrupt.html).
import { statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { DatabaseSync } from "@photostructure/sqlite";
import { type Entry, newEpoch, type Store } from "../shared-chat/journal.ts";
import { UsageError } from "../shared-server/command.ts";

/** The layout of the file. A program does not write to a file that is newer than itself. */
const version = 1;
const busy = 5; // SQLITE_BUSY, https://sqlite.org/rescode.html

/**
 * A store in a file, which is made if it does not exist.
 * @throws {UsageError} from `open`, when the file cannot be used.
 */
export function sqlite(file: string): Store {
  let db: InstanceType<typeof DatabaseSync>;
  let watch: NodeJS.Timeout | undefined;
  let inode: bigint | undefined;

  /** Whether the file is still the one that is open. Another one may have taken its place. */
  const isThere = () => statSync(file, { bigint: true, throwIfNoEntry: false })?.ino === inode;

  /** Runs in one transaction that waits for those of other processes first. */
  function transaction<T>(run: () => T): T {
    db.exec("BEGIN IMMEDIATE");
    try {
      const result = run();
      db.exec("COMMIT");
      return result;
    } catch (error) {
      db.exec("ROLLBACK");
      throw error;
    }
  }

  const one = <Row>(sql: string, ...values: number[]) => db.prepare(sql).get(...values) as Row;

  async function close() {
    clearInterval(watch);
    if (db?.isOpen) db.close();
  }

  return {
    shared: true,
    close,

    async open(wake) {
      await close();
      try {
        db = new DatabaseSync(file);
        const begin = () => {
          const { user_version: found } = one<{ user_version: number }>("PRAGMA user_version");
          if (found > version) throw new UsageError(`The file ${file} was written by a newer version of this program.`);
          db.exec(
            `CREATE TABLE IF NOT EXISTS entries (tick INTEGER PRIMARY KEY, time INTEGER NOT NULL, event TEXT NOT NULL);
             CREATE TABLE IF NOT EXISTS journal (epoch TEXT NOT NULL);
             PRAGMA user_version = ${version}`,
          );
          db.prepare("INSERT INTO journal SELECT ? WHERE NOT EXISTS (SELECT * FROM journal)").run(newEpoch());
          return one<{ epoch: string }>("SELECT epoch FROM journal").epoch;
        };
        const epoch = await patiently(() => {
          db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 300");
          return transaction(begin);
        });
        inode = statSync(file, { bigint: true }).ino;
        // The version changes when another connection has written: a cheap question, without a lock.
        const seen = () => isThere() && one<{ data_version: number }>("PRAGMA data_version").data_version;
        let last = seen();
        watch = setInterval(() => {
          const now = seen();
          if (now !== last) wake();
          last = now;
        }, 50).unref();
        return epoch;
      } catch (error) {
        if (error instanceof UsageError) throw error;
        throw new UsageError(`The file ${file} cannot be used: ${why(file, error as Error)}.`);
      }
    },

    append: async (entries) =>
      transaction(() => {
        const { last } = one<{ last: number | null }>("SELECT max(tick) AS last FROM entries");
        if (!isThere() || (last ?? 0) !== entries[0]!.tick - 1) return 0;
        const insert = db.prepare("INSERT INTO entries VALUES (?, ?, ?)");
        for (const { tick, time, ...event } of entries) insert.run(tick, time, JSON.stringify(event));
        return entries.length;
      }),

    async read(after) {
      if (!isThere()) return undefined;
      if (after) {
        const there = one<{ time: number } | undefined>("SELECT time FROM entries WHERE tick = ?", after.tick);
        if (there?.time !== after.time) return undefined;
      }
      const rows = db.prepare("SELECT * FROM entries WHERE tick > ? ORDER BY tick").all(after?.tick ?? 0);
      return (rows as { tick: number; time: number; event: string }[]).map(
        ({ tick, time, event }) => ({ tick, time, ...JSON.parse(event) }) as Entry,
      );
    },

    forget: async (ticks) =>
      transaction(() => {
        const remove = db.prepare("DELETE FROM entries WHERE tick = ?");
        for (const tick of ticks) remove.run(tick);
      }),
  };
}

/** Where another process makes the same file at the same moment, SQLite waits for it only sometimes (busy_timeout): so this tries for two seconds. */
async function patiently<T>(run: () => T): Promise<T> {
  const giveUp = performance.now() + 2_000;
  while (true)
    try {
      return run();
    } catch (error) {
      if ((error as { errcode?: number }).errcode !== busy || performance.now() > giveUp) throw error;
      await sleep(20);
    }
}

/** SQLite says "unable to open database file" of a folder, too. */
function why(file: string, { message }: Error): string {
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory()) return "it is a folder";
  return message;
}
