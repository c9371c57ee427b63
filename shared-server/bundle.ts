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
  const vite = await import("vite");
  const result = await vite.build({
    configFile: false,
    logLevel: "silent", // what is wrong is in the error that it throws
    root: fileURLToPath(new URL("..", import.meta.url)),
    publicDir: false,
    resolve: { conditions: ["module", "browser", "production"] }, // the same for every NODE_ENV
    build: {
      write: false,
      minify,
      sourcemap: minify ? "hidden" : true,
      target: "es2022",
      modulePreload: false,
      rollupOptions: { input: entry, output: { entryFileNames: "[name].js" } },
    },
  });
  const [output] = [result].flat();
  if (!output || !("output" in output)) throw new Error("The bundler started to watch instead of building.");
  const { code, map } = output.output[0];
  return { code, map: JSON.stringify(map) };
}
