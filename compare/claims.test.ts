// What which-one.md and the READMEs of the variants claim has a source, and holds. A claim that compares is checked against
// bench/results.json and the counted lines: after a new benchmark run, this test fails for each sentence that is no longer true.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { MetricId, ScenarioId } from "../bench/results.ts";
import { figureOf, readResults, targetOf } from "../bench/rows.ts";
import { type VariantName, variants } from "../shared-server/variants.ts";
import { behaviour } from "./behaviour.ts";
import { bytesOf, linesOf } from "./count.ts";
import { treeOf } from "./decision-tree.ts";

const read = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url), "utf8").replaceAll("\r\n", "\n");

const guide = "compare/which-one.md";
const names = variants.map(({ name }) => name);
const readme = (name: VariantName) => `${name}/README.md`;

/** The paragraphs, list items and table cells of a page, without headings, code and what is generated. */
function blocks(page: string): string[] {
  const prose = read(page)
    .replaceAll(/```[^]*?```|<!-- (\w+) -->[^]*?<!-- \/\1 -->|^#.*$/gm, "")
    .replaceAll(/(\]\([^)\s]+) "[^"]*"\)/g, "$1)"); // the title of a test is not a sentence of the page
  return prose
    .split(/\n\s*\n|\n(?=[-|])/)
    .flatMap((block) => (block.startsWith("|") ? block.split("|") : block))
    .map((block) => block.replaceAll(/\s+/g, " ").trim());
}

/** The sentences of a page. A text without a full stop, such as "Pick it if", is a label. */
const sentences = (page: string) =>
  blocks(page)
    .filter((block) => /[.,:]$/.test(block))
    .flatMap((block) => block.split(/(?<=[.?!]) (?=[A-Z`[*])/));

/** A sentence without its links and code. */
const plain = (sentence: string) => sentence.replaceAll(/\]\([^)]*\)|[[*]|`[^`]*`/g, "");

/** Every superlative of a text. "At most" is a limit, and the newest messages are the last ones. */
const superlatives = (text: string) =>
  Array.from(text.matchAll(/(?<!\bat )\b(?:most|least|[a-z]+est)\b/gi), ([word]) => word.toLowerCase()).filter(
    (word) => !["request", "test", "rest", "newest"].includes(word),
  );

// Figures -----------------------------------------------------------------------------------------------------------------

const results = readResults()!;
const pageSize = Object.fromEntries(
  await Promise.all(names.map(async (name) => [name, (await bytesOf(name)).gzipped])),
);

/** A number for a variant. NaN where the last run of the bench has no figure, which contradicts nothing. */
type Measure = (name: VariantName) => number;

/** All four with TLS: http2-push has no figure without it. */
const withTls = (name: VariantName) =>
  targetOf(
    variants.find((variant) => variant.name === name)!,
    true,
  );
const measured =
  (scenario: ScenarioId, metric: MetricId): Measure =>
  (name) =>
    figureOf(results, withTls(name), scenario, metric)?.median ?? Number.NaN;
const memory = measured("connect", "memory");
const delivery = measured("delivery", "cpuPerDelivery");
const burst = measured("bursts", "cpuPerDelivery");
const idleCpu = measured("idle", "idleCpu");
const idleBytes = measured("idle", "idleBytes");
const server: Measure = (name) => linesOf(name).server;
const client: Measure = (name) => linesOf(name).client;
const both: Measure = (name) => server(name) + client(name);

const connected: VariantName[] = ["http2-push", "raw-websockets", "socket-io"];
const least = (name: VariantName, measure: Measure, among = names) =>
  among.every((other) => other === name || !(measure(name) >= measure(other)));
const most = (name: VariantName, measure: Measure, among = names) => least(name, (other) => -measure(other), among);

/** Every claim that compares: where it is, its words, and whether it is true. */
const claims: { page: string; says: string; holds: () => boolean }[] = [
  {
    page: guide,
    says: "of the four, idle clients cost the most CPU and the most bytes",
    holds: () => most("polling", idleCpu) && most("polling", idleBytes),
  },
  {
    page: guide,
    says: "the longest client, beside the shortest server",
    holds: () => most("polling", client) && least("polling", server),
  },
  { page: guide, says: "you want the shortest client", holds: () => least("http2-push", client) },
  {
    page: guide,
    says: "the most CPU for each delivery of the three that hold a connection, and more memory for each client than a bare WebSocket",
    holds: () => most("http2-push", delivery, connected) && least("raw-websockets", memory, ["http2-push"]),
  },
  {
    page: guide,
    says: "of the four it needs the least memory for each client and the least CPU for each delivery",
    holds: () => least("raw-websockets", memory) && least("raw-websockets", delivery),
  },
  {
    page: guide,
    says: "about as many lines as with Socket.IO",
    holds: () => Math.abs(both("raw-websockets") / both("socket-io") - 1) < 0.1,
  },
  {
    page: guide,
    says: "the largest page, more than twice as large as the others",
    holds: () => names.every((name) => name === "socket-io" || pageSize["socket-io"] > 2 * pageSize[name]),
  },
  {
    page: guide,
    says: "more CPU for each delivery than a bare WebSocket",
    holds: () => least("raw-websockets", delivery, ["socket-io"]),
  },
  {
    page: guide,
    says: "In a silent minute, polling costs the most CPU and the most bytes",
    holds: () => most("polling", idleCpu) && most("polling", idleBytes),
  },
  {
    page: guide,
    says: "Of the other three, http2-push needs the least CPU",
    holds: () => least("http2-push", idleCpu, connected),
  },
  { page: guide, says: 'such as "least"', holds: () => true }, // an example of the word
  { page: guide, says: "each costs CPU", holds: () => names.every((name) => !(delivery(name) <= 0)) },
  {
    page: guide,
    says: "before you choose between http2-push, raw-websockets and socket-io",
    holds: () => connected.every((name) => !(delivery(name) <= 0 || burst(name) <= 0)), // the figures to look at
  },
  { page: guide, says: "multiplied by your clients", holds: () => names.every((name) => !(idleCpu(name) <= 0)) },

  {
    page: readme("polling"),
    says: "is longer than the server",
    holds: () => client("polling") > server("polling"),
  },
  { page: readme("polling"), says: "The idle load", holds: () => most("polling", idleCpu) },
  { page: readme("http2-push"), says: "is the shortest of the four", holds: () => least("http2-push", client) },
  {
    page: readme("http2-push"),
    says: "takes more memory than a WebSocket with TLS",
    holds: () => least("raw-websockets", memory, ["http2-push"]),
  },
  {
    page: readme("raw-websockets"),
    says: "Of the three that stay connected, it needs the least memory per client, and the least CPU per delivery",
    holds: () => least("raw-websockets", memory, connected) && least("raw-websockets", delivery, connected),
  },
  {
    page: readme("socket-io"),
    says: "The page is more than twice as large",
    holds: () => names.every((name) => name === "socket-io" || pageSize["socket-io"] > 2 * pageSize[name]),
  },
];

test.each(claims)("$page: $says", ({ page, says, holds }) => {
  expect(
    sentences(page)
      .map(plain)
      .filter((sentence) => sentence.includes(says)),
  ).toHaveLength(1);
  expect(holds()).toBe(true);
});

describe.each([guide, ...names.map(readme)])("%s", (page) => {
  test("uses a superlative, and cites a figure, only in a sentence that is checked", () => {
    const labels = blocks(page).filter((block) => !/[.,:]$/.test(block));
    for (const label of labels) expect(superlatives(plain(label)), label).toEqual([]);
    for (const sentence of sentences(page)) {
      const checked = claims.filter((claim) => claim.page === page && plain(sentence).includes(claim.says));
      const rest = checked.reduce((text, { says }) => text.replace(says, ""), plain(sentence));
      expect(superlatives(rest), sentence).toEqual([]);
      if (/#what-it-costs|#with-tls|#lines-of-code/.test(sentence)) expect(checked, sentence).not.toEqual([]);
    }
  });
});

describe("Which one should I pick?", () => {
  test("Each sentence links to something outside this page and in this repository, or says that it was read", () => {
    expect(sentences(guide).length).toBeGreaterThan(60);
    for (const sentence of sentences(guide)) expect(sentence).toMatch(/\]\((?!https?:|#)|\(read\)/);
  });

  // The questions of the decision tree, and what they ask about a situation.
  const asks: Record<string, (situation: Situation) => boolean> = {
    "May a message be a few seconds late?": ({ late }) => late,
    "Must posts stay in order, or is the data binary?": ({ order, binary }) => order || binary,
    "Does a proxy on the way hold responses back?": ({ held }) => held,
    "Are both ends yours, and do you want the rules of a connection ready-made?": ({ ready }) => ready,
    "Does a proxy on the way read HTTP and not support Upgrade?": ({ noUpgrade }) => noUpgrade,
    "Does it hold responses back, or is the data binary?": ({ held, binary }) => held || binary,
  };
  const facts = ["late", "order", "binary", "held", "ready", "noUpgrade"] as const;
  type Situation = Record<(typeof facts)[number], boolean>;

  const tree = treeOf(read(guide).split("```mermaid\n")[1]!.split("```")[0]!);

  /** Follows the decision tree to a technique. */
  function decide(situation: Situation): VariantName {
    let choice = tree.get("late")!;
    for (let question = asks[choice.text]; question; question = asks[choice.text])
      choice = tree.get(question(situation) ? choice.yes! : choice.no!)!;
    const picked = /^<b>(.+)<\/b>/.exec(choice.text)?.[1];
    expect(names).toContain(picked);
    return picked as VariantName;
  }

  const situations = Array.from(
    { length: 2 ** facts.length },
    (_, n) => Object.fromEntries(facts.map((fact, bit) => [fact, Boolean(n & (2 ** bit))])) as Situation,
  );

  test.each(situations)("The decision tree picks what works: %o", (situation) => {
    const picked = decide(situation);
    const throughProxy = behaviour.proxy.answers[picked];
    if (situation.binary) expect(behaviour.binary.answers[picked]).toBe("yes");
    if (situation.noUpgrade) expect(throughProxy).toMatch(/^yes/);
    if (situation.held) expect(throughProxy).not.toContain("unless it buffers responses");
    if (situation.order && picked === "polling" && situation.late)
      expect(tree.get("polling")!.text).toContain("one post at a time if order matters");
    if (situation.order && !situation.late && !situation.noUpgrade)
      expect(behaviour.order.answers[picked]).toBe("always");
    if (!situation.late && picked === "polling") expect(situation.noUpgrade).toBe(true); // nothing else gets through
  });
});
