// A bar chart of the last minute, one bar a second. All four charts share one scale, so their bars can be compared.
import uPlot from "uplot";
import { describeChart, size } from "./format.ts";
import { minute } from "./traffic.ts";

/** The least that a full chart stands for, in bytes a second. Otherwise a single heartbeat would fill it. */
const minimumScale = 2_000;

let scale = minimumScale; // of all charts

/** Makes the scale of all charts reach from 0 to the highest bar. */
export function scaleTo(highest: number): void {
  scale = Math.max(minimumScale, highest * 1.1);
}

/** Adds a chart to this element. Returns the function that draws it, with the bytes of each second. */
export function createChart(parent: HTMLElement): (traffic: { seconds: number[]; bytes: number[] }) => void {
  // A canvas cannot use CSS custom properties. So the element has the colours, and we read its computed style.
  const colour = (of: "color" | "borderTopColor" | "outlineColor") => () => getComputedStyle(parent)[of];
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
        y: { range: () => [0, scale] },
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
    parent,
  );
  new ResizeObserver(() => plot.setSize({ width: parent.clientWidth, height: parent.clientHeight })).observe(parent);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => plot.redraw());

  return ({ seconds, bytes }) => {
    plot.setData([seconds, bytes]);
    parent.ariaLabel = describeChart(bytes.slice(0, -1));
  };
}
