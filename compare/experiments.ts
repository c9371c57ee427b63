// The experiments of what-to-try.md, taken apart: the page shows them as steps, so both always say the same.

export interface Experiment {
  title: string;
  /** What to do, what happens and why: its first word or words, such as "You will see", and the text, still in Markdown. */
  parts: { label: string; text: string }[];
}

/** Every "## N. Title" of the page, with its paragraphs "**Label:** text". */
export function experimentsOf(markdown: string): Experiment[] {
  return markdown
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const [title = "", ...paragraphs] = section.trim().split(/\n\n+/);
      const parts = paragraphs.map((paragraph) => {
        const [, label = "", text = ""] = /^\*\*(.+?):\*\* ([^]+)$/.exec(paragraph) ?? [];
        return { label, text: text.replaceAll("\n", " ") };
      });
      return { title, parts };
    });
}
