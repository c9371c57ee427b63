// Some folders have packages of their own, so that a learner need not install what only a bench or one view needs.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

/** The version of each package in a lock file. npm writes one into node_modules, too, when it has installed everything. */
function versions(lockFile: URL): Map<string, string> {
  if (!existsSync(lockFile)) return new Map();
  const { packages } = JSON.parse(readFileSync(lockFile, "utf8")) as { packages: Record<string, Entry> };
  const needed = Object.entries(packages).filter(([path, { optional }]) => path !== "" && !optional); // optional: for another system
  return new Map(needed.map(([path, { version }]) => [path, version]));
}

interface Entry {
  version: string;
  optional?: boolean;
}

/** Whether the packages of a folder are installed, in the versions that its lock file names. */
export function areInstalled(folder: URL): boolean {
  const needed = versions(new URL("package-lock.json", folder));
  const installed = versions(new URL("node_modules/.package-lock.json", folder));
  return needed.size > 0 && Array.from(needed).every(([path, version]) => installed.get(path) === version);
}

/** Installs the packages of a folder, unless they are installed already. When that fails, so does this process. */
export function install(folder: URL): void {
  if (areInstalled(folder)) return;
  // Without scripts: SQLite comes compiled, for each system.
  const { status } = spawnSync("npm ci --prefix . --include=dev --ignore-scripts --loglevel=error", {
    cwd: folder,
    shell: true, // on Windows npm is a batch file
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (status !== 0) process.exitCode = status ?? 1;
}
