// The load generator: a process of its own, in which many listen and one of them speaks. bench.ts tells it what to do.
import { setTimeout as sleep } from "node:timers/promises";
import { timing } from "../shared-ui/timing.ts";
import { Tap } from "../compare/tap.ts";
import { Audience } from "./audience.ts";
import { obey } from "./child.ts";
import type { Address } from "./clients/crowd.ts";
import { type CrowdName, crowds } from "./clients/crowds.ts";
import { Hearing } from "./hearing.ts";

/** How long we wait for what has not come, in milliseconds. */
const patience = 5_000 + timing.poll;

// One for all who come: what is numbered goes on, because the log goes on, too.
const hearing = new Hearing();
let audience: Audience;

export const verbs = {
  /** Connects so many clients. With `returns`, whoever is lost comes back as pages do. */
  connect({
    name,
    clients,
    returns = false,
    ...address
  }: Address & { name: CrowdName; clients: number; returns?: boolean }) {
    audience = new Audience(crowds[name](address), hearing);
    audience.returns = returns;
    return audience.hears(() => audience.connect(clients));
  },

  /** So many messages a second, for so many seconds, and until the last one has arrived. */
  speak({ rate, seconds }: { rate: number; seconds: number }) {
    return audience.hears(async () => {
      const begun = performance.now();
      for (let said = 0; said < rate * seconds; said++) {
        await sleep(Math.max(0, begun + (said * 1_000) / rate - performance.now()));
        void audience.post();
      }
      await hearing.all(patience);
    });
  },

  /** So many messages at once, and the next as soon as they have reached everybody, for so many seconds. */
  burst({ messages, seconds }: { messages: number; seconds: number }) {
    const { polls } = audience.crowd;
    return audience.hears(async () => {
      for (const end = performance.now() + seconds * 1_000; performance.now() < end;) {
        const posts = Array.from({ length: messages }, () => audience.post());
        if (polls) await Promise.all(posts).then(() => void polls.all()); // nobody waits for their next poll
        await hearing.all(patience);
        if (hearing.awaited > 0) return; // lost
      }
    });
  },

  /** Nobody speaks. */
  idle({ seconds }: { seconds: number }) {
    return audience.hears(() => sleep(seconds * 1_000));
  },

  /** Nobody speaks, and everybody polls again as soon as there is an answer. */
  async hurry({ seconds }: { seconds: number }) {
    const polls = audience.crowd.polls!;
    polls.pace(0);
    void polls.all();
    const heard = await audience.hears(() => sleep(seconds * 1_000));
    polls.pace(timing.poll);
    return heard;
  },

  /** Resolves when all are back that will be lost from now on: to when each was, as `Date.now()` has it. */
  comeBack: () => audience.comeBack(),

  /** Everybody goes, without a goodbye. */
  leave: () => audience.leave(),

  /**
   * What crosses the wire, exactly: a few clients come through a tap, and the messages one after another. A tap would slow
   * everything down; here nothing is timed. Whoever speaks does not come through it.
   */
  async wire({
    name,
    port,
    authority,
    clients,
    messages,
  }: Address & { name: CrowdName; clients: number; messages: number }) {
    const tap = await new Tap(port).open();
    const speaker = crowds[name]({ port, authority });
    await new Promise<void>((resolve) => speaker.connect({ update: () => resolve(), lost() {} }));
    const few = new Audience(crowds[name]({ port: tap.port, authority }), hearing, speaker);
    const { polls } = few.crowd;
    await few.connect(clients);
    polls?.pace(Infinity);

    const say = async () => {
      await few.post();
      await Promise.all([polls?.all(), hearing.all(patience)]);
      if (hearing.awaited > 0) throw new Error("A message did not arrive.");
    };
    // What a connection says only once is behind us then, and the course has its 50 messages.
    for (let said = 0; said < 50; said++) await say();
    const spoken = counter(tap);
    for (let said = 0; said < messages; said++) await say();
    const { bytes, segments } = spoken();
    const asked = counter(tap);
    await polls?.all();
    const empty = polls && asked().down / clients;

    speaker.leave();
    few.leave();
    await tap.close();
    return { bytes: bytes / messages / clients, segments: segments / messages / clients, empty };
  },
};

/** What has crossed the tap since. */
function counter({ up, down }: Tap) {
  const before = { bytes: up.bytes + down.bytes, segments: up.segments + down.segments, down: down.bytes };
  return () => ({
    bytes: up.bytes + down.bytes - before.bytes,
    segments: up.segments + down.segments - before.segments,
    down: down.bytes - before.down,
  });
}

obey(verbs);
