// Finds a Chromium for the tests, or gets one: Playwright's own, one of the system, a download, Debian's package.
// Run by itself (`node --import tsx e2e/browser.ts`) it installs; the tests only look.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge"];
const places = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  join(process.env.PROGRAMFILES ?? "", "Google/Chrome/Application/chrome.exe"),
  join(process.env["PROGRAMFILES(X86)"] ?? "", "Microsoft/Edge/Application/msedge.exe"),
];

/** The path of a Chromium on this machine, if there is one. */
export function findBrowser(): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const onPath = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [chromium.executablePath(), ...onPath, ...places].find((path) => existsSync(path));
}

const failed: string[] = [];

function attempt(command: string, ...args: string[]) {
  const line = [command, ...args].join(" ");
  console.log(`No Chromium here yet. Trying: ${line}`);
  // On Windows npx is a .cmd file, which only a shell starts.
  const { status, stderr } = spawnSync(command, args, { encoding: "utf8", shell: process.platform === "win32" });
  if (status !== 0) failed.push(`${line}\n${stderr}`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  if (!findBrowser()) attempt("npx", "playwright", "install", "chromium");
  if (!findBrowser() && process.getuid?.() === 0 && existsSync("/etc/debian_version")) {
    attempt("apt-get", "update", "-qq");
    attempt("apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium");
  }
  if (!findBrowser()) {
    console.error(failed.join("\n"));
    console.error(
      "The tests need Chromium or Chrome. None was found, and none of the ways above brought one. Please install one.",
    );
    process.exit(1);
  }
}
