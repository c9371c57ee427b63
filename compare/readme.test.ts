// What the READMEs claim about this repository is true of it.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const root = new URL("../", import.meta.url);
const read = (file: string) => readFileSync(new URL(file, root), "utf8").replaceAll("\r\n", "\n");

const folders = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
const readmes = ["", ...folders.map(({ name }) => `${name}/`)]
  .map((folder) => `${folder}README.md`)
  .filter((file) => existsSync(new URL(file, root)));

test("Every promise is the title of a test, and every test is promised", () => {
  const section = read("README.md").split("## What is promised\n")[1]!.split("\n## ")[0]!;
  const promises = Array.from(section.matchAll(/^\d+\. \*\*(.+)\*\*/gm), ([, title]) => title);
  const titles = Array.from(read("e2e/chat.spec.ts").matchAll(/^test\(\s*"(.+?)",/gm), ([, title]) => title);
  expect(titles.length).toBeGreaterThan(0);
  expect(promises).toEqual(titles);
});

describe.each(readmes)("%s", (readme) => {
  const text = read(readme);

  test("names only scripts that exist", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    for (const [, script] of text.matchAll(/\bnpm run ([\w:-]+)/g)) expect(scripts).toHaveProperty([script!]);
  });

  test("links only to files that exist", () => {
    for (const [, link] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(link!)) continue;
      const [path] = link!.split("#");
      expect(existsSync(new URL(path!, new URL(readme, root))), link).toBe(true);
    }
  });
});
