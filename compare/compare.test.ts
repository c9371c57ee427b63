// What `npm run compare` writes is up to date.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { charts } from "../bench/charts.ts";
import { readResults } from "../bench/rows.ts";
import { behaviour } from "./behaviour.ts";
import { sections, withSections } from "./tables.ts";

// Windows may check files out with other line ends.
const read = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url), "utf8").replaceAll("\r\n", "\n");

const all = await sections(readResults());

test.each(Object.keys(all))("The tables of %s are up to date (npm run compare)", (file) => {
  const text = read(file);
  expect(withSections(text, all[file]!)).toBe(text);
});

test("The charts are up to date (npm run compare)", () => {
  const results = readResults();
  for (const { file, svg } of results ? charts(results) : []) expect(read(`bench/charts/${file}`), file).toBe(svg);
});

describe("The answers in the table of behaviour", () => {
  test.each(Object.entries(behaviour))("to %s are compared by the test that they name", (name, { file, title }) => {
    const [, body] = read(file).split(`test("${title}", `);
    expect(body, title).toBeDefined();
    expect(body!.split(/\n {0,2}test\(/)[0]).toContain(`behaviour.${name}.answers[`);
  });
});

test("A README that lacks the place for a table is named", () => {
  expect(() => withSections("no markers", { counted: "1" })).toThrow("<!-- counted -->");
});
