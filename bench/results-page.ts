// The results page: the charts and the tables of bench/results.json. It is written to a file, so that the server that shows it
// needs none of the packages that draw it.
import { readFileSync, writeFileSync } from "node:fs";
import { parseHTML } from "linkedom";
import { variants } from "../shared-server/variants.ts";
import type { Results } from "./results.ts";
import { charts } from "./charts.ts";
import { circumstances, measuredRows, ratioRows, relativeRows, withoutTls } from "./rows.ts";

const file = new URL("results-page.html", import.meta.url);
const head = (columns: readonly { name: string }[]) => ["", ...columns.map(({ name }) => name)];
const image = (svg: string) => `data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}`;

/** Writes bench/results-page.html. */
export function writeResultsPage(results: Results | undefined): void {
  writeFileSync(file, resultsPage(results));
}

/** The page as HTML. Without results it says how to get some. */
export function resultsPage(results: Results | undefined): string {
  const page = readFileSync(new URL("results.html", import.meta.url), "utf8");
  if (!results) return page;
  const { document } = parseHTML(page);

  const make = (tag: string, text: string, attributes: Record<string, string> = {}) => {
    const element = document.createElement(tag);
    element.textContent = text;
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return element;
  };
  const show = (id: string, elements: Element[]) => {
    const place = document.getElementById(id)!;
    place.replaceChildren(...elements);
    place.closest("section")?.removeAttribute("hidden");
  };
  const row = (cells: Element[]) => {
    const line = document.createElement("tr");
    line.append(...cells);
    return line;
  };
  const table = (titles: string[], rows: string[][]) => [
    row(titles.map((text) => (text ? make("th", text, { scope: "col" }) : make("td", "")))),
    ...rows.map(([title, ...cells]) =>
      row([make("th", title!, { scope: "row" }), ...cells.map((text, i) => cell(text, titles[i + 1]!))]),
    ),
  ];
  // On a narrow screen the first row is hidden, and each cell shows the name of its column (results.css).
  const cell = (text: string, column: string) => {
    const bold = /^\*\*(.+)\*\*$/.exec(text)?.[1];
    const td = make("td", bold ? "" : text, { "data-column": column });
    if (bold) td.append(make("strong", bold));
    return td;
  };
  const list = (items: { label: string; description: string }[]) =>
    items.flatMap(({ label, description }) => [make("dt", label), make("dd", description)]);

  document.getElementById("circumstances")!.textContent = circumstances(results).replaceAll("`", "");
  show(
    "charts",
    charts(results).map(({ svg, text }) => make("img", "", { src: image(svg), alt: text })),
  );
  show("with-tls", table(head(variants), measuredRows(results, true)));
  show("without-tls", table(head(withoutTls), measuredRows(results, false)));
  show("relative", table(head(variants), relativeRows(results)));
  show("ratios", table(["", "figure", "ratio", "goal"], ratioRows(results)));
  show("targets", list(results.targets));
  show("scenarios", list(results.scenarios));
  return `<!doctype html>\n${document.documentElement.outerHTML}\n`;
}
