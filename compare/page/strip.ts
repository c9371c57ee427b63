// The strip: a table with the four techniques beside each other, at every width. It stays in sight while the panes scroll.
import type { Facts, Pane } from "./pane.ts";

/** Adds a column for each pane to the table. Returns the function that draws all of it. */
export function createStrip(table: HTMLTableElement, panes: readonly Pane[]): (facts: readonly Facts[]) => void {
  const rows = Array.from(table.rows, (row) => ({
    fact: row.dataset.fact as Exclude<keyof Facts, "bars"> | undefined,
    cells: panes.map(({ name }) => {
      const cell = document.createElement(row.dataset.fact ? "td" : "th");
      cell.dataset.technique = name;
      if (!row.dataset.fact) {
        Object.assign(cell, { scope: "col" });
        cell.append(Object.assign(document.createElement("a"), { href: `#${name}`, textContent: name }));
      }
      row.append(cell);
      return cell;
    }),
  }));

  return (facts) => {
    table.dataset.phase = ["now", "over"].find((phase) => facts.some((one) => one.phase === phase)) ?? "";
    for (const { fact, cells } of rows)
      if (fact)
        for (const [place, cell] of cells.entries()) {
          const text = facts[place]![fact];
          if (cell.textContent !== text) cell.textContent = text;
          if (fact === "state") cell.dataset.state = facts[place]!.state;
          if (fact === "median" || fact === "bytes")
            drawBar(
              cell,
              facts[place]!.bars[fact],
              facts.map((one) => one.bars[fact]),
            );
        }
  };
}

/** The bar below a number: how large it is, as a part of the largest of the four. */
function drawBar(cell: HTMLElement, value: number, all: readonly number[]) {
  const part = (value / Math.max(...all, 1)).toFixed(2);
  if (cell.style.getPropertyValue("--part") !== part) cell.style.setProperty("--part", part);
}
