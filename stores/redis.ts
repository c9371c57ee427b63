// Redis: one stream, shared by any number of servers. Set `appendonly yes` and `appendfsync always` there, or what was acknowledged is lost when
// Redis is killed, and `maxmemory-policy noeviction`, or it throws the journal away when its memory is full.
import { randomUUID } from "node:crypto";
import { createClient } from "@redis/client";
import { type Entry, newEpoch, type Store } from "../shared-chat/journal.ts";

// A script runs alone, so nobody can add between the question and the answer. The ids of the stream are our ticks.
const append = `
  local newest = redis.call("XREVRANGE", KEYS[1], "+", "-", "COUNT", 1)[1]
  local last = newest and tonumber(string.match(newest[1], "^%d+")) or 0
  local first = tonumber(ARGV[2])
  if last ~= first - 1 then return 0 end
  for n = 3, #ARGV do
    redis.call("XADD", KEYS[1], string.format("%d-0", first + n - 3), "entry", ARGV[n])
  end
  redis.call("PUBLISH", KEYS[1], ARGV[1])
  return #ARGV - 2`;

/** A store in Redis, at an address such as redis://localhost:6379. The keys begin with "chat:". */
export function redis(url: string): Store {
  // The braces keep both keys on one machine of a cluster.
  const [stream, epoch] = ["{chat}:journal", "{chat}:epoch"];
  const me = randomUUID();
  let opened = false;
  const client = createClient({
    url,
    disableOfflineQueue: true, // while Redis is away a command fails at once, and the draft is sent again later
    pingInterval: 2_000,
    socket: {
      socketTimeout: 5_000, // an unplugged Redis closes nothing
      connectTimeout: 5_000,
      reconnectStrategy: () => opened && 500 + Math.random() * 500, // at the start, somebody waits for the sentence
    },
  });
  const follower = client.duplicate();
  for (const each of [client, follower]) each.on("error", () => {}); // it connects again by itself; the commands say that it is away

  return {
    shared: true,

    async open(wake) {
      for (const each of [client, follower]) if (!each.isOpen) await each.connect();
      await follower.unsubscribe(stream);
      await follower.subscribe(stream, (by) => by !== me && wake());
      opened = true;
      await client.set(epoch, newEpoch(), { condition: "NX" });
      return (await client.get(epoch)) ?? "";
    },

    async append(entries) {
      const values = entries.map((entry) => JSON.stringify({ ...entry, tick: undefined }));
      return Number(
        await client.eval(append, {
          keys: [stream],
          arguments: [me, String(entries[0]!.tick), ...values],
        }),
      );
    },

    async read(after) {
      const from = after ? `${after.tick}-0` : "-";
      const found = (await client.xRange(stream, from, "+"))!.map(
        ({ id, message }) => ({ tick: Number.parseInt(id, 10), ...JSON.parse(message["entry"]!) }) as Entry,
      );
      if (!after) return found;
      const [first, ...rest] = found;
      return first?.tick === after.tick && first.time === after.time ? rest : undefined;
    },

    async forget(ticks) {
      await client.xDel(
        stream,
        ticks.map((tick) => `${tick}-0`),
      );
    },

    async close() {
      for (const each of [client, follower]) if (each.isOpen) each.destroy();
    },
  };
}
