import { expect, test } from "vitest";
import { listOf, treeOf } from "./decision-tree.ts";
import { htmlOf, linkedFiles } from "./documents.ts";

const tree = `flowchart TD
  late{"May a message be late?"}
  late -- yes --> polling["<b>polling</b><br>(one at a time)"]
  late -- no --> held{"Does a proxy<br>hold it back?"}
  held -- no --> push["<b>http2-push</b>"]
  held -- yes --> polling
`;

test("A decision tree is read from its picture", () => {
  expect(Object.fromEntries(treeOf(tree))).toEqual({
    late: { text: "May a message be late?", yes: "polling", no: "held" },
    polling: { text: "<b>polling</b> (one at a time)" },
    held: { text: "Does a proxy hold it back?", yes: "polling", no: "push" },
    push: { text: "<b>http2-push</b>" },
  });
});

test("As a list, it has each question once, and each answer says where it leads", () => {
  expect(listOf(tree).split("\n")).toEqual([
    "1. May a message be late?",
    "   - Yes: <b>polling</b> (one at a time)",
    "   - No: go to 2",
    "2. Does a proxy hold it back?",
    "   - Yes: <b>polling</b> (one at a time)",
    "   - No: <b>http2-push</b>",
  ]);
  expect(htmlOf(`\`\`\`mermaid\n${tree}\`\`\`\n`, "compare/which-one.md")).toMatch(/^<ol>\n<li>May a message/);
});

test("A link to a file of the repository leads to its page, or to its text", () => {
  const markdown = `[a](../e2e/traits.spec.ts "A title") [b](what-to-try.md) [c](../bench/README.md#with-tls) [d](#polling) [e](https://example.org/x)`;
  const links = Array.from(htmlOf(markdown, "compare/which-one.md").matchAll(/href="(.+?)"/g), ([, to]) => to);
  expect(links).toEqual([
    "/e2e/traits.spec.ts.txt",
    "/what-to-try",
    "/results#with-tls",
    "#polling",
    "https://example.org/x",
  ]);
  expect(linkedFiles(markdown, "compare/which-one.md")).toEqual(["e2e/traits.spec.ts"]);
});

test("A heading has the name that GitHub gives it, and a cell knows its column", () => {
  const html = htmlOf(
    "## Not `compared` here\n\n| Situation | What decides |\n| - | - |\n| Many tabs | one |\n",
    "a.md",
  );
  expect(html).toContain('<h2 id="not-compared-here">Not <code>compared</code> here</h2>');
  expect(html).toContain('<td data-column="What decides">one</td>');
});
