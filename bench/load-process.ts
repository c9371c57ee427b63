// The process of the load generator. bench.ts sends it commands.
import { setTimeout as sleep } from "node:timers/promises";
import { timing } from "../shared-ui/timing.ts";
import { Tap } from "../compare/tap.ts";
import { serveCommands } from "./child.ts";
import type { Address } from "./clients/crowd.ts";
import { type CrowdName, crowds } from "./clients/crowds.ts";
import { DeliveryCounter } from "./delivery-counter.ts";
import { LoadGenerator } from "./load-generator.ts";

/** How long a delivery may take, in milliseconds. */
const timeout = 5_000 + timing.poll;

// One for all crowds: the numbers go on, because the log goes on, too.
const deliveries = new DeliveryCounter();
let load: LoadGenerator;

export const commands = {
  /**
   * Connects this many clients. With `reconnects`, a client that loses its connection reconnects as the page does. With `inRooms`
   * they are people in rooms of ten.
   */
  connect({
    crowd,
    clients,
    reconnects = false,
    inRooms = false,
    ...address
  }: Address & { crowd: CrowdName; clients: number; reconnects?: boolean; inRooms?: boolean }) {
    load = new LoadGenerator(crowds[crowd](address), deliveries);
    load.reconnects = reconnects;
    return load.observe(() => load.connect(clients, inRooms));
  },

  /** Posts this many messages per second, for this many seconds, and waits until the last one has arrived. */
  postAtRate({ rate, seconds }: { rate: number; seconds: number }) {
    return load.observe(async () => {
      const begun = performance.now();
      for (let posted = 0; posted < rate * seconds; posted++) {
        await sleep(Math.max(0, begun + (posted * 1_000) / rate - performance.now()));
        void load.post();
      }
      await deliveries.all(timeout);
    });
  },

  /** Posts this many messages at once, and the next as soon as all clients have them, for this many seconds. */
  postInBursts({ messages, seconds }: { messages: number; seconds: number }) {
    const { polls } = load.crowd;
    return load.observe(async () => {
      for (const end = performance.now() + seconds * 1_000; performance.now() < end;) {
        const posts = Array.from({ length: messages }, () => load.post());
        if (polls) await Promise.all(posts).then(() => void polls.all()); // no client waits for its next poll
        await deliveries.all(timeout);
        if (deliveries.outstanding > 0) return; // lost
      }
    });
  },

  /** Says a message in one of these rooms after another, the next as soon as the ten have it. */
  postInRooms({ rooms, messages }: { rooms: number; messages: number }) {
    return load.observe(async () => {
      for (let posted = 0; posted < messages; posted++) {
        void load.postIn(posted % rooms);
        await deliveries.all(timeout);
        if (deliveries.outstanding > 0) return; // lost
      }
    });
  },

  /** Posts nothing. */
  idle({ seconds }: { seconds: number }) {
    return load.observe(() => sleep(seconds * 1_000));
  },

  /** Posts nothing, and each client polls again as soon as it has a response. */
  async pollFlatOut({ seconds }: { seconds: number }) {
    const polls = load.crowd.polls!;
    polls.pace(0);
    void polls.all();
    const observed = await load.observe(() => sleep(seconds * 1_000));
    polls.pace(timing.poll);
    return observed;
  },

  /** Resolves when each client has lost its connection and has reconnected: to the times, as `Date.now()` counts. */
  reconnected: () => load.reconnected(),

  /** Cuts every connection. */
  disconnect: () => load.disconnect(),

  /**
   * Counts exactly what crosses the wire: a few clients connect through a tap, and messages are posted one after another. A tap
   * slows everything down, so nothing is timed here. The connection that posts does not go through it.
   */
  async wire({
    crowd,
    clients,
    messages,
    ...address
  }: Address & { crowd: CrowdName; clients: number; messages: number }) {
    const tap = await new Tap(address.port).open();
    const sender = crowds[crowd](address);
    await new Promise<void>((resolve) => sender.connect({ update: () => resolve(), lost() {} }));
    const few = new LoadGenerator(crowds[crowd]({ ...address, port: tap.port }), deliveries, sender);
    const { polls } = few.crowd;
    await few.connect(clients);
    polls?.pace(Infinity);
    // A poll that is under way now may be answered before the first message is accepted, and nobody would ask for it again.
    await polls?.all();

    const post = async () => {
      await few.post();
      await Promise.all([polls?.all(), deliveries.all(timeout)]);
      if (deliveries.outstanding > 0) throw new Error("A message did not arrive.");
    };
    // After these, each connection has sent what it sends only once, and the course's protocol has its 50 messages.
    for (let posted = 0; posted < 50; posted++) await post();
    const afterPosts = counter(tap);
    for (let posted = 0; posted < messages; posted++) await post();
    const { bytes, segments } = afterPosts();
    const afterPoll = counter(tap);
    await polls?.all();
    const empty = polls && afterPoll().down / clients;

    sender.disconnect();
    few.disconnect();
    await tap.close();
    return { bytes: bytes / messages / clients, segments: segments / messages / clients, empty };
  },
};

/** Returns a function that says what has crossed the tap since this call. */
function counter({ up, down }: Tap) {
  const before = { bytes: up.bytes + down.bytes, segments: up.segments + down.segments, down: down.bytes };
  return () => ({
    bytes: up.bytes + down.bytes - before.bytes,
    segments: up.segments + down.segments - before.segments,
    down: down.bytes - before.down,
  });
}

serveCommands(commands);
