// The page is written in TypeScript; browsers run JavaScript. One readable file per page, made when it is first
// asked for and kept in memory. Its source map leads the browser's debugger back to the sources.
import { fileURLToPath } from "node:url";

export interface Bundle {
  code: string;
  map: string;
}

const made = new Map<string, Promise<Bundle>>();

/** A file such as `polling/client.ts`, and everything it imports, as one JavaScript module. */
export function bundle(entry: string): Promise<Bundle> {
  let promise = made.get(entry);
  if (!promise) made.set(entry, (promise = make(entry)));
  return promise;
}

/** Makes bundles before anybody asks for them, and says on the console which could not be made. */
export async function bundleAhead(...entries: string[]): Promise<void> {
  for (const entry of entries)
    await bundle(entry).catch((error) => console.error(`${entry} could not be bundled: ${error.message}`));
}

/** Makes a bundle, readable or as small as it gets. */
export async function make(entry: string, minify = false): Promise<Bundle> {
  const { build } = await import("vite");
  const result = await build({
    configFile: false,
    logLevel: "error",
    root: fileURLToPath(new URL("../..", import.meta.url)),
    publicDir: false,
    resolve: { conditions: ["module", "browser", "production"] }, // whatever NODE_ENV says
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
  if (!output || !("output" in output)) throw new Error("The bundler watched instead of building.");
  const { code, map } = output.output[0];
  return { code, map: JSON.stringify(map) };
}
