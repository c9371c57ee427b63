// The charts: bench/results.json as SVG, drawn by Observable Plot in a document without a browser.
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { variants } from "../shared-server/variants.ts";
import { short } from "./report.ts";
import type { MetricId, Results, ScenarioId } from "./results.ts";
import { figureOf, targetOf } from "./rows.ts";

export interface Chart {
  /** The name of its file in bench/charts/. */
  file: string;
  title: string;
  /** Everything that it shows, as the alternative text of the image. */
  text: string;
  svg: string;
}

/** A bar as long as one number, or the range from one number to another. */
interface Bar {
  name: string;
  numbers: [number] | [from: number, to: number];
  label: string;
}

const width = 500;
const margin = { left: 115, right: 185, top: 50, bottom: 26 };

// A chart has its own background, so that it is readable on any page, light or dark.
const style = `
  .chart { color: #1f2328; font: 12px system-ui, sans-serif; }
  .card { fill: #ffffff; stroke: #d1d9e0; }
  .title { font-size: 14px; font-weight: 600; }
  .bar { fill: #2f6fd0; stroke: none; }
  .range { stroke: #2f6fd0; fill: #2f6fd0; }
  @media (prefers-color-scheme: dark) {
    .chart { color: #e6edf3; }
    .card { fill: #151b23; stroke: #3d444d; }
    .bar { fill: #6ea8fe; }
    .range { stroke: #6ea8fe; fill: #6ea8fe; }
  }`;

/** The charts of these results. A chart without a figure is left out. */
export function charts(results: Results): Chart[] {
  const figures = (scenario: ScenarioId, metric: MetricId, tls: boolean) =>
    variants.map((variant) => figureOf(results, targetOf(variant, tls), scenario, metric)?.median);
  const bars = (scenario: ScenarioId, metric: MetricId) => {
    const plain = figures(scenario, metric, false);
    return drawn(figures(scenario, metric, true), (value, i) => ({
      numbers: [value],
      label: short(value) + (variants[i]!.scheme === "http" && plain[i] ? `, without TLS ${short(plain[i])}` : ""),
    }));
  };

  // The course's protocol is measured over TLS where its technique needs it, so each is compared with its like.
  const course = variants.map(({ name }) => {
    const target = results.targets.find(({ variant, kind }) => variant === name && kind === "course");
    return target && figureOf(results, target.id, "wire", "bytesPerDelivery")?.median;
  });

  return [
    chart("cpu", "Server CPU per delivery, µs, with TLS", bars("delivery", "cpuPerDelivery")),
    chart(
      "latency",
      "Latency from post to arrival, ms, with TLS: p50 … p99",
      ranges(figures("delivery", "latencyP50", true), figures("delivery", "latencyP99", true)),
    ),
    chart(
      "bytes",
      "Bytes per delivery: variant … course (http2-push with TLS)",
      ranges(figures("wire", "bytesPerDelivery", false), course),
    ),
    chart("idle", "CPU for one idle client per minute, µs, with TLS", bars("idle", "idleCpu")),
    chart("memory", "Memory per connected client, kB, with TLS", bars("connect", "memory")),
  ].filter((one) => one !== undefined);
}

/** A range for each variant that has a value. */
function ranges(from: (number | undefined)[], to: (number | undefined)[]): Bar[] {
  return drawn(from, (value, i) => ({
    numbers: [value, to[i] ?? value],
    label: `${short(value)} … ${short(to[i] ?? value)}`,
  }));
}

/** A bar for each variant that has a value. */
function drawn(values: (number | undefined)[], bar: (value: number, i: number) => Omit<Bar, "name">): Bar[] {
  return values.flatMap((value, i) => (value === undefined ? [] : [{ name: variants[i]!.name, ...bar(value, i) }]));
}

function chart(file: string, title: string, all: Bar[]): Chart | undefined {
  if (all.length === 0) return undefined;
  const { document } = parseHTML("<html></html>");
  const isRange = all.some(({ numbers }) => numbers.length > 1);
  const [x1, x2] = [({ numbers }: Bar) => numbers[0], ({ numbers }: Bar) => numbers.at(-1)];
  const marks = isRange
    ? [
        Plot.link(all, { x1, x2, y: "name", strokeWidth: 3, className: "range" }),
        Plot.dot(all, { x: x1, y: "name", r: 5, className: "range" }),
        Plot.dot(all, { x: x2, y: "name", r: 5, className: "range" }),
      ]
    : [Plot.barX(all, { x: x2, y: "name", insetTop: 4, insetBottom: 4, className: "bar" })];
  const svg = Plot.plot({
    document,
    className: "chart",
    width,
    height: margin.top + 32 * all.length + margin.bottom,
    marginLeft: margin.left,
    marginRight: margin.right,
    marginTop: margin.top,
    marginBottom: margin.bottom,
    x: isRange ? { type: "log", label: null, grid: true, ticks: 3, tickSize: 0, insetLeft: 8 } : { axis: null },
    y: { label: null, domain: all.map(({ name }) => name), tickSize: 0 },
    marks: [
      ...marks,
      Plot.text(all, { x: x2, y: "name", text: "label", dx: 10, textAnchor: "start" }),
      Plot.text([title], {
        frameAnchor: "top-left",
        dx: 16 - margin.left,
        dy: -28,
        textAnchor: "start",
        className: "title",
      }),
    ],
  });
  svg.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  svg.setAttribute("role", "img");
  const text = [title, ...all.map(({ name, label }) => `${name} ${label}`)].join("; ");
  svg.setAttribute("aria-label", text);
  svg.querySelector("style")!.textContent = style;
  svg.insertAdjacentHTML(
    "afterbegin",
    `<rect class="card" x="0.5" y="0.5" width="${width - 1}" height="${Number(svg.getAttribute("height")) - 1}" rx="8"/>`,
  );
  return { file: `${file}.svg`, title, text, svg: `${svg.outerHTML}\n` };
}
