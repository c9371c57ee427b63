// The decision tree of which-one.md, read from its Mermaid source: GitHub draws it, our own page lists it, and a test follows it.

/** A question with its two answers, which name other nodes; or, without answers, what to pick. `text` may have `<b>`. */
export interface Choice {
  text: string;
  yes?: string;
  no?: string;
}

/** The nodes by name, in the order in which they are declared: `late{"May …?"}`, `polling["<b>polling</b>"]`, `late -- yes --> polling`. */
export function treeOf(mermaid: string): Map<string, Choice> {
  const tree = new Map<string, Choice>();
  for (const [, name, question, pick] of mermaid.matchAll(/(\w+)(?:\{"(.+?)"\}|\["(.+?)"\])/g))
    tree.set(name!, { text: (question ?? pick)!.replaceAll("<br>", " ") });
  for (const [, from, answer, to] of mermaid.matchAll(/^ *(\w+)(?:\{.*?\})? -- (yes|no) --> (\w+)/gm))
    tree.get(from!)![answer as "yes" | "no"] = to!;
  return tree;
}

/** The tree as a numbered list in Markdown: each question once, and where each answer leads. */
export function listOf(mermaid: string): string {
  const tree = treeOf(mermaid);
  const questions = Array.from(tree.keys()).filter((name) => tree.get(name)!.yes);
  const where = (name: string) => {
    const number = questions.indexOf(name) + 1;
    return number > 0 ? `go to ${number}` : tree.get(name)!.text;
  };
  return questions
    .map((name) => tree.get(name)!)
    .map(({ text, yes, no }, i) => `${i + 1}. ${text}\n   - Yes: ${where(yes!)}\n   - No: ${where(no!)}`)
    .join("\n");
}
