// What the READMEs, and the other pages written for people, say about this repository is true of it.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import Slugger from "github-slugger";
import { describe, expect, test } from "vitest";
import { limits } from "../shared-chat/limits.ts";
import { timing } from "../shared-ui/timing.ts";
import { detectionTime } from "./behaviour.ts";
import { durations, slowDelay } from "./outages.ts";

const root = new URL("../", import.meta.url);
const read = (file: string | URL) => readFileSync(new URL(file, root), "utf8").replaceAll("\r\n", "\n");

/** Every file of the repository, without what git ignores and without hidden folders. */
const files = readdirSync(root, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map(({ parentPath, name }) => relative(fileURLToPath(root), join(parentPath, name)).replaceAll("\\", "/"))
  .filter((file) => !/(^|\/)(\.|node_modules\/|playground\/|test-results\/|playwright-report\/)/.test(file));
const pages = files.filter((file) => file.endsWith(".md"));

/** The links and images of a page: where to, and the title, which for a test is that of the test. */
const links = (text: string) =>
  Array.from(text.matchAll(/(?:\]\(|src=")([^)"\s]+)(?: "([^"]*)")?/g), ([, to, title]) => ({ to: to!, title }));

/** The titles of the tests of a file. */
const titles = (file: string | URL) => Array.from(read(file).matchAll(/^\s*test\(\s*"(.+?)",/gm), ([, title]) => title);

/** The anchors that GitHub gives the headings of a page. */
function anchors(page: URL): string[] {
  const slugger = new Slugger();
  return Array.from(read(page).matchAll(/^#+ (.+)$/gm), ([, heading]) => slugger.slug(heading!));
}

/** The sources that a page is about: the files of its folder, in the workshop those of the solution, and those that it links to. */
function sourcesOf(page: string): string[] {
  const linked = links(read(page)).map(({ to }) => new URL(to.split("#")[0]!, new URL(page, root)).pathname);
  const folders = [dirname(page), `${dirname(page)}/solution`];
  return files.filter(
    (file) =>
      /\.(tsx?|gts|vue|svelte)$/.test(file) &&
      (folders.includes(dirname(file)) || linked.includes(new URL(file, root).pathname)),
  );
}

const lines = (file: string) =>
  new Set(
    read(file)
      .split("\n")
      .map((line) => line.trim()),
  );

/** Numbers that other people's code has, and where they are from. */
const foreign: Record<string, string> = {
  "100 MiB": "maxPayload of ws, by default",
  "5 s": "keepAliveTimeout of node:http, by default",
};

const detected = [detectionTime.byPage({ ...limits, ...timing }), detectionTime.byServer(limits)].flatMap(
  Object.values,
);

/** Every duration, size and count that the code has a name for, as people write it. */
const numbers = new Set(
  [...Object.values(limits), ...Object.values(timing), ...Object.values(durations), slowDelay, ...detected].flatMap(
    (value = 0) => [
      value.toLocaleString("en"),
      `${value.toLocaleString("en")} ms`,
      ...[" s", " seconds", "-second"].map((unit) => `${value / 1_000}${unit}`),
      `${value / 1_024} KiB`,
      `${value / 1_024 ** 2} MiB`,
    ],
  ),
);

test.each(pages)("%s has no marks of a merge that was not finished", (page) => {
  expect(read(page)).not.toMatch(/^(<{7}|={7}|>{7}|(> ){6}>|\| ={7})/m);
});

test("Every promise is the title of a test, and every test is promised", () => {
  const section = read("README.md").split("## What is promised\n")[1]!.split("\n## ")[0]!;
  const promises = Array.from(section.matchAll(/^\d+\. \*\*(.+)\*\*/gm), ([, title]) => title);
  expect(promises.length).toBeGreaterThan(0);
  expect(promises).toEqual(titles("e2e/chat.spec.ts"));
});

test("The minutes of the steps of the workshop add up to what it says it takes", () => {
  const section = read("README.md").split("## Workshop\n")[1]!.split("\n## ")[0]!;
  const steps = Array.from(section.matchAll(/^\d+\. \((\d+) min\)/gm), ([, minutes]) => Number(minutes));
  expect(steps.length).toBe(Array.from(section.matchAll(/^\d+\. /gm)).length);
  expect(Number(/about (\d+) minutes/.exec(section)![1])).toBe(steps.reduce((sum, minutes) => sum + minutes));
});

test("No two files have the same name, unless they are twins", () => {
  const twins =
    /^(README\.md|hints\.md|server\.ts|client\.ts|check\.ts|frame\.ts|test-client\.ts|client\.test\.ts|package(-lock)?\.json|tsconfig\.json)$/;
  const others = files.filter((file) => !/^views\/[^/]+\//.test(file)); // the views are twins, and named after what they draw
  const names = others.map((file) => basename(file)).filter((name) => !twins.test(name));
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
});

describe.each(pages)("%s", (page) => {
  const text = read(page);

  test("names only scripts that exist", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    for (const [, script] of text.matchAll(/\bnpm run ([\w:-]+)/g)) expect(scripts).toHaveProperty([script!]);
  });

  test("names only files that exist", () => {
    const known = new Set(files.flatMap((file) => [file, basename(file)]));
    for (const [, file] of text.matchAll(
      /(?<![\w/.:-])((?:[\w-]+\/)*[\w.-]+\.(?:tsx?|gts|vue|svelte|html|css|json|svg|md|cjs))\b(?!\()/g,
    ))
      expect(known.has(file!) || existsSync(new URL(file!, new URL(page, root))), file).toBe(true);
  });

  test("links only to files, headings and tests that exist", () => {
    for (const { to, title } of links(text)) {
      if (/^[a-z]+:/.test(to) || to.startsWith("../../actions/")) continue; // GitHub's own page of the workflow
      const there = new URL(to, new URL(page, root));
      const { hash } = there;
      there.hash = "";
      expect(existsSync(there), to).toBe(true);
      // "#L17" is a line, which a generated table has looked up.
      if (hash && !/^#L\d+$/.test(hash)) expect(anchors(there), to).toContain(hash.slice(1));
      if (title) expect(titles(there), to).toContain(title);
    }
  });

  test("quotes the code to the letter", () => {
    for (const [, block] of text.matchAll(/```(?:tsx?|gts|vue|svelte)\n([^]*?)```/g)) {
      let sources = sourcesOf(page);
      for (const line of block!.split("\n").map((code) => code.trim())) {
        const named = /^\/\/ ((?:[\w/-]+\.(?:tsx?|gts|vue|svelte)(?:, )?)+): /.exec(line)?.[1]?.split(", ");
        if (named) sources = named;
        else if (line)
          expect(
            sources.filter((file) => lines(file).has(line)),
            line,
          ).not.toEqual([]);
      }
    }
  });

  test("says about a file only what is in it", () => {
    // "[server.ts](server.ts): `keepAliveTimeout`": the code after a link to a file, up to the next link or the end of the cell.
    for (const [, to, said] of text.matchAll(/\]\(([\w./-]+\.(?:tsx?|gts|vue|svelte))\):((?:[^|\n[]|\[(?!\w))*)/g)) {
      const source = read(new URL(to!, new URL(page, root)));
      for (const [, code] of said!.matchAll(/`([^`]+)`/g)) expect(source, `${to}: ${code}`).toContain(code);
    }
  });

  test("has only numbers that the code has", () => {
    const prose = text
      .replaceAll(/<!-- (\w+) -->[^]*<!-- \/\1 -->/g, "") // what is generated
      .replaceAll(/```[^]*?```/g, "");
    for (const [number] of prose.matchAll(/\b\d[\d,.]*(?: (?:ms|s|seconds|KiB|MiB)\b|-second\b)/g))
      expect(numbers.has(number) || number in foreign, number).toBe(true);
  });
});
