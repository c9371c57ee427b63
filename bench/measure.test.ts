// Short trials with a few clients. The numbers themselves do not matter here, only that they exist and are plausible.
import { expect, test, vi } from "vitest";
import { timing } from "../shared-ui/timing.ts";
import { converse, crowd, idle, restart, rooms } from "./measure.ts";
import type { Options } from "./options.ts";
import type { ScenarioId } from "./results.ts";
import type { Sample } from "./sample.ts";
import { targets } from "./targets.ts";

vi.setConfig({ testTimeout: 180_000, maxConcurrency: 2 });

const options: Options = {
  clients: 4,
  rate: 20,
  rounds: 1,
  seconds: 0.4,
  background: 100,
  quick: true,
  args: [],
  only: [],
  scenarios: [],
  out: undefined,
};
const talk: ScenarioId[] = ["connect", "delivery", "flat-out", "bursts", "wire"];
const find = (id: string) => targets.find((target) => target.id === id)!;
const of = (samples: Sample[], scenario: ScenarioId) => samples.find((sample) => sample.scenario === scenario)!.metrics;

/** Nothing is lost, there are no duplicates, and every cost is above zero. */
function plausible(samples: Sample[]) {
  for (const { scenario, metrics, void: reason } of samples) {
    expect(reason).toBeUndefined();
    for (const [name, value] of Object.entries(metrics)) {
      if (["lost", "duplicates", "astray"].includes(name)) expect(value, `${scenario}, ${name}`).toBe(0);
      else if (/Cpu|^cpu|latency|bytes|segments|PerSecond|recovery/.test(name) && name !== "backgroundCpu")
        expect(value, `${scenario}, ${name}`).toBeGreaterThan(0);
    }
  }
}

test.concurrent.each(["http2-push-streams", "io-emit"])(
  "%s is measured in a conversation, flat out, in bursts and through the tap",
  async (id) => {
    const samples = await converse(find(id), talk, options);
    expect(samples.map(({ scenario }) => scenario)).toEqual(talk);
    plausible(samples);
    expect(of(samples, "wire")).toMatchObject({ segmentsPerDelivery: id === "http2-push-streams" ? 0.1 : 1 });
    expect(of(samples, "wire").bytesPerDelivery).toBeGreaterThan(200);
  },
);

test.concurrent("The course's protocol sends 50 messages to deliver one", async () => {
  const samples = await converse(find("course-raw-websockets"), ["wire"], options);
  expect(of(samples, "wire").bytesPerDelivery).toBeGreaterThan(50 * 190);
});

test.concurrent("Polling is measured by the poll: with messages, without messages, and through the tap", async () => {
  const samples = await converse(find("polling"), ["delivery", "flat-out", "wire"], options);
  plausible(samples);
  expect(of(samples, "delivery").latencyP99).toBeLessThan(2 * timing.poll); // the next poll brings it, not the one after
  expect(of(samples, "wire")).toMatchObject({ segmentsPerDelivery: 2 });
  expect(of(samples, "wire").bytesPerEmptyPoll).toBeLessThanOrEqual(175);
});

test.concurrent("A large crowd is measured, and a crowd that reconnects after a restart", async () => {
  plausible(await crowd(find("raw-websockets"), options));
  plausible(await restart(find("http2-push"), options));
});

test.concurrent.each(["http2-push", "raw-websockets", "socket-io"])(
  "%s is measured in one room after another, and each message reaches the ten in it",
  async (id) => {
    const [sample] = await rooms(find(id), "rooms", { ...options, clients: 30, seconds: 0.1 });
    plausible([sample!]);
    const { cpuPerMessage, cpuPerDelivery, astray } = sample!.metrics;
    expect([cpuPerMessage! / cpuPerDelivery!, astray]).toEqual([expect.closeTo(10), 0]);
  },
);

test.concurrent("One room is measured alone, and among others", async () => {
  plausible(await rooms(find("raw-websockets"), "room", { ...options, seconds: 0.1 }));
  plausible(await rooms(find("raw-websockets"), "room-of-many", { ...options, clients: 30, seconds: 0.1 }));
});

test.concurrent("Silence is measured by the poll, too", async () => {
  const [sample] = await idle([find("http")], ["idle"], options);
  expect(sample!.metrics).toMatchObject({ lost: 0, cpuPerPoll: expect.any(Number), idleBytes: expect.any(Number) });
});
