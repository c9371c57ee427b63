import { parseArgs } from "node:util";
import type { ScenarioId } from "./results.ts";
import { crowdFactor, roomScenarios, scenarios } from "./scenarios.ts";
import { type RunnableTarget, targets } from "./targets.ts";

export interface Options {
  clients: number;
  /** Messages per second. */
  rate: number;
  rounds: number;
  /** How long each measurement takes. */
  seconds: number;
  /** The CPU that other processes may use, in percent of all cores, before a measurement is void. */
  background: number;
  quick: boolean;
  only: readonly RunnableTarget[];
  scenarios: readonly ScenarioId[];
  /** The command line. */
  args: readonly string[];
  /** The file for the results. Undefined when only a part is measured, unless a file is named. */
  out: string | undefined;
}

/** Scenarios that run only when they are named: the crowd needs thousands of open files, and minutes. */
const onRequest: readonly ScenarioId[] = ["crowd"];
/** Scenarios that `--quick` leaves out because they are slow. */
const slow: readonly ScenarioId[] = [...onRequest, "flat-out", ...roomScenarios, "idle", "restart"];

/** What `npm run bench -- --help` prints. */
export const help = `npm run bench -- [options]

  --clients 500      how many clients listen
  --rate 10          how many messages are posted per second
  --rounds 3         how often everything is repeated
  --seconds 2        how long a conversation is measured; flat-out and bursts take half of it
  --only NAME        a variant with its baselines, or one target; repeat it for more
  --scenario NAME    one scenario; repeat it for more
  --background 10    a measurement is void when other processes use more percent of the machine
  --quick            a rough look: 100 clients, one round, one second, and not every scenario
  --out FILE         where the results go (bench/results.json when everything is measured)

  targets: ${targets.map(({ id }) => id).join(", ")}
  scenarios: ${scenarios.map(({ id }) => id).join(", ")} (${onRequest.join(", ")} only when it is named; rooms brings ${roomScenarios.slice(0, -1).join(" and ")} along)
`;

/**
 * Reads the command line.
 * @throws an error with one sentence for the person who typed it.
 */
export function parseOptions(args: string[]): Options {
  const { values } = parse(args);
  const quick = values.quick ?? false;
  const number = (name: "clients" | "rate" | "rounds" | "seconds" | "background", usual: number, most: number) => {
    const value = values[name];
    if (value === undefined) return usual;
    if (/^\d+$/.test(value) && Number(value) >= 1 && Number(value) <= most) return Number(value);
    throw new Error(`--${name} must be a whole number from 1 to ${most}, not "${value}".`);
  };
  const named = values.scenario?.flatMap((name): readonly string[] => (name === "rooms" ? roomScenarios : [name]));
  const options = {
    args,
    clients: number("clients", quick ? 100 : 500, 20_000),
    rate: number("rate", 10, 1_000),
    rounds: number("rounds", quick ? 1 : 3, 100),
    seconds: number("seconds", quick ? 1 : 2, 600),
    background: number("background", 10, 100),
    quick,
    only: targets.filter(({ id, variant, kind }) =>
      values.only ? values.only.some((name) => [id, variant].includes(name)) : !(quick && kind === "course"),
    ),
    scenarios: scenarios
      .map(({ id }) => id)
      .filter((id) => named?.includes(id) ?? !(quick ? slow : onRequest).includes(id)),
  };
  for (const name of values.only ?? [])
    if (!targets.some(({ id }) => id === name))
      throw new Error(`There is no target "${name}": --only takes ${targets.map(({ id }) => id).join(", ")}.`);
  for (const name of values.scenario ?? [])
    if (!scenarios.some(({ id }) => id === name))
      throw new Error(`There is no scenario "${name}": --scenario takes ${scenarios.map(({ id }) => id).join(", ")}.`);
  const everything = !quick && !values.only && !values.scenario;
  return { ...options, out: values.out ?? (everything ? "bench/results.json" : undefined) };
}

/** @throws when the system does not allow that many open files. Node has already raised the soft limit to the hard one. */
export function checkDescriptors({ clients, scenarios: wanted }: Options): void {
  const report = process.report.getReport() as { userLimits?: { open_files?: { soft: number | "unlimited" } } };
  const limit = report.userLimits?.open_files?.soft; // undefined on Windows
  const most = wanted.includes("crowd") ? crowdFactor * clients : clients;
  const needed = most + 200;
  if (typeof limit === "number" && limit < needed)
    throw new Error(`${most} clients need ${needed} open files, but the system allows ${limit}: ulimit -n ${needed}.`);
}

function parse(args: string[]) {
  const string = { type: "string" } as const;
  const list = { type: "string", multiple: true } as const;
  try {
    return parseArgs({
      args,
      options: {
        clients: string,
        rate: string,
        rounds: string,
        seconds: string,
        background: string,
        only: list,
        scenario: list,
        out: string,
        quick: { type: "boolean" },
      },
    });
  } catch (error) {
    // "Unknown option '--cleints'. To specify a positional …": only the first sentence helps.
    const [sentence] = (error as Error).message.split(/\.[ \n]/);
    throw new Error(`${sentence!.replace(/\.$/, "")}. See npm run bench -- --help.`, { cause: error });
  }
}
