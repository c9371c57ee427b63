import { parseArgs } from "node:util";
import type { ScenarioId } from "./results.ts";
import { crowded, scenarios } from "./scenarios.ts";
import { type RunnableTarget, targets } from "./targets.ts";

export interface Options {
  clients: number;
  /** Messages in a second. */
  rate: number;
  rounds: number;
  /** How long each measurement lasts. */
  seconds: number;
  /** How busy the others on this machine may be, in percent of all cores, before a measurement is void. */
  others: number;
  quick: boolean;
  only: readonly RunnableTarget[];
  scenarios: readonly ScenarioId[];
  /** What was typed. */
  words: readonly string[];
  /** Where the results go. None for a part of them, unless it is named. */
  out: string | undefined;
}

/** Those that run only when they are asked for by name: the large crowd needs thousands of open files, and minutes. */
const byName: readonly ScenarioId[] = ["crowd"];
/** Those that `--quick` leaves out: they take their time. */
const slow: readonly ScenarioId[] = [...byName, "flat-out", "idle", "restart"];

/** What `npm run bench -- --help` says. */
export const help = `npm run bench -- [options]

  --clients 500      how many clients listen
  --rate 10          how many messages are posted in a second
  --rounds 3         how often everything is repeated
  --seconds 2        how long a conversation is measured; half of it flat out and in bursts
  --only NAME        a technique with its floors, or one subject; again for more
  --scenario NAME    one scenario; again for more
  --others 10        a measurement is void when others keep more percent of the machine busy
  --quick            for a look: 100 clients, one round, one second, and not everything
  --out FILE         where the results go (bench/results.json when everything is measured)

  techniques and subjects: ${targets.map(({ id }) => id).join(", ")}
  scenarios: ${scenarios.map(({ id }) => id).join(", ")} (${byName.join(", ")} only when it is named)
`;

/**
 * Reads the command line.
 * @throws an error with one sentence for the person who typed it.
 */
export function parseOptions(args: string[]): Options {
  const { values } = parse(args);
  const quick = values.quick ?? false;
  const number = (name: "clients" | "rate" | "rounds" | "seconds" | "others", usual: number, most: number) => {
    const value = values[name];
    if (value === undefined) return usual;
    if (/^\d+$/.test(value) && Number(value) >= 1 && Number(value) <= most) return Number(value);
    throw new Error(`--${name} is a whole number from 1 to ${most}, and "${value}" is none.`);
  };
  const options = {
    words: args,
    clients: number("clients", quick ? 100 : 500, 20_000),
    rate: number("rate", 10, 1_000),
    rounds: number("rounds", quick ? 1 : 3, 100),
    seconds: number("seconds", quick ? 1 : 2, 600),
    others: number("others", 10, 100),
    quick,
    only: targets.filter(({ id, technique, kind }) =>
      values.only ? values.only.some((name) => [id, technique].includes(name)) : !(quick && kind === "course"),
    ),
    scenarios: scenarios
      .map(({ id }) => id)
      .filter((id) => values.scenario?.includes(id) ?? !(quick ? slow : byName).includes(id)),
  };
  for (const name of values.only ?? [])
    if (!targets.some(({ id }) => id === name))
      throw new Error(`--only "${name}" is not known: it is one of ${targets.map(({ id }) => id).join(", ")}.`);
  for (const name of values.scenario ?? [])
    if (!scenarios.some(({ id }) => id === name))
      throw new Error(`--scenario "${name}" is not known: it is one of ${scenarios.map(({ id }) => id).join(", ")}.`);
  const everything = !quick && !values.only && !values.scenario;
  return { ...options, out: values.out ?? (everything ? "bench/results.json" : undefined) };
}

/** @throws when the system lets no process open so many connections. Node has raised its limit as far as it may. */
export function checkDescriptors({ clients, scenarios: wanted }: Options): void {
  const report = process.report.getReport() as { userLimits?: { open_files?: { soft: number | "unlimited" } } };
  const limit = report.userLimits?.open_files?.soft; // Windows knows none
  const most = wanted.includes("crowd") ? crowded * clients : clients;
  const needed = most + 200;
  if (typeof limit === "number" && limit < needed)
    throw new Error(`${most} clients need ${needed} open files, and the system allows ${limit}: ulimit -n ${needed}.`);
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
        others: string,
        only: list,
        scenario: list,
        out: string,
        quick: { type: "boolean" },
      },
    });
  } catch (error) {
    // "Unknown option '--cleints'. To specify a positional …": the first sentence is for the person.
    const [sentence] = (error as Error).message.split(/\.[ \n]/);
    throw new Error(`${sentence!.replace(/\.$/, "")}. npm run bench -- --help names them all.`, { cause: error });
  }
}
