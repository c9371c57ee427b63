// `npm run compare`: brings the tables of README.md and the charts up to date. It counts; `npm run bench` measures.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { charts } from "./charts.ts";
import { readResults } from "./measured.ts";
import { sections, withSections } from "./tables.ts";

const readme = new URL("../README.md", import.meta.url);
const results = readResults();

writeFileSync(readme, withSections(readFileSync(readme, "utf8"), await sections(results)));
if (results) {
  const folder = new URL("charts/", import.meta.url);
  mkdirSync(folder, { recursive: true });
  for (const { file, svg } of charts(results)) writeFileSync(new URL(file, folder), svg);
}
