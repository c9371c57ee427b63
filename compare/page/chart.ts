// A bar chart of the last minute, one bar a second, with the outages shaded. All four charts share one scale, so their bars can be
// compared.
import uPlot from "uplot";
import { axisLabel, describeChart, roundUp } from "./format.ts";
import { minute } from "./traffic.ts";

/** The least that a full chart stands for, in bytes a second. Otherwise a single heartbeat would fill it. */
const minimumScale = 2_000;

/** Where the time axis has a label, in seconds ago. */
const labelled = [60, 45, 30, 15, 0];

let scale = minimumScale; // of all charts

/** What a chart shows: the bytes of each second, and the outages. Times are seconds since 1970. */
export interface ChartData {
  seconds: number[];
  bytes: number[];
  outages: { since: number; until: number }[];
}

/** Makes the scale of all charts reach from 0 to a round number, no lower than the highest bar. */
export function scaleTo(highest: number): void {
  scale = roundUp(Math.max(minimumScale, highest));
}

/** Adds a chart to this element. Returns the function that draws it. */
export function createChart(parent: HTMLElement): (data: ChartData) => void {
  let outages: ChartData["outages"] = [];
  // A canvas cannot use CSS custom properties. So the element has the colours, and we read its computed style.
  const colour = (of: "color" | "borderTopColor" | "outlineColor" | "textDecorationColor") => () =>
    getComputedStyle(parent)[of];
  const axis = { stroke: colour("outlineColor"), font: "11px system-ui, sans-serif", ticks: { show: false } };
  const shade = (plot: uPlot) => {
    const { ctx, bbox } = plot;
    ctx.fillStyle = colour("textDecorationColor")();
    for (const { since, until } of outages) {
      const [from, to] = [since, until].map((second) =>
        Math.max(bbox.left, Math.min(plot.valToPos(second, "x", true), bbox.left + bbox.width)),
      );
      if (to! > bbox.left) ctx.fillRect(from!, bbox.top, Math.max(to! - from!, 2 * devicePixelRatio), bbox.height); // a cut takes no time
    }
  };
  const plot = new uPlot(
    {
      width: 300,
      height: 100,
      padding: [6, 16, 0, 0],
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { time: false, range: (_plot, _min, max) => [max - minute + 1, max + 1] },
        y: { range: () => [0, scale] },
      },
      axes: [
        {
          ...axis,
          size: 22,
          gap: 6,
          splits: (_plot, _axis, _min, max) => labelled.map((ago) => max - ago),
          values: () => labelled.map((ago) => (ago ? `${ago} s` : "now")),
          grid: { show: false },
        },
        {
          ...axis,
          size: 52,
          gap: 4,
          splits: () => [0, scale / 2, scale], // the highest line is labelled, and no bar rises above it
          values: (_plot, values) => values.map(axisLabel),
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
      hooks: { drawClear: [shade] },
    },
    [[], []],
    parent,
  );
  new ResizeObserver(() => plot.setSize({ width: parent.clientWidth, height: parent.clientHeight })).observe(parent);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => plot.redraw());

  return ({ seconds, bytes, ...data }) => {
    outages = data.outages;
    plot.setData([seconds, bytes]);
    parent.ariaLabel = describeChart(bytes.slice(0, -1), outages.length);
  };
}
