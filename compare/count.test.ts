import { expect, test } from "vitest";
import { start } from "../shared-server/start.ts";
import { bytesOf, countLines } from "./count.ts";

test("Code counts; blank lines and comments do not", () => {
  expect(countLines("")).toBe(0);
  expect(countLines('// the plot\nimport a from "a";\n\n/** doc\n * doc\n */\nconst b = 1; // why\n')).toBe(2);
  expect(countLines("f();\r\n\r\ng();\r\n")).toBe(2);
});

test("What only looks like a comment counts", () => {
  expect(countLines('const url = "https://localhost";\nconst all = /\\/*/;\n')).toBe(2);
  expect(countLines("const page = `\n// text\n${/* why */ name}\n`;\n")).toBe(4);
});

test("The size that DevTools shows is that of the script that the server sends", async () => {
  const { port, stop } = await start("socket-io", { port: 0 });
  const script = await (await fetch(`http://127.0.0.1:${port}/client.js`)).arrayBuffer();
  const { served, minified, gzipped } = await bytesOf("socket-io");
  expect(served).toBe(script.byteLength);
  expect(minified).toBeLessThan(served);
  expect(gzipped).toBeLessThan(minified);
  await stop();
}, 60_000);
