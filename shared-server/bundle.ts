// The page is written in TypeScript, and browsers run JavaScript. Each page gets one readable file, which is built once
// and kept in memory. Its source map leads the browser's debugger back to the sources.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { PluginOption } from "vite";
import { Refusal } from "../shared-chat/refusal.ts";
import { folderOf, viewProblem } from "./views.ts";

export interface Bundle {
  code: string;
  map: string;
}

const bundles = new Map<string, Promise<Bundle>>();

/**
 * A file such as `polling/client.ts` and everything it imports, as one JavaScript module. A view draws the page of a variant.
 * @throws {Refusal} 404 when its packages are not installed.
 */
export function bundle(entry: string, view = "dom"): Promise<Bundle> {
  const key = `${entry} ${view}`;
  const known = bundles.get(key);
  if (known) return known;
  const problem = viewProblem(view);
  if (problem) throw new Refusal(404, problem);
  const promise = build(entry, { view });
  bundles.set(key, promise);
  return promise;
}

interface BuildOptions {
  view?: string;
  minify?: boolean;
  development?: boolean;
}

/** Builds bundles before a browser asks for them, and reports on the console which ones failed. */
export async function bundleAhead(entries: string[], view = "dom"): Promise<void> {
  const results = await Promise.allSettled(entries.map((entry) => bundle(entry, view)));
  for (const [place, result] of results.entries())
    if (result.status === "rejected") console.error(`${entries[place]} could not be bundled: ${result.reason.message}`);
}

/**
 * Builds a bundle, readable or as small as possible. A view decides what `#view` in package.json is. With `development`, React warns and
 * checks: only a test asks for it. A view with plugins cannot have both in one process, because they keep what they have compiled.
 */
export async function build(entry: string, options: BuildOptions = {}): Promise<Bundle> {
  const { view = "dom", minify = false, development = false } = options;
  const mode = development ? "development" : "production";
  // The same for every NODE_ENV. Vite and its plugins read it from here, and Vite writes it when it is unset.
  process.env.NODE_ENV = mode;
  const vite = await import("vite");
  const result = await vite.build({
    configFile: false,
    logLevel: "error",
    root: fileURLToPath(new URL("..", import.meta.url)),
    publicDir: false,
    mode,
    resolve: { conditions: [`view-${view}`, "module", "browser", mode] },
    plugins: await pluginsOf(view),
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

/** What the bundler needs for this view: `plugins.ts` in its folder, where there is one. */
async function pluginsOf(view: string): Promise<PluginOption[]> {
  const file = new URL("plugins.ts", folderOf(view));
  if (!existsSync(file)) return [];
  return ((await import(file.href)) as { plugins: PluginOption[] }).plugins;
}
