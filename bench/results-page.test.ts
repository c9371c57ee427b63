import { parseHTML } from "linkedom";
import { expect, test } from "vitest";
import { variants } from "../shared-server/variants.ts";
import { type Figure, metrics, type Results } from "./results.ts";
import { scenarios } from "./scenarios.ts";
import { charts } from "./charts.ts";
import { resultsPage } from "./results-page.ts";

const figure = (median: number): Figure => ({ median, min: median, max: median * 2, runs: [median, median * 2] });

/** The bench as it might have gone: the first variant measured in full, of the others only what a delivery costs. */
const results: Results = {
  date: "2026-11-24T12:00:00.000Z",
  command: "npm run bench -- --clients 100",
  machine: { cpu: "A <b>CPU</b>", cores: 2, memoryGiB: 8, node: "v20.20.2", os: "Linux 6.1" },
  options: { clients: 100, rate: 10, characters: 100, rounds: 2, seconds: 1, others: 10, quick: false },
  metrics,
  scenarios: [...scenarios],
  targets: variants.flatMap(({ name }) =>
    (["variant", "baseline", "course"] as const).map((kind) => ({
      id: kind === "variant" ? name : `${kind}-${name}`,
      kind,
      technique: name,
      label: kind === "variant" ? name : `${kind} of ${name}`,
      description: "What it is.",
    })),
  ),
  results: [
    ...variants.map(({ name }, i) => ({
      target: name,
      scenario: "delivery" as const,
      metrics: { cpuPerDelivery: figure(10.5 + i), latencyP50: figure(1 + i), latencyP99: figure(1_000 + i) },
      invalid: [],
    })),
    { target: "polling", scenario: "idle", metrics: { idleCpu: figure(12_345) }, invalid: [] },
  ],
  ratios: [
    {
      target: "socket-io",
      against: "baseline-socket-io",
      scenario: "delivery",
      metric: "cpuPerDelivery",
      ratio: figure(1.07),
      goal: 1.05,
    },
  ],
  failed: [],
};

const { document } = parseHTML(resultsPage(results));
const table = (id: string) =>
  Array.from(document.querySelectorAll(`#${id} tr`), (row) => Array.from(row.children, (cell) => cell.textContent));

test("The tables hold the numbers of the results, and what was not measured is a dash", () => {
  expect(table("measured")).toEqual([
    ["", "polling", "http2-push", "raw-websockets", "socket-io"],
    ["CPU of the server for one delivery, µs", "10.5 (10.5–21)", "11.5 (11.5–23)", "12.5 (12.5–25)", "13.5 (13.5–27)"],
    ["… times what its library alone needs", "–", "–", "–", "1.07 (1.07–2.14)"],
    ["From post to arrival, half within, ms", "1 (1–2)", "2 (2–4)", "3 (3–6)", "4 (4–8)"],
    [
      "From post to arrival, 99 of 100 within, ms",
      "1,000 (1,000–2,000)",
      "1,001 (1,001–2,002)",
      "1,002 (1,002–2,004)",
      "1,003 (1,003–2,006)",
    ],
    ["CPU for one client in a minute of silence, µs", "12,345 (12,345–24,690)", "–", "–", "–"],
  ]);
  expect(table("ratios")[1]).toEqual([
    "socket-io against baseline of socket-io",
    "CPU per delivery: A conversation",
    "1.07 (1.07–2.14)",
    "at most 1.05: missed",
  ]);
});

test("It says when, where and how it was measured", () => {
  const said = document.getElementById("circumstances")!.textContent;
  expect(said).toContain("2026-11-24");
  expect(said).toContain("A <b>CPU</b>, 2 cores, Linux 6.1, Node v20.20.2");
  expect(said).toContain("100 clients, 10 messages of 100 characters in a second");
  expect(said).toContain("median of 2 rounds");
});

test("Each chart is an image that says its numbers; one that has nothing to show is left out", () => {
  const images = Array.from(document.querySelectorAll("#charts img"));
  expect(images.map((image) => image.getAttribute("alt"))).toEqual([
    "CPU for one delivery, µs (and times its library alone); polling 10.5; http2-push 11.5; raw-websockets 12.5; socket-io 13.5, 1.07 × alone",
    "From post to arrival, ms: half … 99 of 100 within; polling 1 … 1,000; http2-push 2 … 1,001; raw-websockets 3 … 1,002; socket-io 4 … 1,003",
    "CPU for one client in a minute of silence, µs; polling 12,345",
  ]);
  const svg = Buffer.from(images[0]!.getAttribute("src")!.split(",")[1]!, "base64").toString();
  expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/);
  expect(svg).toContain("13.5, 1.07 × alone");
});

test("The same results give the same charts, byte for byte", () => {
  expect(charts(results)).toEqual(charts(structuredClone(results)));
});

test("Without results the page says how to get some", () => {
  const empty = parseHTML(resultsPage(undefined)).document;
  expect(empty.getElementById("circumstances")!.textContent).toContain("npm run bench");
  expect(Array.from(empty.querySelectorAll("section:not([hidden])"))).toEqual([]);
});
