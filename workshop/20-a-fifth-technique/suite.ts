// Runs the suite of the four techniques against a fifth one.
import { join, relative } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { patternOf, type Report, runVitest, type TestResult } from "../../e2e/run-vitest.ts";
import { root, textOf } from "../exercises.ts";

/** A promise that the technique does not keep. */
export interface Broken {
  /** What the promise is about, and the promise: "posting: answers a draft with the accepted message". */
  promise: string;
  /** What the test says, in one line. */
  says: string;
  /** The test, such as "e2e/wire.test.ts:118". */
  test: string;
  /** The line of server.ts, if it has thrown. */
  line: number | undefined;
  /** How many promises before it are kept. */
  kept: number;
}

const files = ["e2e/wire.test.ts", "e2e/doors.test.ts"];
/** What a test does not say: where it often comes from. */
const causes: Record<string, string> = {
  "admits a request without an Origin, or with one of our origins, at every endpoint":
    "Does HEAD get the headers and an end?",
  "is not cut for the size of its first update":
    "catchUp sends the next piece when `sent` is called: does res.write call it, when the piece has left?",
};
const runs = new Map<string, Promise<Broken | undefined>>();

/** Asks of the technique in this folder what is asked of the four, and stops at the first promise that it does not keep. */
export function suite(folder: string): Promise<Broken | undefined> {
  const key = ["server.ts", "test-client.ts"].map((name) => textOf(join(folder, name))).join("\0");
  let result = runs.get(key); // the proof of this exercise has many pages for one server
  if (!result) runs.set(key, (result = run(relative(root, folder).replaceAll("\\", "/"))));
  return result;
}

async function run(folder: string): Promise<Broken | undefined> {
  let kept = 0;
  for (const file of files) {
    const { success, numPassedTests, testResults } = await vitest(folder, file);
    kept += numPassedTests;
    const failed = testResults
      .flatMap(({ assertionResults }) => assertionResults)
      .find((test) => test.status === "failed");
    if (failed) return { ...broken(failed, folder, file), kept };
    if (success && numPassedTests > 0) continue;
    const says = lineOf(testResults[0]?.message ?? "");
    return { promise: "a test can ask this server", says, test: file, line: undefined, kept };
  }
  return undefined;
}

/** The tests of a file that name this folder. `e2e/until-the-end.ts` adds it to the four. */
function vitest(folder: string, file: string): Promise<Report> {
  const env = { PATIENCE: "10000", ...process.env, FIFTH: folder }; // a test gives up long before the check does
  const args = [file, "-t", patternOf(`${folder} `), "--bail=1", "--pool=threads"]; // a loop without an end in server.ts ends with the process
  return runVitest(root, args, env, 200_000);
}

function broken({ title, ancestorTitles, failureMessages }: TestResult, folder: string, file: string) {
  const about = ancestorTitles.at(-1)!.replace(` of ${folder}`, "");
  const [message = ""] = failureMessages;
  const at = (path: string) => new RegExp(`${path}:(\\d+)`).exec(message)?.[1];
  return {
    promise: about === folder ? title : `${about}: ${title}`,
    says: [lineOf(message), causes[title]].filter(Boolean).join(" "),
    test: `${file}:${at(file)}`,
    line: Number(at(`${folder}/server.ts`)) || undefined,
  };
}

/** The first line, in words. */
function lineOf(message: string): string {
  const [line = ""] = stripVTControlCharacters(message).split("\n");
  if (line.includes("STACK_TRACE_ERROR")) return "What must come does not come."; // Vitest's name for a test that took too long
  return line.replace(/^(Assertion)?Error: /, "").replace(/(?<![.?!])$/, ".");
}
