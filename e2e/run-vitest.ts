// Runs Vitest in a process of its own: `npm run mutants` does it in copies of the repository, and the check of exercise 20 with the
// server of a learner.
import { type ChildProcess, spawn } from "node:child_process";
import { text } from "node:stream/consumers";

/** What Vitest's reporter "json" prints, as far as it is read here. */
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
process.on("exit", () => children.forEach((child) => child.kill()));

/** What `-t` takes for the tests whose name contains this text: a regular expression. */
export const patternOf = (title: string): string => title.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

/** Runs the tests that these words name, in this folder. It is ended after `timeout` milliseconds. */
export async function runVitest(
  folder: string,
  words: string[],
  env: NodeJS.ProcessEnv,
  timeout?: number,
): Promise<Report> {
  const all = ["node_modules/vitest/vitest.mjs", "run", ...words, "--reporter=json"];
  const running = spawn(process.execPath, all, { cwd: folder, env, timeout, stdio: ["ignore", "pipe", "ignore"] });
  children.add(running);
  const output = await text(running.stdout);
  children.delete(running);
  return JSON.parse(output.slice(output.indexOf('{"num'))) as Report;
}
