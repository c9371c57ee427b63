// The glossary has the words of the exercises, and each word leads to it where a learner first meets it.
import { expect, test } from "vitest";
import Slugger from "github-slugger";
import { exercises, root, textOf } from "./exercises.ts";

const words = Array.from(textOf(`${root}/workshop/glossary.md`).matchAll(/^## (.+)$/gm), ([, word]) => word!);

/** What a learner reads in a README, without what the commands print and without the names of files. */
const prose = (readme: string) =>
  readme
    .replace(/^# .+$/m, "")
    .replaceAll(/^## (The check says at first|When it passes)$[^]*?(?=^## |$(?![^]))/gm, "")
    .replaceAll(/\]\([^)]*\)|`[^`]*`|[\w-]+\.ts\b/g, "");

test("The words are in alphabetical order", () => {
  expect(words).toEqual(words.toSorted((a, b) => a.localeCompare(b, "en")));
});

test.each(words)('"%s" is linked from the first exercise that uses the word, or from one before', (word) => {
  const readmes = exercises.map(({ folder }) => textOf(`${folder}/README.md`));
  const [first = word] = word.split(" and ");
  const stem = new RegExp(`\\b${first.replace(/[ys]$/, "")}`, "i"); // "proxies", "a Server-Sent Event"
  const linked = readmes.findIndex((readme) => readme.includes(`(../glossary.md#${new Slugger().slug(word)})`));
  const used = readmes.findIndex((readme) => stem.test(prose(readme)));
  expect(linked, "no exercise links to it").toBeGreaterThanOrEqual(0);
  expect(linked, `exercise ${used + 1} uses the word`).toBeLessThanOrEqual(used === -1 ? Infinity : used);
});
