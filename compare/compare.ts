// `npm run compare`: brings the tables of the READMEs, the charts and the page of results up to date. It counts; `npm run bench`
// measures.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { charts } from "../bench/charts.ts";
import { writeResultsPage } from "../bench/results-page.ts";
import { readResults } from "../bench/rows.ts";
import { sections, withSections } from "./tables.ts";

const results = readResults();
for (const [file, all] of Object.entries(await sections(results))) {
  const readme = new URL(`../${file}`, import.meta.url);
  writeFileSync(readme, withSections(readFileSync(readme, "utf8"), all));
}
if (results) {
  const folder = new URL("../bench/charts/", import.meta.url);
  mkdirSync(folder, { recursive: true });
  for (const { file, svg } of charts(results)) writeFileSync(new URL(file, folder), svg);
}
writeResultsPage(results);
