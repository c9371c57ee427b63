// A variant is measured only if it passes the wire suite: without the promises of the chat, its speed means nothing.
import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { VariantName } from "../shared-server/variants.ts";

interface Report {
  testResults: { message: string; assertionResults: { fullName: string; status: string }[] }[];
}

/** Runs the wire suite for these variants. Returns the reasons why some of them may not be measured. */
export async function failures(names: readonly VariantName[]): Promise<Map<VariantName, string>> {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const vitest = spawn(
    process.execPath,
    ["node_modules/vitest/vitest.mjs", "run", "e2e/wire.test.ts", "-t", names.join("|"), "--reporter=json"],
    { cwd: root, stdio: ["ignore", "pipe", "inherit"] },
  );
  const end = () => vitest.kill();
  process.on("exit", end);
  const report = await text(vitest.stdout);
  process.off("exit", end);
  return reasons(names, JSON.parse(report) as Report);
}

/** The reason for each variant that failed a test, or that no test ran for. */
export function reasons(names: readonly VariantName[], { testResults }: Report): Map<VariantName, string> {
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  const found = new Map<VariantName, string>();
  for (const name of names) {
    const own = tests.filter(({ fullName }) => fullName.includes(name));
    const failed = own.filter(({ status }) => status === "failed");
    if (failed.length > 0)
      found.set(name, `It fails the wire suite: ${failed.map(({ fullName }) => fullName).join("; ")}.`);
    else if (!own.some(({ status }) => status === "passed")) found.set(name, "The wire suite did not run.");
  }
  return found;
}
