// MongoDB: one collection for the journal, and a capped one whose cursor stays open at its end (tailable): it wakes the other servers. This works on
// a single server; change streams would need a replica set.
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type Collection, type MongoBulkWriteError, MongoClient, MongoServerError } from "mongodb";
import { type Entry, newEpoch, type Store } from "../shared-chat/journal.ts";

type Document = { _id: number; time: number; event: string };

/** A store in MongoDB, at an address such as mongodb://localhost:27017/chat. */
export function mongodb(url: string): Store {
  const client = new MongoClient(url, {
    serverSelectionTimeoutMS: 2_000,
    connectTimeoutMS: 5_000,
    socketTimeoutMS: 5_000, // an unplugged server closes nothing
    retryReads: false, // the journal tries again by itself
    retryWrites: false,
    readConcernLevel: "majority", // what is read stays, also when another server of a replica set takes over
    writeConcern: { w: "majority", journal: true }, // on the disk before anybody is answered
  });
  const database = client.db();
  const journal: Collection<Document> = database.collection("journal");
  const names: Collection<{ _id: string; name: string }> = database.collection("names");
  const wakes: Collection<{ by: string }> = database.collection("wakes");
  const me = randomUUID();
  const closing = new AbortController();
  let following: Promise<void> | undefined;

  async function follow(wake: () => void) {
    const options = { tailable: true, awaitData: true, maxAwaitTimeMS: 2_000 };
    while (!closing.signal.aborted) {
      try {
        for await (const { by } of wakes.find({}, options)) if (by !== me) wake();
      } catch {
        // It ends when it is overtaken, when the collection is made again, and when the server goes away.
      }
      wake();
      await sleep(500, undefined, { ref: false });
    }
  }

  return {
    shared: true,

    async open(wake) {
      await client.connect();
      await database.createCollection("wakes", { capped: true, size: 256 * 1024 }).catch(() => {}); // it exists
      await wakes.insertOne({ by: me }); // a tailable cursor on an empty collection ends at once
      await names.insertOne({ _id: "epoch", name: newEpoch() }).catch(isThere);
      const epoch = await names.findOne({ _id: "epoch" });
      following ??= follow(wake);
      return epoch!.name;
    },

    // The tick is the primary key, so of two servers that add the same one only one succeeds.
    async append(entries) {
      const [newest] = await journal.find().sort({ _id: -1 }).limit(1).toArray();
      if (tickOf(newest) !== entries[0]!.tick - 1) return 0;
      const documents = entries.map(({ tick, time, ...event }) => ({ _id: tick, time, event: JSON.stringify(event) }));
      const added = await journal.insertMany(documents).then(
        ({ insertedCount }) => insertedCount,
        (error: unknown) => {
          isThere(error);
          return (error as MongoBulkWriteError).result.insertedCount;
        },
      );
      if (added > 0) void wakes.insertOne({ by: me }).catch(() => {}); // without it, the others find the entries within a second
      return added;
    },

    async read(after) {
      const found = await journal
        .find({ _id: { $gte: after?.tick ?? 0 } })
        .sort({ _id: 1 })
        .toArray();
      const entries = found.map(
        (document) => ({ tick: tickOf(document), time: document.time, ...JSON.parse(document.event) }) as Entry,
      );
      if (!after) return entries;
      const [first, ...rest] = entries;
      return first?.tick === after.tick && first.time === after.time ? rest : undefined;
    },

    async forget(ticks) {
      await journal.deleteMany({ _id: { $in: [...ticks] } });
    },

    async close() {
      closing.abort();
      await client.close();
    },
  };
}

const tickOf = (document: Document | undefined): number => document?.["_id"] ?? 0;

/** Throws any error but this: there is a document with this `_id` already. */
function isThere(error: unknown): void {
  if (!(error instanceof MongoServerError) || error.code !== 11_000) throw error;
}
