import { readFileSync } from "node:fs";
import { parseHTML } from "linkedom";
import { expect, test } from "vitest";
import { variants } from "../shared-server/variants.ts";
import { charts } from "./charts.ts";
import { type Figure, metrics, type Results } from "./results.ts";
import { resultsPage } from "./results-page.ts";
import { readResults } from "./rows.ts";
import { scenarios } from "./scenarios.ts";

const figure = (median: number): Figure => ({ median, min: median, max: median * 2, runs: [median, median * 2] });

/** Possible results: all figures of the first variant, and only the cost of a delivery of the others. */
const results: Results = {
  date: "2026-11-24T12:00:00.000Z",
  command: "npm run bench -- --clients 100",
  machine: { cpu: "A <b>CPU</b>", cores: 2, memoryGiB: 8, node: "v20.20.2", os: "Linux 6.1" },
  options: { clients: 100, rate: 10, characters: 100, rounds: 2, seconds: 1, background: 10, quick: false },
  metrics,
  scenarios: [...scenarios],
  targets: variants.flatMap(({ name }) =>
    (["variant", "baseline", "course"] as const).map((kind) => ({
      id: kind === "variant" ? name : `${kind}-${name}`,
      kind,
      variant: name,
      label: kind === "variant" ? name : `${kind} of ${name}`,
      description: "A description.",
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

test("The tables show the numbers of the results, and a dash for each number that was not measured", () => {
  expect(table("measured")).toEqual([
    ["", "polling", "http2-push", "raw-websockets", "socket-io"],
    ["Server CPU per delivery, µs", "10.5 (10.5–21)", "11.5 (11.5–23)", "12.5 (12.5–25)", "13.5 (13.5–27)"],
    ["… relative to the baseline", "–", "–", "–", "1.07 (1.07–2.14)"],
    ["Latency from post to arrival, p50, ms", "1 (1–2)", "2 (2–4)", "3 (3–6)", "4 (4–8)"],
    [
      "Latency from post to arrival, p99, ms",
      "1,000 (1,000–2,000)",
      "1,001 (1,001–2,002)",
      "1,002 (1,002–2,004)",
      "1,003 (1,003–2,006)",
    ],
    ["CPU for one idle client per minute, µs", "12,345 (12,345–24,690)", "–", "–", "–"],
  ]);
  expect(table("ratios")[1]).toEqual([
    "socket-io against baseline of socket-io",
    "CPU per delivery: Conversation",
    "1.07 (1.07–2.14)",
    "at most 1.05: missed",
  ]);
});

test("The page says when, where and how the bench ran", () => {
  const sentences = document.getElementById("circumstances")!.textContent;
  expect(sentences).toContain("2026-11-24");
  expect(sentences).toContain("A <b>CPU</b>, 2 cores, Linux 6.1, Node v20.20.2");
  expect(sentences).toContain("100 clients, 10 messages of 100 characters per second");
  expect(sentences).toContain("median of 2 rounds");
});

test("Each chart is an image with its numbers as text, and a chart without numbers is left out", () => {
  const images = Array.from(document.querySelectorAll("#charts img"));
  expect(images.map((image) => image.getAttribute("alt"))).toEqual([
    "Server CPU per delivery, µs (and relative to the baseline); polling 10.5; http2-push 11.5; raw-websockets 12.5; socket-io 13.5, 1.07 × baseline",
    "Latency from post to arrival, ms: p50 … p99; polling 1 … 1,000; http2-push 2 … 1,001; raw-websockets 3 … 1,002; socket-io 4 … 1,003",
    "CPU for one idle client per minute, µs; polling 12,345",
  ]);
  const svg = Buffer.from(images[0]!.getAttribute("src")!.split(",")[1]!, "base64").toString();
  expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/);
  expect(svg).toContain("13.5, 1.07 × baseline");
});

test("The committed page is up to date (npm run compare)", () => {
  // Windows may check files out with other line ends.
  const [page, expected] = [
    readFileSync(new URL("results-page.html", import.meta.url), "utf8"),
    resultsPage(readResults()),
  ];
  expect(page.replaceAll("\r\n", "\n")).toBe(expected.replaceAll("\r\n", "\n"));
});

test("The same results give the same charts, byte for byte", () => {
  expect(charts(results)).toEqual(charts(structuredClone(results)));
});

test("Without results the page says how to get some", () => {
  const empty = parseHTML(resultsPage(undefined)).document;
  expect(empty.getElementById("circumstances")!.textContent).toContain("npm run bench");
  expect(Array.from(empty.querySelectorAll("section:not([hidden])"))).toEqual([]);
});
