// `npm run compare`: brings the tables of README.md and the charts up to date. It counts; `npm run bench` measures.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { charts } from "../bench/charts.ts";
import { readResults } from "../bench/rows.ts";
import { sections, withSections } from "./tables.ts";

const readme = new URL("../README.md", import.meta.url);
const results = readResults();

writeFileSync(readme, withSections(readFileSync(readme, "utf8"), await sections(results)));
if (results) {
  const folder = new URL("../bench/charts/", import.meta.url);
  mkdirSync(folder, { recursive: true });
  for (const { file, svg } of charts(results)) writeFileSync(new URL(file, folder), svg);
}
