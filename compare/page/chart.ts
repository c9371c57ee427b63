// A strip of the last minute: one bar a second. All four share one scale, so that a high bar is high everywhere.
import uPlot from "uplot";
import { minute } from "./traffic.ts";
import { describe, size } from "./words.ts";

/** However little crosses, so much is the height of a chart: a heartbeat is not to look like a flood. */
const least = 2_000;

let most = least; // of all charts

/** The scale of all charts reaches from 0 to the highest bar. */
export function scaleTo(highest: number): void {
  most = Math.max(least, highest * 1.1);
}

/** Puts a chart into this element. Gives back how to draw it anew, with the bytes of each second. */
export function chart(into: HTMLElement): (strip: { seconds: number[]; bytes: number[] }) => void {
  // A canvas knows no custom properties: the element carries the colours, and we read them off.
  const colour = (of: "color" | "borderTopColor" | "outlineColor") => () => getComputedStyle(into)[of];
  const axis = { stroke: colour("outlineColor"), font: "11px system-ui, sans-serif", ticks: { show: false } };
  const plot = new uPlot(
    {
      width: 300,
      height: 100,
      padding: [6, 4, 6, 0],
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { time: false, range: (_plot, _min, max) => [max - minute + 1, max + 1] },
        y: { range: () => [0, most] },
      },
      axes: [
        { show: false },
        {
          ...axis,
          size: 52,
          gap: 4,
          space: 24,
          values: (_plot, values) => values.map((value) => (value ? size(value) : "0")),
          grid: { stroke: colour("borderTopColor"), width: 1 },
        },
      ],
      series: [
        {},
        {
          stroke: colour("color"),
          fill: colour("color"),
          width: 0,
          paths: uPlot.paths.bars!({ size: [0.8], align: 1 }),
          points: { show: false },
        },
      ],
    },
    [[], []],
    into,
  );
  new ResizeObserver(() => plot.setSize({ width: into.clientWidth, height: into.clientHeight })).observe(into);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => plot.redraw());

  return ({ seconds, bytes }) => {
    plot.setData([seconds, bytes]);
    into.ariaLabel = describe(bytes.slice(0, -1));
  };
}
