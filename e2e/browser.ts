// Finds a Chromium for the tests, or gets one: Playwright's own, one of the system, a download, Debian's package.
// First of all the headless shell: Chromium without windows, menus and profiles, for half the work of the processor.
// Run by itself (`node --import tsx e2e/browser.ts`) it installs; the tests only look.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright";

const names = [
  "chromium-headless-shell",
  "chromium",
  "chromium-browser",
  "google-chrome",
  "google-chrome-stable",
  "microsoft-edge",
];
const places = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  join(process.env.PROGRAMFILES ?? "", "Google/Chrome/Application/chrome.exe"),
  join(process.env["PROGRAMFILES(X86)"] ?? "", "Microsoft/Edge/Application/msedge.exe"),
];

/** What Playwright has to know to launch a Chromium of this machine, if there is one. */
export function findBrowser(): { executablePath?: string } | undefined {
  const own = chromium.executablePath();
  if (existsSync(own.replace(/chromium-(\d+).*/, "chromium_headless_shell-$1"))) return {}; // it knows its own
  const folders = (process.env.PATH ?? "").split(delimiter);
  const onPath = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  const executablePath = [own, ...onPath, ...places].find((path) => existsSync(path));
  return executablePath ? { executablePath } : undefined;
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
  if (!findBrowser()) attempt("npx", "playwright", "install", "--only-shell", "chromium");
  if (!findBrowser() && process.getuid?.() === 0 && existsSync("/etc/debian_version")) {
    attempt("apt-get", "update", "-qq");
    for (const name of ["chromium-headless-shell", "chromium"])
      if (!findBrowser()) attempt("apt-get", "install", "-y", "-qq", "--no-install-recommends", name);
  }
  if (!findBrowser()) {
    console.error(failed.join("\n"));
    console.error(
      "The tests need Chromium or Chrome. None was found, and none of the ways above brought one. Please install one.",
    );
    process.exit(1);
  }
}
