// The documents that the side-by-side page links to: Markdown in the repository, pages here. So they can be read without a
// network, and every link in them that leads to a file of this repository leads somewhere.
import { posix } from "node:path";
import Slugger from "github-slugger";
import { Marked, type Tokens } from "marked";
import { listOf } from "./decision-tree.ts";

/** The files that are pages of this server, and their paths. */
export const documents: Record<string, string> = {
  "compare/what-to-try.md": "/what-to-try",
  "compare/which-one.md": "/which-one",
};
const pages: Record<string, string> = { ...documents, "bench/README.md": "/results" };

/** The file of this repository that a link in this document leads to. Undefined for other sites, and for the document itself. */
function fileOf(link: string, document: string): string | undefined {
  if (/^([a-z]+:|#)/.test(link)) return undefined;
  return posix.join(posix.dirname(document), link.split("#")[0]!);
}

/** The files that a document links to and that are not pages here. */
export function linkedFiles(markdown: string, document: string): string[] {
  const links = Array.from(markdown.matchAll(/\]\(([^)\s]+)/g), ([, link]) => fileOf(link!, document));
  return Array.from(new Set(links)).filter((file) => file !== undefined && !pages[file]) as string[];
}

/** A document as HTML, for the page around it: headings that links can name, and links to what this server serves. */
export function htmlOf(markdown: string, document: string): string {
  const slugger = new Slugger(); // the names that GitHub gives to headings
  const columns = new WeakMap<Tokens.TableCell, string>();
  const marked = new Marked({
    walkTokens(token) {
      const file = token.type === "link" && fileOf(token.href, document);
      if (file) token.href = pages[file] ? pages[file] + (/#.*/.exec(token.href)?.[0] ?? "") : `/${file}.txt`;
      if (token.type === "table")
        for (const row of (token as Tokens.Table).rows)
          for (const [i, cell] of row.entries()) columns.set(cell, token.header[i].text);
    },
    renderer: {
      heading({ tokens, depth, text }) {
        return `<h${depth} id="${slugger.slug(text)}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
      },
      // On a narrow screen each cell shows the name of its column (document.css).
      tablecell(cell) {
        const [tag, column] = [cell.header ? "th" : "td", columns.get(cell)];
        return `<${tag}${column ? ` data-column="${column}"` : ""}>${this.parser.parseInline(cell.tokens)}</${tag}>\n`;
      },
    },
  });
  return marked.parse(
    markdown.replace(/```mermaid\n([^]*?)```/, (_block, tree: string) => listOf(tree)),
    { async: false },
  );
}
