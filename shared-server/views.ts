// The views of the page: "dom", in plain DOM, which is always there, and one in each folder of views/, with packages of its own.
import { existsSync, readdirSync } from "node:fs";
import { areInstalled } from "./packages.ts";

const folder = new URL("../views/", import.meta.url);

/** The names of all folders there with a package.json, installed or not. RxJS draws nothing: in its folder are the four clients, written once more. */
export const folders: readonly string[] = readdirSync(folder)
  .filter((name) => existsSync(new URL(`${name}/package.json`, folder)))
  .toSorted();

/** The names of the views that have packages of their own, installed or not: "react". */
export const frameworks: readonly string[] = folders.filter((name) => name !== "rxjs");

/** One of the folders. */
export const folderOf = (view: string): URL => new URL(`${view}/`, folder);

/** The views that can be shown. */
export const installedViews = (): string[] => ["dom", ...frameworks.filter((view) => areInstalled(folderOf(view)))];

/** Why this view cannot be shown, with the command that helps; an empty text when it can. */
export function viewProblem(view: string): string {
  if (view === "dom") return "";
  if (!frameworks.includes(view)) return `There is no view "${view}". The views are dom, ${frameworks.join(", ")}.`;
  if (areInstalled(folderOf(view))) return "";
  return `The packages of the view in ${view} are not installed. Run: npm run views:install ${view}`;
}
