// The page about the engines has the table that engines.spec.ts checks.
import { readFileSync } from "node:fs";
import { markdownTable } from "markdown-table";
import { expect, test } from "vitest";
import { withSections } from "../compare/tables.ts";
import { differences, engineNames } from "./engines.ts";

test("engines.md has the table of the differences", () => {
  const page = readFileSync(new URL("engines.md", import.meta.url), "utf8").replaceAll("\r\n", "\n");
  const rows = Object.values(differences).map(({ asks, answers }) => [
    asks,
    ...engineNames.map((name) => answers[name]),
  ]);
  const table = markdownTable([["", "Chromium", "Firefox", "WebKit"], ...rows]);
  expect(page).toBe(withSections(page, { engines: table }));
});
