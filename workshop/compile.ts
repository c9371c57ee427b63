// Turns the TypeScript of a folder into what can run: server.ts for Node, client.ts for the browser.
import { existsSync, readdirSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { build as bundle, parseSync } from "vite";
import { build, type Bundle } from "../shared-server/bundle.ts";
import { type Exercise, neededBy, root, textOf } from "./exercises.ts";
import { Fault } from "./faults.ts";

export interface Compiled {
  /** server.ts and what it imports from its folder, as one module for Node. Its source map is part of it. */
  server: string;
  client: Bundle;
}

/** @throws {Fault} when a file is missing without which nothing of this exercise runs. */
export function needsAll(exercise: Exercise, folder: string): void {
  const missing = neededBy(exercise).find((name) => !existsSync(join(folder, name)));
  const command = `npm run exercise ${exercise.number}`;
  if (missing) throw new Fault(`${missing} is missing. ${command} brings back its start, and leaves the others.`);
}

/**
 * Compiles the folder of a learner.
 * @throws {Fault} when it cannot be compiled, with the first line that is no TypeScript.
 */
export async function compile(folder: string): Promise<Compiled> {
  for (const name of readdirSync(folder).filter((file) => file.endsWith(".ts"))) checkSyntax(folder, name);
  const [server, client] = await Promise.all([
    isTechnique(folder) ? asTheFour : made("server.ts", "client.ts", folder, forNode),
    made("client.ts", "server.ts", folder, forBrowser),
  ]);
  return { server, client };
}

const lineAt = (source: string, index?: number) => source.slice(0, index).split("\n").length;

function checkSyntax(folder: string, name: string) {
  const source = textOf(join(folder, name));
  const { errors, module } = parseSync(name, source);
  const [error] = errors;
  const ofNode = name === "client.ts" && module.staticImports.find((each) => isBuiltin(each.moduleRequest.value));
  if (ofNode)
    throw new Fault(
      `${ofNode.moduleRequest.value} is a part of Node, and client.ts runs in the browser. What it has, such as setTimeout and fetch, needs no import.`,
      { file: name, line: lineAt(source, ofNode.start) },
    );
  if (!error) return;
  throw new Fault(`This is not TypeScript yet: ${error.message}.`, {
    file: name,
    line: lineAt(source, error.labels[0]?.start),
  });
}

// Such as an import of a file that is not there. The first lines say it.
function cannotCompile(error: Error, file: string): never {
  const lines = stripVTControlCharacters(error.message)
    .split("\n")
    .filter((line) => line.trim() && !line.startsWith("Build failed"));
  throw new Fault(`It cannot be compiled: ${lines[0]}`, { file });
}

/** Whether server.ts is that of a whole technique, as polling/server.ts is: in exercise 20. */
export const isTechnique = (folder: string): boolean => existsSync(join(folder, "test-client.ts"));

// What it shares with the four is not bundled.
const runner = pathToFileURL(join(root, "workshop/technique.ts"));
const asTheFour = `import { register } from "tsx/esm/api"; register(); await import("${runner.href}");`;

async function forNode(folder: string): Promise<string> {
  const result = await bundle({
    configFile: false,
    logLevel: "silent",
    root,
    publicDir: false,
    build: {
      ssr: true, // packages are not part of it: Node imports them
      write: false,
      minify: false,
      sourcemap: "inline",
      target: "node20",
      rollupOptions: { input: join(folder, "server.ts") },
    },
  });
  const [output] = [result].flat();
  if (!output || !("output" in output)) throw new Error("The bundler started to watch instead of building.");
  return output.output[0].code;
}

const forBrowser = (folder: string) => build(relative(root, join(folder, "client.ts")).replaceAll("\\", "/"));

// Many solutions of an exercise have the same client, or the same server: the proof of all exercises would bundle it again and again.
const bundles = new Map<string, Promise<unknown>>();

/** What this makes of a file of the folder and of those that it may import: all but the other end. */
function made<Made>(
  file: string,
  other: string,
  folder: string,
  make: (folder: string) => Promise<Made>,
): Promise<Made> {
  const names = readdirSync(folder).filter((name) => name.endsWith(".ts") && name !== other);
  const key = [file, ...names.flatMap((name) => [name, textOf(join(folder, name))])].join("\0");
  const before = bundles.get(key) as Promise<Made> | undefined;
  if (before) return before;
  const making = make(folder).catch((error) => {
    bundles.delete(key); // what was missing may be there the next time
    return cannotCompile(error, file);
  });
  bundles.set(key, making);
  return making;
}
