// The tables of README.md: what is counted, what tests found out, and what the bench measured.
import { markdownTable } from "markdown-table";
import { variants } from "../shared-server/variants.ts";
import { behaviour, groups } from "./behaviour.ts";
import type { Results } from "../bench/results.ts";
import { charts } from "../bench/charts.ts";
import { bytesOf, linesIn, linesOf } from "./count.ts";
import { circumstances, measuredRows } from "../bench/rows.ts";

const names = variants.map(({ name }) => name);
const head = ["", ...names.map((name) => `[${name}](${name}/README.md)`)];
const kB = (size: number) => (size / 1_000).toFixed(1);
const numbers = { align: ["l", ...names.map(() => "r")] };

/** The sections of README.md, by the name of their markers. Without results, `measured` says how to get some. */
export async function sections(results: Results | undefined): Promise<Record<string, string>> {
  return { behaviour: behaviours(), counted: await counted(), measured: measured(results) };
}

/** A text with these sections in place of what stood between their markers. */
export function withSections(text: string, all: Record<string, string>): string {
  return Object.entries(all).reduce((before, [name, section]) => {
    const [from, to] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
    const [start, end] = [before.indexOf(from), before.indexOf(to)];
    if (start < 0 || end < start) throw new Error(`README.md has no place for this: ${from} … ${to}.`);
    return `${before.slice(0, start)}${from}\n\n${section}\n\n${before.slice(end)}`;
  }, text);
}

function behaviours(): string {
  const all = Object.values(behaviour);
  return Object.entries(groups)
    .map(([group, title]) => {
      const rows = all
        .filter((row) => row.group === group)
        .map(({ asks, answers, file, title: test }) => [
          `[${asks}](${file} "${test}")`,
          ...names.map((name) => answers[name]),
        ]);
      return `**${title}**\n\n${markdownTable([head, ...rows])}`;
    })
    .join("\n\n");
}

async function counted(): Promise<string> {
  const lines = names.map(linesOf);
  const bytes = await Promise.all(names.map(bytesOf));
  const rows = [
    ["server.ts, lines", ...lines.map(({ server }) => server)],
    ["client.ts, lines", ...lines.map(({ client }) => client)],
    ["together, lines", ...lines.map(({ server, client }) => server + client)],
    ["beside them, lines", ...lines.map(({ others }) => others.map((file) => `${file.name} ${file.lines}`).join(", "))],
    ["JavaScript of the page, minified, kB", ...bytes.map(({ minified }) => kB(minified))],
    ["… and compressed with gzip, kB", ...bytes.map(({ gzipped }) => kB(gzipped))],
  ];
  const shared = ["shared-chat", "shared-ui", "shared-server"].map((folder) => `\`${folder}\` ${linesIn(folder)}`);
  const table = markdownTable([head, ...rows.map((row) => row.map(String))], numbers);
  return `${table}\n\nLines that all four share: ${shared.join(", ")}.`;
}

function measured(results: Results | undefined): string {
  if (!results) return "Nothing is measured yet: `npm run bench`, and then `npm run compare`.";
  const table = markdownTable([head, ...measuredRows(results)], numbers);
  const images = charts(results).map(
    ({ file, text }) => `<img src="bench/charts/${file}" alt="${text}" width="49%" />`,
  );
  return `${circumstances(results)}\n\n${table}\n\n${images.join("\n")}`;
}
