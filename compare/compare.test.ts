// What `npm run compare` writes is up to date.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { behaviour } from "./behaviour.ts";
import { charts } from "../bench/charts.ts";
import { readResults } from "../bench/rows.ts";
import { sections, withSections } from "./tables.ts";

// Windows may check files out with other line ends.
const read = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url), "utf8").replaceAll("\r\n", "\n");

test("The tables of the README are up to date (npm run compare)", async () => {
  const text = read("README.md");
  expect(withSections(text, await sections(readResults()))).toBe(text);
});

test("The charts are up to date (npm run compare)", () => {
  const results = readResults();
  for (const { file, svg } of results ? charts(results) : []) expect(read(`bench/charts/${file}`), file).toBe(svg);
});

test.each(Object.entries(behaviour))(
  "The answers to %s are found out by the test that they name",
  (name, { file, title }) => {
    const [, body] = read(file).split(`test("${title}", `);
    expect(body, title).toBeDefined();
    expect(body!.split(/\n {0,2}test\(/)[0]).toContain(`behaviour.${name}.answers[`);
  },
);

test("A README that lacks the place for a table is told so", () => {
  expect(() => withSections("no markers", { counted: "1" })).toThrow("<!-- counted -->");
});
