// `npm run mutants`: breaks the code in small ways, one at a time, and runs the test that must notice. A mutant that survives means
// that a promise is no longer tested. It works in copies of the repository, so nothing here is touched.
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { folders } from "../shared-server/views.ts";
import { mutants } from "./mutations.ts";
import { patternOf, runVitest } from "./run-vitest.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const wanted = process.argv.slice(2); // files, or parts of their names
const queue = mutants.filter(({ file }) => wanted.length === 0 || wanted.some((part) => file.includes(part)));
const problems: string[] = [];

/** A copy of the repository to break, with the packages of the original, and with FerretDB if it is there. */
function copy(): string {
  const folder = mkdtempSync(join(tmpdir(), "mutants-"));
  cpSync(root, folder, {
    recursive: true,
    filter: (path) => !/(^|[\\/])(node_modules|\.git|\.ferretdb|test-results)$/.test(relative(root, path)),
  });
  const packages = ["", "bench/", "stores/", ...folders.map((name) => `views/${name}/`)].map(
    (place) => `${place}node_modules`,
  );
  for (const place of [...packages, "stores/.ferretdb"])
    if (existsSync(join(root, place))) symlinkSync(join(root, place), join(folder, place), "junction");
  return folder;
}

/** Runs these tests in a copy: how many ran, and what the failed ones said. */
async function vitest(folder: string, args: string[]): Promise<{ ran: number; failed: boolean; failures: string[] }> {
  const report = await runVitest(folder, args, { ...process.env, STORES: "all" });
  const failures = report.testResults.flatMap(({ name, status, message, assertionResults }) => {
    const tests = assertionResults.filter((test) => test.status === "failed");
    const said = tests.map(({ fullName, failureMessages }) => `${fullName}: ${failureMessages.join("\n")}`);
    return status === "failed" ? [`${relative(folder, name)}: ${said.join("\n") || message}`] : [];
  });
  return { ran: report.numPassedTests + report.numFailedTests, failed: !report.success, failures };
}

async function work(): Promise<void> {
  const folder = copy();
  try {
    for (let mutant = queue.shift(); mutant; mutant = queue.shift()) {
      const { file, from, to, test, title } = mutant;
      const where = `${file}: ${JSON.stringify(from)} -> ${JSON.stringify(to)}`;
      const path = join(folder, file);
      const source = readFileSync(path, "utf8");
      if (source.split(from).length !== 2) {
        problems.push(`${where}: the code has changed: this edit no longer fits, or fits in several places.`);
        continue;
      }
      writeFileSync(
        path,
        source.replace(from, () => to),
      );
      const { ran, failed } = await vitest(folder, [test, "-t", patternOf(title)]);
      writeFileSync(path, source);
      if (ran === 0 && !failed) problems.push(`${where}: ${test} has no test "${title}".`);
      else if (!failed) problems.push(`${where}: survived ${test}, "${title}".`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Without a mutant all of these tests pass. Otherwise a red one would prove nothing. */
async function checkTests(): Promise<void> {
  const folder = copy();
  const runs: Awaited<ReturnType<typeof vitest>>[] = [];
  for (let at = 0; at < queue.length; at += 150) {
    const part = queue.slice(at, at + 150); // a command may have 32,767 characters on Windows
    const files = new Set(part.map(({ test }) => test));
    const titles = new Set(part.map(({ title }) => patternOf(title)));
    runs.push(await vitest(folder, [...files, "--maxWorkers=4", "-t", Array.from(titles).join("|")]));
  }
  rmSync(folder, { recursive: true });
  if (!runs.some(({ failed }) => failed)) return;
  const failures = runs.flatMap((run) => run.failures);
  console.error(`Without a mutant, a test fails already.\n${failures.join("\n")}`);
  process.exit(1);
}

const count = queue.length;
await checkTests();
// More than there are cores: many mutants make their test wait for an answer that never comes.
await Promise.all(Array.from({ length: Math.min(8, 3 * availableParallelism()) }, work));
for (const problem of problems) console.error(problem);
console.log(`${count - problems.length} of ${count} mutants were caught.`);
process.exit(problems.length > 0 ? 1 : 0);
