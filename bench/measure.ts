// The scenarios of one target, one after another: a server starts, a crowd connects, and messages are posted.
import { max, median } from "simple-statistics";
import { limits } from "../shared-chat/limits.ts";
import { timing } from "../shared-ui/timing.ts";
import type { Options } from "./options.ts";
import type { RoomScenario, ScenarioId } from "./results.ts";
import { roomSize, roomsOf } from "./rooms-of-ten.ts";
import { conversation, inRooms, measure, type Sample, throughput } from "./sample.ts";
import { crowdFactor, messagesInRooms } from "./scenarios.ts";
import type { RunnableTarget } from "./targets.ts";
import { type Metrics, type Observation, Trial } from "./trial.ts";

/** In this many seconds each client has polled once. */
const pollRound = timing.poll / 1_000;

/** All scenarios but the crowd, rooms, silence and restart. One crowd goes through all of them. */
export async function converse(
  target: RunnableTarget,
  wanted: readonly ScenarioId[],
  options: Options,
): Promise<Sample[]> {
  const { clients, rate, seconds, quick } = options;
  const polling = target.variant === "polling";
  const trial = new Trial(target);
  const { load } = trial;
  const samples: Sample[] = [];
  const sample = async (
    scenario: ScenarioId,
    action: () => Promise<Observation>,
    metrics: (used: number, observed: Observation) => Metrics | Promise<Metrics>,
  ) => {
    if (wanted.includes(scenario)) samples.push(...(await measure([trial], scenario, action, metrics, options)));
    else if (scenario === "connect") await action();
  };

  try {
    const begun = performance.now();
    await trial.start();
    const startup = performance.now() - begun;

    // A few clients connect and disconnect before the count begins, so that the code is warm.
    await load.ask("connect", { ...trial.address, clients: Math.min(50, clients) });
    await load.ask("disconnect");
    const alone = await trial.memory();
    await sample(
      "connect",
      () => load.ask("connect", { ...trial.address, clients }),
      async (used) => ({
        startup,
        connectCpu: used / 1_000 / clients,
        memory: ((await trial.memory()) - alone) / 1_000 / clients,
      }),
    );

    if (wanted.some((id) => ["delivery", "flat-out", "bursts"].includes(id))) await warm(trial, quick ? 0.5 : 1);
    await sample("delivery", () => talk(trial, rate, seconds), conversation);
    const half = { seconds: seconds / 2 };
    await sample(
      "flat-out",
      () => (polling ? load.ask("pollFlatOut", half) : load.ask("postInBursts", { messages: 1, ...half })),
      throughput,
    );
    await sample("bursts", () => load.ask("postInBursts", { messages: 16, ...half }), throughput);

    await load.ask("disconnect");
    if (wanted.includes("wire")) {
      const { bytes, segments, empty } = await load.ask("wire", { ...trial.address, clients: 10, messages: 50 });
      const metrics = {
        bytesPerDelivery: bytes,
        segmentsPerDelivery: segments,
        ...(empty && { bytesPerEmptyPoll: empty }),
      };
      samples.push({ target: target.id, scenario: "wire", metrics });
    }
    return samples;
  } finally {
    await trial.stop();
  }
}

/** A conversation of this many seconds, and at least until each client has polled. */
function talk({ target, load }: Trial, rate: number, seconds: number): Promise<Observation> {
  return load.ask("postAtRate", {
    rate,
    seconds: target.variant === "polling" ? Math.max(seconds, pollRound) : seconds,
  });
}

/** Runs the code of a server before the count begins: responses with messages, and in polling also empty ones. */
async function warm({ target, load }: Trial, seconds: number): Promise<void> {
  await load.ask("postInBursts", { messages: 1, seconds });
  if (target.variant === "polling") await load.ask("pollFlatOut", { seconds }); // the last, because it spreads the polls
}

/** A conversation with ten times as many clients. */
export async function crowd(target: RunnableTarget, options: Options): Promise<Sample[]> {
  const trial = new Trial(target);
  const { load } = trial;
  const rate = Math.max(1, Math.round(options.rate / crowdFactor));
  try {
    await trial.start();
    await load.ask("connect", { ...trial.address, clients: crowdFactor * options.clients });
    await warm(trial, 1);
    return await measure([trial], "crowd", () => talk(trial, rate, options.seconds), conversation, options);
  } finally {
    await trial.stop();
  }
}

/**
 * Messages in rooms of ten. What the scenarios compare differs in one thing at a time: how many rooms are full, or in how many something is
 * said. The number of messages is the same, to warm the code and to count.
 */
export async function rooms(target: RunnableTarget, scenario: RoomScenario, options: Options): Promise<Sample[]> {
  const all = roomsOf(options.clients);
  const full = scenario === "room" ? 1 : all;
  const busy = scenario === "rooms" ? all : 1;
  const trial = new Trial(target);
  const say = () => trial.load.ask("postInRooms", { rooms: busy, messages: messagesInRooms * options.seconds });
  try {
    await trial.start(full);
    await trial.load.ask("connect", { ...trial.address, clients: full * roomSize, inRooms: true });
    await say();
    return await measure([trial], scenario, say, inRooms, options);
  } finally {
    await trial.stop();
  }
}

/** Silence. Idle targets do not disturb each other, so several are measured at the same time; those that poll, one by one. */
export async function idle(
  targets: readonly RunnableTarget[],
  _wanted: readonly ScenarioId[],
  options: Options,
): Promise<Sample[]> {
  const trials = targets.map((target) => new Trial(target));
  const polling = targets.some(({ variant }) => variant === "polling");
  const seconds = polling ? 2 * pollRound : limits.heartbeat / 1_000;
  const minutes = (options.clients * seconds) / 60;
  try {
    for (const trial of trials) {
      await trial.start();
      await trial.load.ask("connect", { ...trial.address, clients: options.clients });
    }
    // Before the count begins, the code is warm, and what that left behind is cleaned up.
    for (const trial of trials) await warm(trial, options.quick ? 0.5 : 1);
    await Promise.all(trials.map(({ load }) => load.ask("idle", { seconds: 1 })));
    const metrics = (used: number, { polls, bytes }: Observation) => ({
      idleCpu: used / minutes,
      idleBytes: bytes / minutes,
      ...(polls && { cpuPerPoll: used / polls }),
    });
    return await measure(trials, "idle", ({ load }) => load.ask("idle", { seconds }), metrics, options);
  } finally {
    await Promise.all(trials.map((trial) => trial.stop()));
  }
}

/** A restart, and how long it takes until all clients are back. */
export async function restart(target: RunnableTarget, options: Options): Promise<Sample[]> {
  const trial = new Trial(target);
  try {
    await trial.start();
    await trial.load.ask("connect", { ...trial.address, clients: options.clients, reconnects: true });
    const begun = Date.now();
    const [back] = await Promise.all([trial.load.ask("reconnected"), trial.restart()]);
    const times = back.map((time) => time - begun);
    return [
      {
        target: target.id,
        scenario: "restart",
        metrics: { recoveryP50: median(times), recoveryLast: max(times) },
      },
    ];
  } finally {
    await trial.stop();
  }
}
