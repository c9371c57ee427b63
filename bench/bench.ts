// `npm run bench`: measures the four variants and their floors on this machine, in front of you.
import { writeFileSync } from "node:fs";
import os from "node:os";
import { stopAll } from "./child.ts";
import { failures } from "./conformance.ts";
import { converse, crowd, idle, restart } from "./measure.ts";
import type { Sample } from "./measured.ts";
import { checkDescriptors, help, type Options, parseOptions } from "./options.ts";
import { report } from "./report.ts";
import { metrics, type Results, type ScenarioId } from "./results.ts";
import { characters, scenarios } from "./scenarios.ts";
import type { RunnableTarget } from "./targets.ts";
import { summarize } from "./summary.ts";

/** How often a measurement is repeated that others have disturbed. */
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
const names = new Set(options.only.filter(({ kind }) => kind === "variant").map(({ technique }) => technique));
say(`the wire suite, for ${[...names].join(", ") || "nobody"}`);
const failed = names.size > 0 ? await failures([...names]) : new Map<string, string>();
const targets = options.only.filter(({ kind, technique }) => kind !== "variant" || !failed.has(technique));

const rounds: Sample[][] = [];
for (let round = 1; round <= options.rounds; round++) rounds.push(await measureAll(round));

const results: Results = {
  date: new Date().toISOString(),
  command: ["npm run bench", ...(options.words.length > 0 ? ["--", ...options.words] : [])].join(" "),
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
    others: options.others,
    quick: options.quick,
  },
  metrics,
  scenarios: [...scenarios],
  targets: targets.map(({ id, kind, technique, label, description }) => ({
    id,
    kind,
    technique,
    label,
    description,
  })),
  ...summarize(targets, rounds),
  failed: Array.from(failed, ([target, reason]) => ({ target, reason })),
};
console.log(`\n${report(results)}\n`);
if (options.out) writeFileSync(options.out, `${JSON.stringify(results, null, 2)}\n`);
say(options.out ? `written to ${options.out}` : "a part of the whole: not written to bench/results.json");
process.exit(failed.size > 0 ? 1 : 0);

/** One round: all subjects, each next to what it is compared with; every other round in the other direction. */
async function measureAll(round: number): Promise<Sample[]> {
  const order = round % 2 === 1 ? targets : targets.toReversed();
  const samples: Sample[] = [];
  const visit = async (several: readonly RunnableTarget[], ids: readonly ScenarioId[], measure: typeof idle) => {
    const wanted = ids.filter(
      (id) => options.scenarios.includes(id) && several.some(({ scenarios: own }) => own.includes(id)),
    );
    if (wanted.length === 0) return;
    say(`round ${round} of ${options.rounds}: ${several.map(({ label }) => label).join(", ")}: ${wanted.join(", ")}`);
    const tell = (some: readonly ScenarioId[]) =>
      measure(several, some, options).catch((error: Error) => broken(several, some, error));
    samples.push(...(await undisturbed(wanted, tell)));
  };

  const talk = scenarios.map(({ id }) => id).filter((id) => !["crowd", "idle", "restart"].includes(id));
  for (const target of order) await visit([target], talk, ([one], wanted) => converse(one!, wanted, options));
  const quiet = order.filter(({ scenarios: own }) => own.includes("idle"));
  for (const target of quiet.filter(({ technique }) => technique === "polling")) await visit([target], ["idle"], idle);
  await visit(
    quiet.filter(({ technique }) => technique !== "polling"),
    ["idle"],
    idle,
  );
  for (const target of order) await visit([target], ["crowd"], ([one]) => crowd(one!, options));
  for (const target of order) await visit([target], ["restart"], ([one]) => restart(one!, options));
  return samples;
}

/** One that breaks has no numbers, and the others go on. */
function broken(several: readonly RunnableTarget[], wanted: readonly ScenarioId[], { message }: Error): Sample[] {
  say(`  broken: ${message}`);
  return several.flatMap(({ id: target }) =>
    wanted.map((scenario) => ({ target, scenario, metrics: {}, void: message, broken: true })),
  );
}

/** Measures, and again what others have disturbed. */
async function undisturbed(
  wanted: readonly ScenarioId[],
  measure: (wanted: readonly ScenarioId[]) => Promise<Sample[]>,
) {
  let samples = await measure(wanted);
  for (let again = 0; again < repeats; again++) {
    const disturbed = samples.filter((sample) => sample.void !== undefined && !sample.broken);
    if (disturbed.length === 0) break;
    say(`  again, because ${disturbed[0]!.void}`);
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

function say(what: string) {
  console.log(`${String(Math.round((performance.now() - begun) / 1_000)).padStart(4)} s  ${what}`);
}
