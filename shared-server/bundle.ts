// The page is written in TypeScript, and browsers run JavaScript. Each page gets one readable file, which is built once
// and kept in memory. Its source map leads the browser's debugger back to the sources.
import { fileURLToPath } from "node:url";

export interface Bundle {
  code: string;
  map: string;
}

const bundles = new Map<string, Promise<Bundle>>();

/** A file such as `polling/client.ts` and everything it imports, as one JavaScript module. */
export function bundle(entry: string): Promise<Bundle> {
  let promise = bundles.get(entry);
  if (!promise) bundles.set(entry, (promise = build(entry)));
  return promise;
}

/** Builds bundles before a browser asks for them, and reports on the console which ones failed. */
export async function bundleAhead(...entries: string[]): Promise<void> {
  const results = await Promise.allSettled(entries.map(bundle));
  for (const [place, result] of results.entries())
    if (result.status === "rejected") console.error(`${entries[place]} could not be bundled: ${result.reason.message}`);
}

/** Builds a bundle, readable or as small as possible. */
export async function build(entry: string, minify = false): Promise<Bundle> {
  const rolldown = await import("rolldown"); // when a page needs it: many servers of the tests and the bench have no page
  const { output } = await rolldown.build({
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    input: entry,
    platform: "browser",
    transform: { target: "es2022", define: { "process.env.NODE_ENV": '"production"' } }, // the same for every NODE_ENV
    write: false,
    output: { entryFileNames: "[name].js", sourcemap: minify ? "hidden" : true, minify },
  });
  const { code, map } = output[0];
  return { code, map: JSON.stringify(map) };
}
