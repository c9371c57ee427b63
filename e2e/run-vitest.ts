// Runs Vitest in a process of its own: `npm run mutants` does it in copies of the repository, and the check of exercise 20 with the
// server of a learner.
import { type ChildProcess, spawn } from "node:child_process";
import { text } from "node:stream/consumers";

/** What Vitest's reporter "json" prints, as far as somebody here reads it. */
export interface Report {
  success: boolean;
  numPassedTests: number;
  numFailedTests: number;
  testResults: { name: string; status: string; message: string; assertionResults: TestResult[] }[];
}

export interface TestResult {
  status: string;
  title: string;
  /** The titles of the `describe` around it, from the outside. */
  ancestorTitles: string[];
  /** The title with all those. */
  fullName: string;
  failureMessages: string[];
}

const children = new Set<ChildProcess>();
process.on("exit", () => children.forEach((child) => child.kill("SIGKILL")));

/** The regular expression with which `-t` finds the tests whose name contains this text. */
export const patternOf = (title: string): string => title.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

/**
 * Runs Vitest with these arguments in this folder, and ends it after `timeout` milliseconds.
 * @throws {Error} when it ends without a report.
 */
export async function runVitest(
  folder: string,
  args: string[],
  env: NodeJS.ProcessEnv,
  timeout?: number,
): Promise<Report> {
  const running = spawn(process.execPath, ["node_modules/vitest/vitest.mjs", "run", ...args, "--reporter=json"], {
    cwd: folder,
    env,
    timeout,
    killSignal: "SIGKILL",
    stdio: ["ignore", "pipe", "ignore"],
  });
  children.add(running);
  const output = await text(running.stdout);
  children.delete(running);
  const start = output.indexOf('{"num'); // a test may have printed something before it
  if (start < 0) throw new Error(`Vitest has ended without a report: ${args.join(" ")}`);
  return JSON.parse(output.slice(start)) as Report;
}
