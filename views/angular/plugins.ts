// What Angular needs of a build: its own compiler, which makes code of the templates, and its linker for its own packages, which are
// published half compiled. Without both, Angular would compile in the browser, with eval: the policy of the page forbids that.
import {
  ConsoleLogger,
  createCompilerHost,
  formatDiagnostics,
  LogLevel,
  NodeJSFileSystem,
  performCompilation,
  readConfiguration,
  VERSION,
} from "@angular/compiler-cli";
import { createEs2015LinkerPlugin } from "@angular/compiler-cli/linker/babel";
import { type NodePath, type PluginObj, transformSync } from "@babel/core";
import { hash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { normalizePath, type Plugin } from "vite";

const folder = normalizePath(`${import.meta.dirname}/`);
const cache = `${folder}node_modules/.cache/`; // `npm ci` empties it
const build = VERSION.full + readFileSync(`${folder}plugins.ts`, "utf8"); // what is made depends on it

/** What is made of a source takes seconds. So it is kept in a file, for the other techniques and the next start. */
function cached(source: string, make: () => string): string {
  const file = cache + hash("sha256", build + source);
  if (!existsSync(file)) {
    mkdirSync(cache, { recursive: true });
    const unfinished = `${file}.${process.pid}`; // others may be at it
    writeFileSync(unfinished, make());
    renameSync(unfinished, file);
  }
  return readFileSync(file, "utf8");
}

/** The files of this folder as JavaScript, with their source maps: a JSON object by name. The compiler checks the templates, too. */
function compile(): string {
  const files: Record<string, string> = {};
  const { options } = readConfiguration(`${folder}tsconfig.json`);
  const host = createCompilerHost({ options });
  host.writeFile = (file, text) => void (files[file] = text);
  const { diagnostics } = performCompilation({ rootNames: [`${folder}view.ts`], options, host });
  if (diagnostics.length > 0) throw new Error(formatDiagnostics(diagnostics));
  return JSON.stringify(files);
}

const linker = createEs2015LinkerPlugin({
  fileSystem: new NodeJSFileSystem(),
  logger: new ConsoleLogger(LogLevel.warn),
  linkerJitMode: false,
});

/** A value that is made when a file of Angular's is loaded has no other effect: what nobody uses is left out, and the page is smaller. */
const pure: PluginObj = {
  visitor: {
    "CallExpression|NewExpression"(path: NodePath) {
      const isStatement = path.parentPath!.isExpressionStatement(); // its value is not what it is there for: it fills an enum
      if (!path.getFunctionParent() && !isStatement) path.addComment("leading", "#__PURE__");
    },
  },
};

function link(code: string, filename: string): string {
  const plugins = [linker, pure];
  return transformSync(code, { configFile: false, babelrc: false, compact: false, filename, plugins })!.code!;
}

const angular: Plugin = {
  name: "angular",
  enforce: "pre",
  config: () => ({ define: { ngDevMode: "false", ngJitMode: "false", ngI18nClosureMode: "false" } }),
  load(id) {
    if (!id.startsWith(folder) || id.includes("/node_modules/")) return undefined;
    const sources = readdirSync(folder).filter((name) => /\.(ts|json)$/.test(name));
    const source = sources.map((name) => readFileSync(folder + name, "utf8")).join("\n");
    const files = JSON.parse(cached(folder + source, compile)) as Record<string, string>;
    const file = id.replace(/ts$/, "js");
    return { code: files[file]!, map: files[`${file}.map`]! };
  },
  transform: (code, id) => (id.includes("/@angular/") ? cached(code, () => link(code, id)) : undefined),
};

export const plugins = [angular];
