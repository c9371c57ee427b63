// Counts what a technique costs in code, and writes the table into the README (`npm run lines`).
// The rule: the lines that the formatter leaves, without blank ones and without comments. Imports count.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import tokens from "js-tokens";
import { variants } from "../shared-ui/server/variants.ts";

const root = new URL("../", import.meta.url);
const readme = new URL("README.md", root);
const [from, to] = ["<!-- lines -->", "<!-- /lines -->"];

/** How many lines of this source hold code. */
export function countLines(source: string): number {
  const code = Array.from(tokens(source), ({ type, value }) => (type.endsWith("Comment") ? "" : value)).join("");
  return code.split(/\r?\n/).filter((line) => line.trim()).length;
}

/** The README with a table that is up to date. */
export function withTable(text: string): string {
  const [start, end] = [text.indexOf(from), text.indexOf(to)];
  if (start < 0 || end < start) throw new Error(`README.md has no place for the table: ${from} … ${to}.`);
  return `${text.slice(0, start)}${from}\n\n${table()}\n\n${text.slice(end)}`;
}

function table(): string {
  const rows = variants.map(({ name }) => {
    const [server, client] = [`${name}/server.ts`, `${name}/client.ts`];
    const others = sources(name).filter((file) => file !== server && file !== client);
    return [
      `[${name}](${name}/README.md)`,
      count(server),
      count(client),
      count(server) + count(client),
      others.map((file) => `${file.slice(name.length + 1)} ${count(file)}`).join(", "),
    ].map(String);
  });
  const shared = ["shared-chat", "shared-ui", "shared-ui/server"].map(
    (folder) => `\`${folder}\` ${sources(folder).reduce((sum, file) => sum + count(file), 0)}`,
  );
  const head = ["", "server.ts", "client.ts", "together", "beside them"];
  return `${aligned(head, rows)}\n\nWhat all four share, counted the same way: ${shared.join(", ")}.`;
}

/** The TypeScript of a folder, without its tests. */
function sources(folder: string): string[] {
  const files = readdirSync(new URL(folder, root)).filter((file) => /(?<!\.test)\.ts$/.test(file));
  return files.toSorted().map((file) => `${folder}/${file}`);
}

function count(file: string): number {
  return countLines(readFileSync(new URL(file, root), "utf8"));
}

const isNumber = (column: number) => column > 0 && column < 4;

/** A Markdown table as the formatter likes it. */
function aligned(head: string[], rows: string[][]): string {
  const width = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]!.length)));
  const line = (row: string[]) =>
    `| ${row.map((cell, i) => (isNumber(i) ? cell.padStart(width[i]!) : cell.padEnd(width[i]!))).join(" | ")} |`;
  const rule = width.map((size, i) => (isNumber(i) ? `${"-".repeat(size - 1)}:` : "-".repeat(size)));
  return [line(head), line(rule), ...rows.map(line)].join("\n");
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href)
  writeFileSync(readme, withTable(readFileSync(readme, "utf8")));
