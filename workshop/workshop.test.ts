// The proof of the workshop: each start fails its check for the reason that its README names, each solution passes, and each wrong
// solution gets the words that explain it.
import { readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Browser } from "playwright";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { copyTo, type Exercise, exercises, filesOf, root, solutions, textOf, wrongOnes } from "./exercises.ts";
import { openBrowser } from "./open-browser.ts";
import { checkFolder } from "./tester.ts";

const proof = join(root, "playground", `.proof-${process.pid}`); // in the repository, where Node finds its packages
let opening: Promise<Browser> | undefined;
const browser = () => (opening ??= openBrowser()); // one for all

// Before any check: while it opens, this process is busy, and a check that waits for a server would take that for a slow server.
beforeAll(browser, 60_000);

afterAll(async () => {
  await (await opening)?.close();
  rmSync(proof, { recursive: true, force: true });
});

// On a busy machine everything may take its time. Checks mostly wait, so many of them fit on two cores.
vi.setConfig({ testTimeout: 240_000, maxConcurrency: 10 });
process.env.PATIENCE = "100000"; // of the suite that exercise 20 runs

/** What the check of an exercise says of its start, its solution or a wrong one. */
async function verdictOn(exercise: Exercise, which: string) {
  const folder = join(proof, exercise.number, which);
  copyTo(folder, filesOf(exercise, which));
  const patience = solutions(exercise).includes(which) ? 20_000 : 3_000;
  const { passed, words, place } = await checkFolder(exercise, folder, {
    browser,
    patience,
    answer: 30_000,
    limit: 200_000,
  });
  return { passed, words, place, lines: place && textOf(join(folder, place.file)).split("\n").length };
}

/** The words that the check must say of a wrong solution: in the second line of a file of it. */
function wordsFor(folder: string): string[] {
  const files = readdirSync(folder).map((file) => textOf(join(folder, file)));
  return files.flatMap((text) => /^\/\/ .+\n\/\/ The check says: (.+)\n/.exec(text)?.[1] ?? []);
}

test("The exercises are numbered 1, 2, 3 … without a gap", () => {
  expect(exercises.map(({ number }) => Number(number))).toEqual(exercises.map((_, i) => i + 1));
});

describe.concurrent.each(exercises.map((exercise) => [`${exercise.number} ${exercise.title}`, exercise] as const))(
  "Exercise %s",
  (_title, exercise) => {
    test("has three hints", () => {
      expect(exercise.hints.filter(Boolean)).toHaveLength(3);
    });

    test("says in two sentences or more why it matters", () => {
      expect(exercise.why).toMatch(/^[A-Z].+\. [A-Z].+\.$/);
    });

    test("has at most one TODO in each file of the start, one at least in all, and none in the solution", () => {
      const todos = (which: string) =>
        Array.from(filesOf(exercise, which).values(), (file) => textOf(file).split("TODO").length - 1);
      expect(Math.max(...todos("start"))).toBe(1);
      expect(Math.max(...todos("solution"))).toBe(0);
    });

    test("has a server and a client of 50 lines at most", () => {
      for (const file of filesOf(exercise, "solution").values())
        expect(
          textOf(file)
            .split("\n")
            .filter((line) => /^\s*[^\s/]/.test(line)).length,
          file,
        ).toBeLessThanOrEqual(50);
    });

    test("names the files in which the learner writes", () => {
      const own = Array.from(filesOf(exercise, "start")).filter(([, file]) => dirname(file) === exercise.folder);
      expect(own).not.toHaveLength(0);
      expect(exercise.files).toEqual(expect.arrayContaining(own.map(([name]) => name)));
    });

    test("has three wrong solutions or more", () => {
      expect(wrongOnes(exercise).length).toBeGreaterThanOrEqual(3);
    });

    test("is not done at the start, for the reason that its README names", async () => {
      const { words } = await verdictOn(exercise, "start");
      expect(words).toBe(exercise.atFirst);
    });

    test.each(solutions(exercise))("is done with its %s", async (name) => {
      expect(await verdictOn(exercise, name)).toMatchObject({ passed: true, words: "" });
    });

    test.each(wrongOnes(exercise))(
      "is not done with the wrong solution %s, which gets its words and a line",
      async (name) => {
        const { words, place, lines } = await verdictOn(exercise, `wrong/${name}`);
        expect([words]).toEqual(wordsFor(join(exercise.folder, "wrong", name)));
        expect(place?.line).toBeLessThanOrEqual(lines!);
      },
    );
  },
);
