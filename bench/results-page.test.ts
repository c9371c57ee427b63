import { readFileSync } from "node:fs";
import { parseHTML } from "linkedom";
import { expect, test } from "vitest";
import { variants } from "../shared-server/variants.ts";
import { charts } from "./charts.ts";
import { type Figure, metrics, type Result, type Results, type ScenarioId } from "./results.ts";
import { resultsPage } from "./results-page.ts";
import { readResults } from "./rows.ts";
import { scenarios } from "./scenarios.ts";

const figure = (median: number): Figure => ({ median, min: median, max: median * 2, runs: [median, median * 2] });

const own = (target: string, scenario: ScenarioId, figures: Result["metrics"]): Result => ({
  target,
  scenario,
  metrics: figures,
  invalid: [],
});
const talk = (i: number) => ({
  cpuPerDelivery: figure(10.5 + i),
  latencyP50: figure(1 + i),
  latencyP99: figure(1_000 + i),
});

/** Possible results: a conversation of all four, with TLS and without it, and the silence of two. */
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
    ...variants.map(({ name }, i) => own(name, "delivery", talk(i))),
    own("polling-tls", "delivery", talk(20)),
    own("raw-websockets-tls", "delivery", {
      ...talk(30),
      latencyP50: { median: 0.5, min: 0.4, max: 0.6, runs: [0.4, 0.6] },
    }),
    own("socket-io-tls", "delivery", talk(40)),
    own("polling", "idle", { idleCpu: figure(12_345) }),
    own("polling-tls", "idle", { idleCpu: figure(23_456) }),
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
    {
      target: "socket-io-tls",
      against: "socket-io",
      scenario: "delivery",
      metric: "cpuPerDelivery",
      ratio: figure(1.5),
    },
    {
      target: "socket-io",
      against: "socket-io",
      scenario: "rooms",
      againstScenario: "room",
      metric: "cpuPerMessage",
      ratio: figure(1.2),
    },
  ],
  failed: [],
};

const { document } = parseHTML(resultsPage(results));
const table = (id: string) =>
  Array.from(document.querySelectorAll(`#${id} tr`), (row) => Array.from(row.children, (cell) => cell.textContent));

test("With TLS there are figures of all four, and without it of three; a dash stands for what was not measured", () => {
  expect(table("with-tls")).toEqual([
    ["", "polling", "http2-push", "raw-websockets", "socket-io"],
    ["Server CPU per delivery, µs", "30.5 (30.5–61)", "11.5 (11.5–23)", "40.5 (40.5–81)", "50.5 (50.5–101)"],
    ["Latency from post to arrival, p50, ms", "21 (21–42)", "2 (2–4)", "0.5 (0.4–0.6)", "41 (41–82)"],
    [
      "Latency from post to arrival, p99, ms",
      "1,020 (1,020–2,040)",
      "1,001 (1,001–2,002)",
      "1,030 (1,030–2,060)",
      "1,040 (1,040–2,080)",
    ],
    ["CPU for one idle client per minute, µs", "23,456 (23,456–46,912)", "–", "–", "–"],
  ]);
  expect(table("without-tls").slice(0, 2)).toEqual([
    ["", "polling", "raw-websockets", "socket-io"],
    ["Server CPU per delivery, µs", "10.5 (10.5–21)", "12.5 (12.5–25)", "13.5 (13.5–27)"],
  ]);
  expect(table("relative").slice(1)).toEqual([
    ["Server CPU per delivery, relative to the baseline", "–", "–", "–", "1.07 (1.07–2.14)"],
    ["Server CPU per delivery, with TLS relative to without", "–", "–", "–", "1.5 (1.5–3)"],
  ]);
});

test("Only a figure that no spread of another one reaches is bold, and only where all have a figure", () => {
  const bold = (id: string) => Array.from(document.querySelectorAll(`#${id} strong`), ({ textContent }) => textContent);
  expect(bold("with-tls")).toEqual(["11.5 (11.5–23)", "0.5 (0.4–0.6)"]);
  expect(bold("without-tls")).toEqual(["1 (1–2)"]); // not 10.5–21, which 12.5 overlaps, and not silence, which is measured once
});

test("The page explains what a goal is before it says that one is missed", () => {
  expect(table("ratios")[1]).toEqual([
    "socket-io against baseline of socket-io",
    "CPU per delivery: Conversation",
    "1.07 (1.07–2.14)",
    "at most 1.05: missed",
  ]);
  const text = document.body.textContent;
  expect(text.indexOf("“Missed” means")).toBeGreaterThan(0);
  expect(text.indexOf("“Missed” means")).toBeLessThan(text.indexOf(": missed"));
});

test("A target that is compared with itself says in which scenario", () => {
  expect(table("ratios")[3]!.slice(0, 2)).toEqual([
    "socket-io against socket-io",
    "CPU per message in a room: One room after another against One room",
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
    "Server CPU per delivery, µs, with TLS; polling 30.5, without TLS 10.5; http2-push 11.5; raw-websockets 40.5, without TLS 12.5; socket-io 50.5, without TLS 13.5",
    "Latency from post to arrival, ms, with TLS: p50 … p99; polling 21 … 1,020; http2-push 2 … 1,001; raw-websockets 0.5 … 1,030; socket-io 41 … 1,040",
    "CPU for one idle client per minute, µs, with TLS; polling 23,456, without TLS 12,345",
  ]);
  const svg = Buffer.from(images[0]!.getAttribute("src")!.split(",")[1]!, "base64").toString();
  expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/);
  expect(svg).toContain("50.5, without TLS 13.5");
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
