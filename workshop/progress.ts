// What the commands remember, in the folder playground/, which git ignores: the learner's files, what was replaced, and what has passed.
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { copyTo, type Exercise, filesOf, root } from "./exercises.ts";

const playground = join(root, "playground");
const file = join(playground, "progress.json");

const Progress = z.object({
  /** The exercises that have passed, by number, and when. */
  passed: z.record(z.string(), z.string()),
  /** How many hints were read, by number. */
  hints: z.record(z.string(), z.number()),
});
type Progress = z.infer<typeof Progress>;

/** What has passed and what was read. A file that does not say it, because somebody has edited it, is put aside. */
export function progress(): Progress {
  const nothing = { passed: {}, hints: {} };
  if (!existsSync(file)) return nothing;
  const text = readFileSync(file, "utf8");
  try {
    return Progress.parse(JSON.parse(text));
  } catch {
    renameSync(file, join(playground, "progress-broken.json"));
    console.error(
      "playground/progress.json cannot be read. Its name is progress-broken.json now, and the list of what has passed begins anew.",
    );
    return nothing;
  }
}

export function remember(change: (all: Progress) => void): void {
  const all = progress();
  change(all);
  mkdirSync(playground, { recursive: true });
  writeFileSync(`${file}.new`, `${JSON.stringify(all, null, 2)}\n`);
  renameSync(`${file}.new`, file); // in one step: what was there is never half overwritten
}

/** Where a learner writes. */
export const folderOf = ({ number }: Exercise): string => join(playground, number);

/** A path as people write it, from the root of the repository, such as "playground/03/client.ts". */
export const shown = (path: string): string => path.slice(root.length).replaceAll("\\", "/");

/** Copies the start or the solution of an exercise to where the learner writes. Returns where what it replaces is kept, if there was something. */
export function replace(exercise: Exercise, which: "start" | "solution"): string | undefined {
  const folder = folderOf(exercise);
  let kept: string | undefined;
  if (existsSync(folder)) {
    kept = join(playground, "kept", `${exercise.number}-${new Date().toISOString().replaceAll(/[:.]/g, "-")}`);
    // File by file: on Windows, cpSync may end the process where the path of the repository has an "é".
    const own = readdirSync(folder).filter((name) => name.endsWith(".ts"));
    copyTo(kept, new Map(own.map((name) => [name, join(folder, name)])));
  }
  copyTo(folder, filesOf(exercise, which));
  // So that an editor checks these files as it checks the rest, while `npm run types` leaves half-written ones alone.
  writeFileSync(join(playground, "tsconfig.json"), `{ "extends": "../tsconfig.json", "exclude": ["kept"] }\n`);
  return kept;
}

/** Copies the files of the start that are missing where the learner writes. Returns their names. */
export function bringBack(exercise: Exercise): string[] {
  const missing = Array.from(filesOf(exercise, "start")).filter(
    ([name]) => !existsSync(join(folderOf(exercise), name)),
  );
  for (const [name, path] of missing) copyFileSync(path, join(folderOf(exercise), name));
  return missing.map(([name]) => name);
}
