// What an exercise is: a folder with a README, hints, a check, and the files that it changes. This finds them. It knows nothing of
// servers and browsers.
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));
const workshop = join(root, "workshop");

export interface Exercise {
  /** Two digits, as people see it: "03". */
  number: string;
  folder: string;
  title: string;
  /** How long it takes, in minutes. */
  minutes: number;
  /** The files in which the learner writes. */
  files: string[];
  /** What the check says of the start, in words. */
  atFirst: string;
  /** Why it matters: two sentences, for whoever has passed. */
  why: string;
  hints: string[];
}

export const exercises: Exercise[] = readdirSync(workshop)
  .filter((name) => /^\d\d-/.test(name))
  .toSorted()
  .map((name) => read(join(workshop, name)));

function read(folder: string): Exercise {
  const readme = textOf(join(folder, "README.md"));
  const number = basename(folder).slice(0, 2);
  const [, title, minutes, named] = /^# \d+\. (.+)\n\n(\d+) minutes\. Files: (.+)\.\n/.exec(readme) ?? [];
  if (!title || !named)
    throw new Error(
      `${folder}: README.md must begin with "# N. Title", an empty line, and "N minutes. Files: \`NAME\`."`,
    );
  const files = Array.from(named.matchAll(/`(.+?)`/g), ([, name]) => name!);
  const hints = textOf(join(folder, "hints.md"))
    .split(/^## \d\n/m)
    .slice(1)
    .map((hint) => hint.trim());
  const atFirst = section(readme, "The check says at first").replaceAll(/^> ?/gm, "");
  const why = section(readme, "When it passes");
  return { number, folder, title, minutes: Number(minutes), files, atFirst, why, hints };
}

/** The text below a heading, up to the next one, with each paragraph on one line. */
function section(readme: string, heading: string): string {
  const text = readme.split(`## ${heading}\n`)[1]?.split(/^## /m)[0] ?? "";
  return text.trim().replaceAll(/(?<!\n)\n(?!\n)/g, " ");
}

/** A text file, with the line ends that all files here have. */
export function textOf(file: string): string {
  return readFileSync(file, "utf8").replaceAll("\r\n", "\n");
}

/** The exercise that a word means: "3", "03" and "03-backoff" are the same. Undefined when there is none. */
export function exerciseOf(word: string): Exercise | undefined {
  const digits = /^(\d{1,2})(?!\d)/.exec(word)?.[1];
  return exercises.find(({ number }) => Number(number) === Number(digits));
}

/** The folders with solutions: `solution`, which the commands show, and others that are as good. */
export function solutions({ folder }: Exercise): string[] {
  const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders.map(({ name }) => name).filter((name) => name !== "wrong");
}

/** The names of the wrong solutions of an exercise, which are folders. */
export function wrongOnes({ folder }: Exercise): string[] {
  return readdirSync(join(folder, "wrong")).toSorted();
}

/** The names of the files without which nothing of an exercise runs. */
export function neededBy({ folder }: Exercise): string[] {
  const isTechnique = existsSync(join(folder, "solution/test-client.ts")); // exercise 20
  return ["server.ts", "client.ts", ...(isTechnique ? ["test-client.ts"] : [])];
}

/**
 * Where the files of a little chat are: server.ts, client.ts, and what they import from their own folder. `which` is "start", "solution"
 * or "wrong/WHAT". What is not there is as in the solution, and what the solution has not changed is as in the solution before.
 */
export function filesOf(exercise: Exercise, which: string): Map<string, string> {
  const before = exercises.filter(({ number }) => number < exercise.number).toReversed();
  const folders = [
    which === "start" ? exercise.folder : join(exercise.folder, which),
    ...[exercise, ...before].map(({ folder }) => join(folder, "solution")),
  ];
  const files = new Map<string, string>();
  const names = neededBy(exercise);
  for (const name of names) {
    const file = folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
    if (!file) throw new Error(`${exercise.folder}: there is no ${name} in it or before it.`);
    files.set(name, file);
    for (const [, imported] of textOf(file).matchAll(/from "\.\/([\w-]+\.ts)"/g))
      if (!names.includes(imported!)) names.push(imported!);
  }
  return files;
}

/** Makes a folder with these files. Whatever TypeScript was there is gone. */
export function copyTo(folder: string, files: Map<string, string>): void {
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) if (name.endsWith(".ts")) rmSync(join(folder, name));
  for (const [name, file] of files) copyFileSync(file, join(folder, name));
}
