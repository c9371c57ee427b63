import { expect, test } from "vitest";
import { countLines } from "./count.ts";

test("Code counts; blank lines and comments do not", () => {
  expect(countLines("")).toBe(0);
  expect(countLines('// the plot\nimport a from "a";\n\n/** doc\n * doc\n */\nconst b = 1; // why\n')).toBe(2);
  expect(countLines("f();\r\n\r\ng();\r\n")).toBe(2);
});

test("What only looks like a comment counts", () => {
  expect(countLines('const url = "https://localhost";\nconst all = /\\/*/;\n')).toBe(2);
  expect(countLines("const page = `\n// text\n${/* why */ name}\n`;\n")).toBe(4);
});
