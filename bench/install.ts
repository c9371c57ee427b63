// `npm run bench:install`: installs the packages that only the bench needs, unless they are installed already.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

/** The version of each package in a lock file. npm writes one into node_modules, too, when it has installed everything. */
function versions(lockFile: string): Map<string, string> {
  const file = new URL(lockFile, import.meta.url);
  if (!existsSync(file)) return new Map();
  const { packages } = JSON.parse(readFileSync(file, "utf8")) as { packages: Record<string, { version: string }> };
  return new Map(Object.entries(packages).map(([path, { version }]) => [path, version]));
}

const installed = versions("node_modules/.package-lock.json");
const missing = Array.from(versions("package-lock.json")).some(
  ([path, version]) => path !== "" && installed.get(path) !== version,
);
if (missing) {
  const { status } = spawnSync("npm ci --prefix . --loglevel=error", {
    cwd: new URL(".", import.meta.url),
    shell: true, // on Windows npm is a batch file
    stdio: ["ignore", "ignore", "inherit"],
  });
  process.exitCode = status ?? 1;
}
