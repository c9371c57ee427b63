// `npm run bench`: measures the four variants and their baselines on this machine.
import { writeFileSync } from "node:fs";
import os from "node:os";
import { stopAll } from "./child.ts";
import { failures } from "./conformance.ts";
import { converse, crowd, idle, restart, rooms } from "./measure.ts";
import { checkDescriptors, help, type Options, parseOptions } from "./options.ts";
import { report } from "./report.ts";
import { metrics, type Results, type ScenarioId } from "./results.ts";
import { writeResultsPage } from "./results-page.ts";
import { readResults } from "./rows.ts";
import type { Sample } from "./sample.ts";
import { characters, roomScenarios, scenarios } from "./scenarios.ts";
import { summarize } from "./summary.ts";
import type { RunnableTarget } from "./targets.ts";

/** How often a measurement is repeated when other processes have disturbed it. */
const repeats = 2;

if (process.argv.includes("--help")) {
  console.log(help);
  process.exit();
}
const options = read();
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.on(signal, () => {
    stopAll();
    process.exit(1);
  });

const begun = performance.now();
const names = new Set(options.only.filter(({ kind }) => kind === "variant").map(({ variant }) => variant));
print(`the wire suite for ${[...names].join(", ") || "no variant"}`);
const failed = names.size > 0 ? await failures([...names]) : new Map<string, string>();
const targets = options.only.filter(({ kind, variant }) => kind !== "variant" || !failed.has(variant));

const rounds: Sample[][] = [];
for (let round = 1; round <= options.rounds; round++) rounds.push(await measureAll(round));

const results: Results = {
  date: new Date().toISOString(),
  command: ["npm run bench", ...(options.args.length > 0 ? ["--", ...options.args] : [])].join(" "),
  machine: {
    cpu: os.cpus()[0]!.model,
    cores: os.cpus().length,
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    node: process.version,
    os: `${os.type()} ${os.release()}`,
  },
  options: {
    clients: options.clients,
    rate: options.rate,
    characters,
    rounds: options.rounds,
    seconds: options.seconds,
    background: options.background,
    quick: options.quick,
  },
  metrics,
  scenarios: [...scenarios],
  targets: targets.map(({ id, kind, variant, label, description }) => ({ id, kind, variant, label, description })),
  ...summarize(targets, rounds),
  failed: Array.from(failed, ([target, reason]) => ({ target, reason })),
};
console.log(`\n${report(results)}\n`);
if (options.out) writeFileSync(options.out, `${JSON.stringify(results, null, 2)}\n`);
writeResultsPage(readResults()); // from bench/results.json, even when these results went elsewhere
print(options.out ? `written to ${options.out}` : "only a part was measured: not written to bench/results.json");
process.exit(failed.size > 0 ? 1 : 0);

/** One round: all targets, each next to what it is compared with. Every other round runs in the opposite order. */
async function measureAll(round: number): Promise<Sample[]> {
  const order = round % 2 === 1 ? targets : targets.toReversed();
  const samples: Sample[] = [];
  const run = async (several: readonly RunnableTarget[], ids: readonly ScenarioId[], measure: typeof idle) => {
    const wanted = ids.filter(
      (id) => options.scenarios.includes(id) && several.some(({ scenarios: own }) => own.includes(id)),
    );
    if (wanted.length === 0) return;
    print(`round ${round} of ${options.rounds}: ${several.map(({ label }) => label).join(", ")}: ${wanted.join(", ")}`);
    const attempt = (some: readonly ScenarioId[]) =>
      measure(several, some, options).catch((error: Error) => broken(several, some, error));
    samples.push(...(await undisturbed(wanted, attempt)));
  };

  const alone: readonly ScenarioId[] = ["crowd", ...roomScenarios, "idle", "restart"];
  const talk = scenarios.map(({ id }) => id).filter((id) => !alone.includes(id));
  for (const target of order) await run([target], talk, ([one], wanted) => converse(one!, wanted, options));
  const quiet = order.filter(({ scenarios: own }) => own.includes("idle"));
  for (const target of quiet.filter(({ variant }) => variant === "polling")) await run([target], ["idle"], idle);
  await run(
    quiet.filter(({ variant }) => variant !== "polling"),
    ["idle"],
    idle,
  );
  for (const target of order) await run([target], ["crowd"], ([one]) => crowd(one!, options));
  for (const target of order)
    for (const scenario of roomScenarios) await run([target], [scenario], ([one]) => rooms(one!, scenario, options));
  for (const target of order) await run([target], ["restart"], ([one]) => restart(one!, options));
  return samples;
}

/** The samples of a target that fails: they have no numbers. The other targets go on. */
function broken(several: readonly RunnableTarget[], wanted: readonly ScenarioId[], { message }: Error): Sample[] {
  print(`  broken: ${message}`);
  return several.flatMap(({ id: target }) =>
    wanted.map((scenario) => ({ target, scenario, metrics: {}, void: message, broken: true })),
  );
}

/** Measures, and repeats what other processes have disturbed. */
async function undisturbed(
  wanted: readonly ScenarioId[],
  measure: (wanted: readonly ScenarioId[]) => Promise<Sample[]>,
) {
  let samples = await measure(wanted);
  for (let again = 0; again < repeats; again++) {
    const disturbed = samples.filter((sample) => sample.void !== undefined && !sample.broken);
    if (disturbed.length === 0) break;
    print(`  again, because ${disturbed[0]!.void}`);
    samples = [
      ...samples.filter((sample) => !disturbed.includes(sample)),
      ...(await measure(disturbed.map(({ scenario }) => scenario))),
    ];
  }
  return samples;
}

function read(): Options {
  try {
    const parsed = parseOptions(process.argv.slice(2));
    checkDescriptors(parsed);
    return parsed;
  } catch (error) {
    console.error((error as Error).message);
    return process.exit(1);
  }
}

function print(what: string) {
  console.log(`${String(Math.round((performance.now() - begun) / 1_000)).padStart(4)} s  ${what}`);
}
