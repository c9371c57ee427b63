// Counts what a technique or a view costs: the lines of its code, and the bytes of its page.
// A line counts if it holds code after formatting: not a blank line, not a comment. Imports count. `npm run format` leaves out .svelte,
// for which it would need Svelte in the install of the repository, and .gts, which it does not know: those are formatted by hand.
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "fflate"; // and not node:zlib, whose output differs a little from machine to machine
import tokens from "js-tokens";
import { build, bundle } from "../shared-server/bundle.ts";
import type { VariantName } from "../shared-server/variants.ts";

const root = new URL("../", import.meta.url);

/** How many lines of this source hold code. */
export function countLines(source: string): number {
  const code = Array.from(tokens(source), ({ type, value }) => (type.endsWith("Comment") ? "" : value)).join("");
  return code.split(/\r?\n/).filter((line) => line.trim()).length;
}

/** The lines of a variant: of its two sides, and of each file beside them. */
export function linesOf(variant: VariantName) {
  const [server, client] = [`${variant}/server.ts`, `${variant}/client.ts`];
  const others = sources(variant).filter((file) => file !== server && file !== client);
  return {
    server: count(server),
    client: count(client),
    others: others.map((file) => ({ name: file.slice(variant.length + 1), lines: count(file) })),
  };
}

/** The lines of all files of a folder. */
export function linesIn(folder: string): number {
  return sources(folder).reduce((sum, file) => sum + count(file), 0);
}

/** The TypeScript of a folder, without its tests. */
function sources(folder: string): string[] {
  const files = readdirSync(new URL(folder, root)).filter((file) => /(?<!\.test)\.ts$/.test(file));
  return files.toSorted().map((file) => `${folder}/${file}`);
}

/** The lines of one file. */
export function count(file: string): number {
  const source = readFileSync(new URL(file, root), "utf8");
  return countLines(/\.tsx?$/.test(file) ? source : source.replaceAll(markupComment, ""));
}

const markupComment = /<!--[^]*?-->|\{\{~?![^]*?\}\}/g; // HTML's, and Ember's

/** What the view in plain DOM is made of. */
const inPlainDom = ["index.html", "view.ts", "view-rooms.ts", "view-activity.ts", "dom.ts"];

/** The lines of a view, with its markup and without what the bundler needs for it. */
export function linesOfView(view: string): number {
  if (view === "dom") return inPlainDom.reduce((sum, file) => sum + count(`shared-ui/${file}`), 0);
  const files = readdirSync(new URL(`views/${view}`, root)).filter((file) => /\.(tsx?|vue|svelte|gts)$/.test(file));
  const own = files.filter((file) => file !== "plugins.ts" && !file.endsWith(".test.ts"));
  return own.reduce((sum, file) => sum + count(`views/${view}/${file}`), 0);
}

/** How many packages the install of a view adds. Those for another system do not count. */
export function packagesOf(view: string): number {
  const lock = JSON.parse(readFileSync(new URL(`views/${view}/package-lock.json`, root), "utf8")) as Lock;
  return Object.entries(lock.packages).filter(([path, { optional }]) => path !== "" && !optional).length;
}

interface Lock {
  packages: Record<string, { optional?: boolean }>;
}

/** How much JavaScript a page of this variant has. */
export const bytesOf = (variant: VariantName) => bytesOfPage(`${variant}/client.ts`);

/**
 * How much JavaScript the page of this client has, in bytes: with everything that the client imports. `served` is the readable file
 * that the servers here send.
 */
export async function bytesOfPage(entry: string): Promise<Small & { served: number }> {
  const [readable, small] = await Promise.all([bundle(entry), smallBytesOfPage(entry)]);
  return { served: Buffer.byteLength(readable.code), ...small };
}

/** How much it is in production, which ships it `minified`, and compressed as most servers do. */
export async function smallBytesOfPage(entry: string, view = "dom"): Promise<Small> {
  const minified = Buffer.from((await build(entry, { view, minify: true })).code);
  return { minified: minified.length, gzipped: gzipSync(minified).length };
}

interface Small {
  minified: number;
  gzipped: number;
}
