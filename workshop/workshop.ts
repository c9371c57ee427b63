// The commands of the workshop: `npm run exercise 03`, `npm run check 03` and so on. Whatever goes wrong, they say it in words.
import { spawnSync } from "node:child_process";
import { existsSync, watch } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Browser } from "playwright";
import { fail, portOr, takeSettings } from "../shared-server/command.ts";
import { variants } from "../shared-server/variants.ts";
import { needsAll } from "./compile.ts";
import { doctor, doctorOfBrowser } from "./doctor.ts";
import { type Exercise, exerciseOf, exercises, filesOf, root } from "./exercises.ts";
import { Fault, systemFault } from "./faults.ts";
import { openBrowser } from "./open-browser.ts";
import { bringBack, folderOf, progress, remember, replace, shown } from "./progress.ts";
import { run, type RunningServer } from "./run.ts";
import { checkFolder } from "./tester.ts";

// `npm run workshop | head` closes the pipe when it has read enough: nobody is left to read the rest.
for (const stream of [process.stdout, process.stderr])
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit(0);
  });

const [command = "", ...all] = process.argv.slice(2);
const words = all.filter((word) => !word.includes("="));
takeSettings(all.filter((word) => word.includes("=")));

const commands: Record<string, () => unknown> = {
  overview,
  exercise: () => exercise(named()),
  check: () => check(named()),
  hint: () => hint(named()),
  diff: () => diff(named()),
  solve: () => solve(named()),
  reset: () => reset(named()),
  doctor: async () => (words[0] === "browser" ? doctorOfBrowser() : process.exit((await doctor()) ? 0 : 1)),
  "diff:variants": diffVariants,
};
try {
  await commands[command]!();
} catch (error) {
  fail(systemFault(error).message);
}

/** The exercise that the command names. */
function named(): Exercise {
  const [word] = words;
  if (word === undefined) fail(`Which exercise? For example: npm run ${command} ${(next() ?? exercises[0]!).number}`);
  const found = exerciseOf(word);
  if (!found)
    fail(
      `There is no exercise "${word}". They are ${exercises[0]!.number} to ${exercises.at(-1)!.number}: npm run workshop lists them.`,
    );
  return found;
}

/** The first exercise that has not passed yet. */
function next(): Exercise | undefined {
  const { passed } = progress();
  return exercises.find(({ number }) => !passed[number]);
}

function overview() {
  const { passed } = progress();
  const current = next();
  for (const each of exercises) {
    const state = passed[each.number] ? "passed" : `${each.minutes} min`;
    console.log(`${each === current ? "→" : " "} ${each.number}  ${each.title.padEnd(50)} ${state}`);
  }
  if (current)
    console.log(`\nNext: npm run exercise ${current.number}\nIts README: ${shown(current.folder)}/README.md`);
  else console.log("\nAll exercises have passed.");
}

/** Runs the learner's server, and starts it again whenever a file is saved. Ctrl-C ends it. */
async function exercise(it: Exercise) {
  const port = portOr(3100 + Number(it.number));
  if (port === 0) fail("PORT=0 means any port, and you must know which one to open. For example: PORT=4103");
  const folder = folderOf(it);
  if (!existsSync(folder)) replace(it, "start");
  for (const name of bringBack(it)) console.log(`${shown(join(folder, name))} was missing: its start is there again.`);
  console.log(`Exercise ${it.number}: ${it.title}. The task is in ${shown(it.folder)}/README.md.`);
  const files = it.files.map((name) => shown(join(folder, name)));
  console.log(`Write in ${files.join(" and ")}. When you are done: npm run check ${it.number}\n`);

  let server: RunningServer | undefined;
  const tell = (fault: Fault) =>
    console.error(`${placed(folder, fault)}${fault.message}\nIt starts again when you save a file.\n`);
  const start = async () => {
    await server?.stop();
    server = undefined;
    try {
      needsAll(it, folder);
      server = await run(folder, { title: it.title, port, wire: true, failed: tell });
    } catch (error) {
      tell(systemFault(error));
    }
  };
  const again = () => {
    console.log("Saved: it starts again.");
    return start();
  };
  let turn = start();
  let timer: NodeJS.Timeout | undefined;
  const gone = () =>
    fail(`${shown(folder)} is gone, or cannot be watched. Begin again with: npm run exercise ${it.number}`);
  const changed = (name: string | null) => {
    if (!existsSync(folder)) gone();
    if (!name?.endsWith(".ts")) return;
    clearTimeout(timer); // an editor saves in several steps
    timer = setTimeout(() => (turn = turn.then(again)), 100);
  };
  try {
    watch(folder, (_event, name) => changed(name)).on("error", gone);
  } catch {
    gone();
  }
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(0));
}

/** "playground/03/client.ts:14" on a line of its own, where editors make a link of it. */
function placed(folder: string, { place }: Fault): string {
  if (!place) return "";
  return `${shown(join(folder, place.file))}${place.line ? `:${place.line}` : ""}\n`;
}

async function check(it: Exercise) {
  const folder = folderOf(it);
  if (!existsSync(folder)) fail(`There is nothing to check yet. Begin with: npm run exercise ${it.number}`);
  let browser: Browser | undefined;
  const verdict = await checkFolder(it, folder, { browser: async () => (browser ??= await openBrowser()) });
  if (verdict.passed) {
    remember(({ passed }) => (passed[it.number] = new Date().toISOString()));
    console.log(`Exercise ${it.number}: passed.\n\n${it.why}\n`);
    const following = exercises[exercises.indexOf(it) + 1];
    console.log(following ? `Next: npm run exercise ${following.number}` : "That was the last one.");
  } else {
    const { cause, words: missing, place, thrown, also } = verdict;
    const faults = [...(cause ? [cause] : []), new Fault(missing, place), ...thrown, ...also];
    const told = new Set(faults.map((fault) => placed(folder, fault) + fault.message));
    console.error(`Exercise ${it.number}: not yet.\n\n${[...told].join("\n\n")}`);
    console.error(`\nA hint: npm run hint ${it.number}`);
  }
  await Promise.race([browser?.close(), sleep(2_000)]);
  process.exit(verdict.passed ? 0 : 1);
}

function hint(it: Exercise) {
  const read = (progress().hints[it.number] ?? 0) % it.hints.length;
  console.log(`Hint ${read + 1} of ${it.hints.length}:\n\n${it.hints[read]}\n`);
  const last = read + 1 === it.hints.length;
  console.log(
    last ? `The solution, beside yours: npm run diff ${it.number}` : `Another one: npm run hint ${it.number}`,
  );
  remember(({ hints }) => (hints[it.number] = read + 1));
}

/** What the learner has written, and what the solution has in its place. */
function diff(it: Exercise) {
  const folder = folderOf(it);
  if (!existsSync(folder)) fail(`There is nothing to compare yet. Begin with: npm run exercise ${it.number}`);
  for (const [name, file] of filesOf(it, "solution")) compare(join(folder, name), file);
}

function diffVariants() {
  const names: string[] = variants.map(({ name }) => name);
  const [one = "", other = ""] = words;
  if (!names.includes(one) || !names.includes(other))
    fail(`Name two of ${names.join(", ")}. For example: npm run diff:variants polling http2-push`);
  for (const file of ["server.ts", "client.ts"]) compare(join(root, one, file), join(root, other, file));
}

/** Prints the difference of two files: "-" is only in the first one, "+" only in the second. */
function compare(one: string, other: string) {
  const paths = [shown(one), shown(other)];
  if (!existsSync(one)) return console.log(`${paths[0]} is missing. In the solution it is ${paths[1]}.`);
  const git = ["--no-pager", "-c", "core.safecrlf=false", "diff", "--no-index", "--ignore-cr-at-eol", ...paths];
  const { error, status } = spawnSync("git", git, { cwd: root, stdio: "inherit" });
  if (error)
    console.log(`git, which would show the difference, is missing. Compare ${paths.join(" and ")} in your editor.`);
  else if (status === 0) console.log(`${paths[0]} is the same as ${paths[1]}.`);
}

function solve(it: Exercise) {
  const kept = replace(it, "solution");
  console.log(`${shown(folderOf(it))} has the solution now.`);
  if (kept) console.log(`What you had written is in ${shown(kept)}.`);
}

function reset(it: Exercise) {
  const kept = replace(it, "start");
  console.log(`${shown(folderOf(it))} is as it was at the beginning.`);
  if (kept) console.log(`What you had written is in ${shown(kept)}.`);
}
