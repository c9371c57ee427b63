// The page shows the experiments of what-to-try.md, and the buttons that they speak of are on the page.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { timing } from "../shared-ui/timing.ts";
import { experimentsOf } from "./experiments.ts";
import { durations, kinds } from "./outages.ts";

const read = (file: string) => readFileSync(new URL(file, import.meta.url), "utf8");
const experiments = experimentsOf(read("what-to-try.md"));
const buttons = Array.from(
  read("page/side-by-side.html").matchAll(/<button\s([^]*?)>([^]*?)<\/button>/g),
  ([, head, name]) => ({
    name: name!.trim(),
    tooltip: /title="(.*?)"/.exec(head!)?.[1],
  }),
).filter(({ name }) => name !== "back" && name !== "next");

test("Each experiment says what to do, what you will see, and why", () => {
  const titles = Array.from(read("what-to-try.md").matchAll(/^## (.+)$/gm), ([, title]) => title);
  expect(experiments.map(({ title }) => title)).toEqual(titles);
  for (const { title, parts } of experiments)
    expect(
      parts.map(({ label }) => label),
      title,
    ).toEqual(["Do", "You will see", "Why"]);
});

test("Each bold word after Do is a button of the page, and each button has an experiment", () => {
  const pressed = experiments.flatMap(({ parts }) =>
    Array.from(parts[0]!.text.matchAll(/\*\*(.+?)\*\*/g), ([, name]) => name!),
  );
  expect(new Set(pressed)).toEqual(new Set(buttons.map(({ name }) => name)));
});

test("An experiment that breaks something counts from zero first, so that no figure is from before it", () => {
  for (const { title, parts } of experiments) {
    const pressed = Array.from(parts[0]!.text.matchAll(/\*\*(.+?)\*\*/g), ([, name]) => name!);
    const broken = pressed.findIndex((name) => (kinds as readonly string[]).includes(name));
    if (broken >= 0) expect(pressed.slice(0, broken), title).toContain("count from zero");
  }
});

test("A freeze is longer than each technique needs to notice it, the watchdog included", () => {
  expect(durations.freeze).toBeGreaterThan(timing.watchdog + 1_000); // the watchdog looks at the clock each second
});

test("Each button has a tooltip, and that of an outage says what the table of outages says", () => {
  const table = Object.fromEntries(
    Array.from(read("README.md").matchAll(/^\| (\w+) +\| (.+?) +\|/gm), ([, name, happens]) => [name!, happens!]),
  );
  for (const { name, tooltip = "" } of buttons) {
    expect(tooltip, name).toMatch(/^[A-Z].+\.$/);
    if (name in table) expect(tooltip.toLowerCase(), name).toBe(`${table[name]}.`.toLowerCase());
  }
  expect(Object.keys(table)).toEqual(expect.arrayContaining(["cut", "freeze", "slow", "refuse", "restart"]));
});
