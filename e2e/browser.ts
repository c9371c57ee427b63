// Finds a Chromium for the tests: Playwright's own, or one that is installed on the system. Run as a script
// (`node --import tsx e2e/browser.ts`) it installs one when there is none: a download, or Debian's package.
// The headless shell comes first: it is Chromium without windows, menus and profiles, and needs half the CPU time.
// Firefox and WebKitGTK are only found, not installed: only `npm run engines` needs them.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
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
/** Where Windows and macOS put a Chrome, Chromium or Edge: for all people of the machine, or for one of them. */
export function places(env: NodeJS.ProcessEnv = process.env, home = homedir()): string[] {
  const programs = [env.PROGRAMFILES, env["PROGRAMFILES(X86)"], env.LOCALAPPDATA].filter(
    (folder) => folder !== undefined,
  );
  return [
    ...["/Applications", join(home, "Applications")].flatMap((folder) =>
      ["Google Chrome", "Chromium", "Microsoft Edge"].map((name) => join(folder, `${name}.app/Contents/MacOS/${name}`)),
    ),
    ...programs.flatMap((folder) =>
      [
        "Google/Chrome/Application/chrome.exe",
        "Chromium/Application/chrome.exe",
        "Microsoft/Edge/Application/msedge.exe",
      ].map((file) => join(folder, file)),
    ),
  ];
}

/** The files with one of these names in the folders of PATH, in the order of the names. */
function onPath(...programs: string[]): string[] {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return programs.flatMap((name) => folders.map((folder) => join(folder, name))).filter((path) => existsSync(path));
}

/** The path of an installed Firefox, if there is one. Playwright's own one is patched: the tests use what people use. */
export function findFirefox(): string | undefined {
  return [...onPath("firefox-esr", "firefox"), "/Applications/Firefox.app/Contents/MacOS/firefox"].find(existsSync);
}

/** Whether WebKitGTK can be driven here. It has no headless mode, so it also needs a screen: Xvfb keeps one in memory. */
export function hasWebKit(): boolean {
  return onPath("WebKitWebDriver").length > 0 && onPath("Xvfb").length > 0;
}

/** The launch options with which Playwright starts an installed Chromium, if there is one. */
export function findBrowser(): { executablePath?: string } | undefined {
  const own = chromium.executablePath();
  if (existsSync(own.replace(/chromium-(\d+).*/, "chromium_headless_shell-$1"))) return {}; // Playwright finds its own
  const executablePath = [own, ...onPath(...names), ...places()].find(existsSync);
  return executablePath ? { executablePath } : undefined;
}

const failed: string[] = [];

function attempt(command: string, ...args: string[]) {
  const commandLine = [command, ...args].join(" ");
  console.log(`No Chromium was found. Trying: ${commandLine}`);
  // On Windows npx is a .cmd file, which only a shell can start.
  const { status, stderr } = spawnSync(command, args, { encoding: "utf8", shell: process.platform === "win32" });
  if (status !== 0) failed.push(`${commandLine}\n${stderr}`);
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
      "The tests need Chromium or Chrome. None was found, and none of the commands above installed one. Please install one.",
    );
    process.exit(1);
  }
}
