// The scenarios, one after another, for one subject: a server, a crowd that comes in, and what it is put through.
import { max, median } from "simple-statistics";
import { limits } from "../shared-chat/limits.ts";
import { timing } from "../shared-ui/timing.ts";
import { conversation, measure, type Sample, throughput } from "./measured.ts";
import type { Options } from "./options.ts";
import type { ScenarioId } from "./results.ts";
import { crowded } from "./scenarios.ts";
import type { RunnableTarget } from "./targets.ts";
import { type Heard, type Metrics, Visit } from "./visit.ts";

/** In so many seconds everybody has polled once. */
const polled = timing.poll / 1_000;

/** All scenarios but silence and restart. They share one crowd: it connects, speaks, hurries, and leaves. */
export async function converse(
  target: RunnableTarget,
  wanted: readonly ScenarioId[],
  options: Options,
): Promise<Sample[]> {
  const { clients, rate, seconds, quick } = options;
  const polling = target.technique === "polling";
  const visit = new Visit(target);
  const { load } = visit;
  const samples: Sample[] = [];
  const sample = async (
    scenario: ScenarioId,
    something: () => Promise<Heard>,
    metrics: (used: number, heard: Heard) => Metrics | Promise<Metrics>,
  ) => {
    if (wanted.includes(scenario)) samples.push(...(await measure([visit], scenario, something, metrics, options)));
    else if (scenario === "connect") await something();
  };

  try {
    const begun = performance.now();
    await visit.start();
    const startup = performance.now() - begun;

    // A few come and go before, so that the code has run.
    await load.ask("connect", { ...visit.address, clients: Math.min(50, clients) });
    await load.ask("leave");
    const alone = await visit.memory();
    await sample(
      "connect",
      () => load.ask("connect", { ...visit.address, clients }),
      async (used) => ({
        startup,
        connectCpu: used / 1_000 / clients,
        memory: ((await visit.memory()) - alone) / 1_000 / clients,
      }),
    );

    if (wanted.some((id) => ["delivery", "flat-out", "bursts"].includes(id))) await warm(visit, quick ? 0.5 : 1);
    await sample("delivery", () => speak(visit, rate, seconds), conversation);
    const hurry = { seconds: seconds / 2 };
    await sample(
      "flat-out",
      () => (polling ? load.ask("hurry", hurry) : load.ask("burst", { messages: 1, ...hurry })),
      throughput,
    );
    await sample("bursts", () => load.ask("burst", { messages: 16, seconds: seconds / 2 }), throughput);

    await load.ask("leave");
    if (wanted.includes("wire")) {
      const { bytes, segments, empty } = await load.ask("wire", { ...visit.address, clients: 10, messages: 50 });
      const metrics = {
        bytesPerDelivery: bytes,
        segmentsPerDelivery: segments,
        ...(empty && { bytesPerEmptyPoll: empty }),
      };
      samples.push({ target: target.id, scenario: "wire", metrics });
    }
    return samples;
  } finally {
    await visit.stop();
  }
}

/** One of the crowd speaks for so many seconds, and at least until everybody has polled. */
function speak({ target, load }: Visit, rate: number, seconds: number): Promise<Heard> {
  return load.ask("speak", { rate, seconds: target.technique === "polling" ? Math.max(seconds, polled) : seconds });
}

/** Before anybody counts, the code of a server has run: what brings news, and in polling what brings none. */
async function warm({ target, load }: Visit, seconds: number): Promise<void> {
  await load.ask("burst", { messages: 1, seconds });
  if (target.technique === "polling") await load.ask("hurry", { seconds }); // the last, because it spreads the polls
}

/** A conversation in front of ten times as many. */
export async function crowd(target: RunnableTarget, options: Options): Promise<Sample[]> {
  const visit = new Visit(target);
  const { load } = visit;
  const rate = Math.max(1, Math.round(options.rate / crowded));
  try {
    await visit.start();
    await load.ask("connect", { ...visit.address, clients: crowded * options.clients });
    await warm(visit, 1);
    return await measure([visit], "crowd", () => speak(visit, rate, options.seconds), conversation, options);
  } finally {
    await visit.stop();
  }
}

/** Silence. Whoever is quiet disturbs nobody, so several are measured at the same time; those who poll, one after another. */
export async function idle(
  targets: readonly RunnableTarget[],
  _wanted: readonly ScenarioId[],
  options: Options,
): Promise<Sample[]> {
  const visits = targets.map((target) => new Visit(target));
  const polling = targets.some(({ technique }) => technique === "polling");
  const seconds = polling ? 2 * polled : limits.heartbeat / 1_000;
  const minutes = (options.clients * seconds) / 60;
  try {
    for (const visit of visits) {
      await visit.start();
      await visit.load.ask("connect", { ...visit.address, clients: options.clients });
    }
    // The code has run, and what all that left behind is cleaned up, before anybody counts.
    for (const visit of visits) await warm(visit, options.quick ? 0.5 : 1);
    await Promise.all(visits.map(({ load }) => load.ask("idle", { seconds: 1 })));
    const metrics = (used: number, { polls, bytes }: Heard) => ({
      idleCpu: used / minutes,
      idleBytes: bytes / minutes,
      ...(polls && { cpuPerPoll: used / polls }),
    });
    return await measure(visits, "idle", ({ load }) => load.ask("idle", { seconds }), metrics, options);
  } finally {
    await Promise.all(visits.map((visit) => visit.stop()));
  }
}

/** A restart, and how long until everybody is back. */
export async function restart(target: RunnableTarget, options: Options): Promise<Sample[]> {
  const visit = new Visit(target);
  try {
    await visit.start();
    await visit.load.ask("connect", { ...visit.address, clients: options.clients, returns: true });
    const begun = Date.now();
    const [back] = await Promise.all([visit.load.ask("comeBack"), visit.restart()]);
    const times = back.map((time) => time - begun);
    return [
      {
        target: target.id,
        scenario: "restart",
        metrics: { recoveryHalf: median(times), recoveryLast: max(times) },
      },
    ];
  } finally {
    await visit.stop();
  }
}
