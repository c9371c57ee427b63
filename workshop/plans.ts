// What a class does in two hours, in half a day or in a day: which exercises, and what the teacher shows between them. The table in
// teacher.md is made from it.
import { basename, join } from "node:path";
import Slugger from "github-slugger";
import { markdownTable } from "markdown-table";
import { experimentsOf } from "../compare/experiments.ts";
import { exercises, root, textOf } from "./exercises.ts";

const all = ["two hours", "half a day", "a day"] as const;
type PlanName = (typeof all)[number];

/** The exercises of each plan, and the minutes that there are. */
export const plans: Record<PlanName, { exercises: string[]; minutes: number }> = {
  "two hours": { exercises: ["01", "06", "14"], minutes: 120 },
  "half a day": { exercises: ["01", "03", "04", "06", "11", "14"], minutes: 240 },
  "a day": { exercises: ["01", "03", "04", "06", "08", "11", "12", "14", "15", "18"], minutes: 480 },
};

interface Between {
  /** The number of the exercise that has just ended. "" is the beginning. */
  after: string;
  /** The number of an experiment that the teacher shows, or what else there is. */
  what: number | string;
  minutes: number;
  plans: readonly PlanName[];
}

/** What comes between the exercises: a fault or a cost is shown when the class knows its cause. */
const between: Between[] = [
  { after: "", what: 1, minutes: 5, plans: all },
  { after: "01", what: 3, minutes: 5, plans: ["a day"] },
  { after: "02", what: 5, minutes: 5, plans: [] },
  { after: "03", what: 8, minutes: 10, plans: ["half a day", "a day"] },
  { after: "04", what: "Break", minutes: 15, plans: ["half a day", "a day"] },
  { after: "06", what: "Break", minutes: 15, plans: ["two hours"] },
  { after: "06", what: 6, minutes: 5, plans: ["a day"] },
  { after: "08", what: 2, minutes: 5, plans: ["a day"] },
  { after: "08", what: "Lunch", minutes: 60, plans: ["a day"] },
  { after: "11", what: "Break", minutes: 15, plans: ["half a day"] },
  { after: "11", what: 9, minutes: 5, plans: [] },
  { after: "12", what: 4, minutes: 10, plans: ["a day"] },
  { after: "12", what: "Break", minutes: 15, plans: ["a day"] },
  { after: "14", what: 4, minutes: 10, plans: ["two hours", "half a day"] },
  { after: "15", what: 7, minutes: 5, plans: ["a day"] },
  { after: "19", what: "[Which one?](../compare/which-one.md)", minutes: 10, plans: all },
];

/** Everything in its order. */
const steps = ["", ...exercises.map(({ number }) => number)].flatMap((number) => {
  const exercise = exercises.find((each) => each.number === number);
  const own = exercise && {
    what: `${number} [${exercise.title}](${basename(exercise.folder)}/README.md)`,
    minutes: exercise.minutes,
    plans: all.filter((name) => plans[name].exercises.includes(number)),
  };
  const others = between.filter(({ after }) => after === number).map((each) => ({ ...each, what: titleOf(each.what) }));
  return own ? [own, ...others] : others;
});

/** An experiment, with a link to its place in what-to-try.md. */
function titleOf(what: number | string): string {
  if (typeof what === "string") return what;
  const page = textOf(join(root, "compare", "what-to-try.md"));
  const title = experimentsOf(page).find((each) => each.title.startsWith(`${what}. `))!.title;
  return `Show [${title}](../compare/what-to-try.md#${new Slugger().slug(title)})`;
}

/** How many minutes a plan takes, up to but without a step; all of it without one. */
export function minutesOf(plan: PlanName, end = steps.length): number {
  return steps
    .slice(0, end)
    .filter((step) => step.plans.includes(plan))
    .reduce((sum, { minutes }) => sum + minutes, 0);
}

const clock = (minutes: number) => `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;

/** All steps with their minutes, and when each begins in the plans that have it. */
export function planTable(): string {
  const rows = steps.map(({ what, minutes, plans: those }, i) => [
    what,
    String(minutes),
    ...all.map((name) => (those.includes(name) ? clock(minutesOf(name, i)) : "")),
  ]);
  const sum = exercises.reduce((minutes, each) => minutes + each.minutes, 0);
  const ends = ["End; all exercises", String(sum), ...all.map((name) => clock(minutesOf(name)))];
  return markdownTable([["step", "minutes", ...all], ...rows, ends], { align: ["l", "r", "r", "r", "r"] });
}
