// The page is written in TypeScript, and browsers run JavaScript. Each page gets one readable file, which is built once
// and kept in memory. Its source map leads the browser's debugger back to the sources.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { OutputOptions, RolldownOutput } from "rolldown";
import type { PluginOption } from "vite";
import { Refusal } from "../shared-chat/refusal.ts";
import { folderOf, viewProblem } from "./views.ts";

export interface Bundle {
  code: string;
  map: string;
}

const root = fileURLToPath(new URL("..", import.meta.url));
const target = "es2022";
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
  const mode = development ? "development" : "production"; // for every NODE_ENV
  const conditions = [`view-${view}`, "module", "browser", mode];
  const plugins = new URL("plugins.ts", folderOf(view));
  const output = { entryFileNames: "[name].js", sourcemap: minify ? ("hidden" as const) : true, minify };
  const bundled = existsSync(plugins)
    ? await withVite(plugins, mode, conditions, { input: entry, output })
    : await withRolldown(mode, conditions, { input: entry, output });
  const { code, map } = bundled.output[0];
  return { code, map: JSON.stringify(map) };
}

interface Files {
  input: string;
  output: OutputOptions;
}

async function withRolldown(mode: string, conditions: string[], files: Files) {
  const rolldown = await import("rolldown"); // not before a page is asked for: it takes longer to load than the server
  return rolldown.build({
    ...files,
    cwd: root,
    platform: "browser",
    resolve: { conditionNames: conditions },
    transform: { target, define: { "process.env.NODE_ENV": JSON.stringify(mode) } },
    write: false,
    logLevel: "silent", // what is wrong is in the error that it throws
  });
}

/** The compilers of some frameworks are plugins of Vite, which calls Rolldown, and takes longer to load. */
async function withVite(file: URL, mode: string, conditions: string[], { output, input }: Files) {
  process.env.NODE_ENV = mode; // Vite and its plugins read it from here, and Vite writes it when it is unset
  const { plugins } = (await import(file.href)) as { plugins: PluginOption[] };
  const vite = await import("vite");
  const built = await vite.build({
    configFile: false,
    logLevel: "error",
    root,
    publicDir: false,
    mode,
    resolve: { conditions },
    plugins,
    build: {
      write: false,
      minify: Boolean(output.minify),
      sourcemap: output.sourcemap!,
      target,
      modulePreload: false,
      rollupOptions: { input, output: { entryFileNames: output.entryFileNames! } },
    },
  });
  return [built].flat()[0] as RolldownOutput;
}
