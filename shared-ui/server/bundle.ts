// The page is written in TypeScript; browsers run JavaScript. One readable file per variant, made when it is first
// asked for and kept in memory. Its source map leads the browser's debugger back to the sources.
import { fileURLToPath } from "node:url";
import type { VariantName } from "./variants.ts";

export interface Bundle {
  code: string;
  map: string;
}

const made = new Map<VariantName, Promise<Bundle>>();

/** The `client.ts` of a variant and everything it imports, as one JavaScript module. */
export function bundle(variant: VariantName): Promise<Bundle> {
  let promise = made.get(variant);
  if (!promise) made.set(variant, (promise = make(variant)));
  return promise;
}

async function make(variant: VariantName): Promise<Bundle> {
  const { build } = await import("vite");
  const result = await build({
    configFile: false,
    logLevel: "error",
    root: fileURLToPath(new URL("../..", import.meta.url)),
    publicDir: false,
    build: {
      write: false,
      minify: false,
      sourcemap: true,
      target: "es2022",
      modulePreload: false,
      rollupOptions: { input: `${variant}/client.ts`, output: { entryFileNames: "client.js" } },
    },
  });
  const [output] = [result].flat();
  if (!output || !("output" in output)) throw new Error("The bundler watched instead of building.");
  const { code, map } = output.output[0];
  return { code, map: JSON.stringify(map) };
}
