// What the READMEs, and whatever else is written here for people, claim about this repository is true of it.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import Slugger from "github-slugger";
import { describe, expect, test } from "vitest";

const root = new URL("../", import.meta.url);
const read = (file: string) => readFileSync(new URL(file, root), "utf8").replaceAll("\r\n", "\n");

const folders = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
const pages = ["", ...folders.map(({ name }) => `${name}/`).filter((folder) => !/^(\.|node_modules)/.test(folder))]
  .flatMap((folder) => readdirSync(new URL(`./${folder}`, root)).map((file) => folder + file))
  .filter((file) => file.endsWith(".md"));

/** The links and images of a page: where to, and the title, which for a test is that of the test. */
const links = (text: string) =>
  Array.from(text.matchAll(/(?:\]\(|src=")([^)"\s]+)(?: "([^"]*)")?/g), ([, to, title]) => ({ to: to!, title }));

/** The titles of the tests of a file. */
const titles = (file: string | URL) =>
  Array.from(readFileSync(new URL(file, root), "utf8").matchAll(/^\s*test\(\s*"(.+?)",/gm), ([, title]) => title);

/** The anchors that GitHub gives the headings of a page. */
function anchors(page: URL): string[] {
  const slugger = new Slugger();
  return Array.from(readFileSync(page, "utf8").matchAll(/^#+ (.+)$/gm), ([, heading]) => slugger.slug(heading!));
}

test("Every promise is the title of a test, and every test is promised", () => {
  const section = read("README.md").split("## What is promised\n")[1]!.split("\n## ")[0]!;
  const promises = Array.from(section.matchAll(/^\d+\. \*\*(.+)\*\*/gm), ([, title]) => title);
  expect(promises.length).toBeGreaterThan(0);
  expect(promises).toEqual(titles("e2e/chat.spec.ts"));
});

test("Every reason for and against a technique links to its test or its number", () => {
  const reasons = read("compare/which-one.md")
    .split(/^(?=- )/m)
    .slice(1)
    .map((reason) => reason.split("\n\n")[0]!);
  expect(reasons.length).toBeGreaterThan(20);
  for (const reason of reasons) expect(links(reason), reason).not.toEqual([]);
});

describe.each(pages)("%s", (page) => {
  const text = read(page);

  test("names only scripts that exist", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    for (const [, script] of text.matchAll(/\bnpm run ([\w:-]+)/g)) expect(scripts).toHaveProperty([script!]);
  });

  test("links only to files, headings and tests that exist", () => {
    for (const { to, title } of links(text)) {
      if (/^[a-z]+:/.test(to)) continue;
      const there = new URL(to, new URL(page, root));
      const { hash } = there;
      there.hash = "";
      expect(existsSync(there), to).toBe(true);
      if (hash) expect(anchors(there), to).toContain(hash.slice(1));
      if (title) expect(titles(there), to).toContain(title);
    }
  });
});
