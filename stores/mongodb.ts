// MongoDB: one collection for the journal, and a capped one whose cursor stays open at its end (tailable): it wakes the other servers. This works on
// a single server; change streams would need a replica set.
import { type Collection, MongoBulkWriteError, MongoClient } from "mongodb";
import { type Entry, newEpoch, type Store } from "../shared-chat/journal.ts";

type Document = { _id: number; time: number; event: string };

/** A store in MongoDB, at an address such as mongodb://localhost:27017/chat. */
export function mongodb(url: string): Store {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 5_000, socketTimeoutMS: 30_000 });
  const database = client.db();
  const journal: Collection<Document> = database.collection("journal");
  const names: Collection<{ _id: string; name: string }> = database.collection("names");
  const wakes = database.collection("wakes");
  let closed = false;

  async function follow(wake: () => void) {
    while (!closed) {
      try {
        for await (const _ of wakes.find({}, { tailable: true, awaitData: true, maxAwaitTimeMS: 10_000 })) wake();
      } catch {
        // It ends when it is overtaken, when the collection is made again, and when the server goes away.
      }
      await new Promise((resolve) => setTimeout(resolve, 1_000).unref());
    }
  }

  return {
    shared: true,

    async open(wake) {
      await client.connect();
      await database.createCollection("wakes", { capped: true, size: 1024 * 1024 }).catch(() => {}); // it exists
      await wakes.insertOne({}); // a tailable cursor on an empty collection ends at once
      await names.updateOne({ _id: "epoch" }, { $setOnInsert: { name: newEpoch() } }, { upsert: true });
      const epoch = (await names.findOne({ _id: "epoch" }))!.name;
      void follow(wake);
      return epoch;
    },

    // The tick is the primary key, so of two servers that add the same one only one succeeds.
    async append(entries) {
      const newest = await journal.findOne({}, { sort: { _id: -1 } });
      if ((newest?._id ?? 0) !== entries[0]!.tick - 1) return 0;
      const documents = entries.map(({ tick, time, ...event }) => ({ _id: tick, time, event: JSON.stringify(event) }));
      const added = await journal.insertMany(documents).then(
        ({ insertedCount }) => insertedCount,
        (error: unknown) => {
          if (error instanceof MongoBulkWriteError && error.code === 11_000) return error.result.insertedCount;
          throw error;
        },
      );
      await wakes.insertOne({});
      return added;
    },

    async read(after) {
      const found = await journal
        .find({ _id: { $gte: after?.tick ?? 0 } })
        .sort({ _id: 1 })
        .map(({ _id, time, event }) => ({ tick: _id, time, ...JSON.parse(event) }) as Entry)
        .toArray();
      if (!after) return found;
      const [first, ...rest] = found;
      return first?.tick === after.tick && first.time === after.time ? rest : undefined;
    },

    async forget(ticks) {
      await journal.deleteMany({ _id: { $in: [...ticks] } });
    },

    async close() {
      closed = true;
      await client.close();
    },
  };
}
