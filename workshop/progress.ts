// What the commands remember, in the folder playground/, which git ignores: the learner's files, what was replaced, and what has passed.
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { copyTo, type Exercise, filesOf, root } from "./exercises.ts";

const playground = join(root, "playground");
const file = join(playground, "progress.json");

interface Progress {
  /** The exercises that have passed, by number, and when. */
  passed: Record<string, string>;
  /** How many hints were read, by number. */
  hints: Record<string, number>;
}

export function progress(): Progress {
  try {
    return { passed: {}, hints: {}, ...JSON.parse(readFileSync(file, "utf8")) };
  } catch {
    return { passed: {}, hints: {} }; // nothing yet, or a file that somebody has edited
  }
}

export function remember(change: (all: Progress) => void): void {
  const all = progress();
  change(all);
  mkdirSync(playground, { recursive: true });
  writeFileSync(file, `${JSON.stringify(all, null, 2)}\n`);
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
    cpSync(folder, kept, { recursive: true });
  }
  copyTo(folder, filesOf(exercise, which));
  // So that an editor checks these files as it checks the rest, while `npm run types` leaves half-written ones alone.
  writeFileSync(join(playground, "tsconfig.json"), `{ "extends": "../tsconfig.json", "exclude": ["kept"] }\n`);
  return kept;
}
