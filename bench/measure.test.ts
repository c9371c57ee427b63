// Short visits with a few clients: not what the numbers are, but that there are some, and what must be true of them.
import { expect, test, vi } from "vitest";
import { converse, crowd, idle, restart } from "./measure.ts";
import type { Sample } from "./measured.ts";
import type { Options } from "./options.ts";
import type { ScenarioId } from "./results.ts";
import { targets } from "./targets.ts";

vi.setConfig({ testTimeout: 60_000, maxConcurrency: 2 });

const options: Options = {
  clients: 4,
  rate: 20,
  rounds: 1,
  seconds: 0.4,
  others: 100,
  quick: true,
  words: [],
  only: [],
  scenarios: [],
  out: undefined,
};
const talk: ScenarioId[] = ["connect", "delivery", "flat-out", "bursts", "wire"];
const find = (id: string) => targets.find((target) => target.id === id)!;
const of = (samples: Sample[], scenario: ScenarioId) => samples.find((sample) => sample.scenario === scenario)!.metrics;

/** Nothing is lost, nothing comes twice, and nothing is for nothing. */
function sound(samples: Sample[]) {
  for (const { scenario, metrics, void: reason } of samples) {
    expect(reason).toBeUndefined();
    for (const [name, value] of Object.entries(metrics)) {
      if (name === "lost" || name === "duplicates") expect(value, `${scenario}, ${name}`).toBe(0);
      else if (/Cpu|^cpu|latency|bytes|segments|PerSecond|recovery/.test(name) && name !== "othersCpu")
        expect(value, `${scenario}, ${name}`).toBeGreaterThan(0);
    }
  }
}

test.concurrent.each(["http2-push-streams", "io-emit"])(
  "%s goes through a conversation, flat out, bursts and the tap",
  async (id) => {
    const samples = await converse(find(id), talk, options);
    expect(samples.map(({ scenario }) => scenario)).toEqual(talk);
    sound(samples);
    expect(of(samples, "wire")).toMatchObject({ segmentsPerDelivery: id === "http2-push-streams" ? 0.1 : 1 });
    expect(of(samples, "wire").bytesPerDelivery).toBeGreaterThan(200);
  },
);

test.concurrent("The course's protocol takes 50 messages to bring one", async () => {
  const samples = await converse(find("course-raw-websockets"), ["wire"], options);
  expect(of(samples, "wire").bytesPerDelivery).toBeGreaterThan(50 * 190);
});

test.concurrent("Polling is measured by the poll: with news, without news, and through the tap", async () => {
  const samples = await converse(find("polling"), ["delivery", "flat-out", "wire"], options);
  sound(samples);
  expect(of(samples, "delivery").latencyP99).toBeLessThan(4_000);
  expect(of(samples, "wire")).toMatchObject({ segmentsPerDelivery: 2 });
  expect(of(samples, "wire").bytesPerEmptyPoll).toBeLessThanOrEqual(130);
});

test.concurrent("A large crowd, and one that comes back after a restart, are measured", async () => {
  sound(await crowd(find("raw-websockets"), options));
  sound(await restart(find("http2-push"), options));
});

test.concurrent("Silence is measured by the poll, too", async () => {
  const [sample] = await idle([find("http")], ["idle"], options);
  expect(sample!.metrics).toMatchObject({ lost: 0, cpuPerPoll: expect.any(Number), idleBytes: expect.any(Number) });
});
