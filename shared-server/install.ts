// `npm run bench:install`, `npm run rxjs:install`: installs the packages that only one folder needs, unless they are installed already.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

const [folder] = process.argv.slice(2);
const at = new URL(`../${folder}/`, import.meta.url);

/** The version of each package in a lock file. npm writes one into node_modules, too, when it has installed everything. */
function versions(lockFile: string): Map<string, string> {
  const file = new URL(lockFile, at);
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
    cwd: at,
    shell: true, // on Windows npm is a batch file
    stdio: ["ignore", "ignore", "inherit"],
  });
  process.exitCode = status ?? 1;
}
