import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, expect, it, vi } from "vitest";
import { bundle } from "./bundle.ts";
import * as packages from "./packages.ts";
import { start } from "./start.ts";
import { frameworks, installedViews, viewProblem } from "./views.ts";

const { areInstalled } = packages;
vi.mock("./packages.ts", { spy: true });
afterEach(() => void vi.resetAllMocks());

it("A view is shown when its packages are installed; otherwise a sentence says how to install them", () => {
  expect(installedViews()).toEqual(["dom", ...frameworks]);
  expect(viewProblem("react")).toBe("");
  vi.mocked(packages.areInstalled).mockReturnValue(false);
  expect(installedViews()).toEqual(["dom"]);
  expect(viewProblem("dom")).toBe("");
  expect(viewProblem("react")).toBe(
    "The packages of the view in react are not installed. Run: npm run views:install react",
  );
  expect(viewProblem("paper")).toMatch(/^There is no view "paper"\. The views are dom, /);
});

it("Packages are installed when each has the version that the lock file names; one for another system is not needed", () => {
  const folder = mkdtempSync(join(tmpdir(), "chat-"));
  const lock = (file: string, versions: Record<string, object>) =>
    writeFileSync(join(folder, file), JSON.stringify({ packages: { "": {}, ...versions } }));
  const installed = () => areInstalled(pathToFileURL(`${folder}/`));
  expect(installed()).toBe(false);
  lock("package-lock.json", { a: { version: "1.0.0" }, windows: { version: "1.0.0", optional: true } });
  expect(installed()).toBe(false);
  mkdirSync(join(folder, "node_modules"));
  lock("node_modules/.package-lock.json", { a: { version: "1.0.1" } });
  expect(installed()).toBe(false);
  lock("node_modules/.package-lock.json", { a: { version: "1.0.0" } });
  expect(installed()).toBe(true);
  rmSync(folder, { recursive: true });
});

it("The page is drawn by the view that the server is started with, or that the address names", async () => {
  const { port, stop } = await start("polling", { port: 0, view: "react" });
  const get = async (path: string) => {
    const response = await fetch(`http://localhost:${port}${path}`);
    return { status: response.status, text: await response.text() };
  };
  const [dom, react] = await Promise.all(["dom", "react"].map((view) => bundle("polling/client.ts", view)));
  expect(react!.code).toContain("useSyncExternalStore");
  expect(dom!.code).not.toContain("useSyncExternalStore");

  expect((await get("/")).text).toContain('src="/client.js"');
  expect((await get("/client.js")).text).toBe(react!.code);
  expect((await get("/?wire&view=dom")).text).toContain('src="/dom/client.js"');
  expect((await get("/dom/client.js")).text).toBe(dom!.code);
  const refused = await get("/?view=paper");
  expect(refused.status).toBe(404);
  expect(refused.text).toContain("There is no view");
  await stop();

  vi.mocked(packages.areInstalled).mockReturnValue(false);
  const other = await start("raw-websockets", { port: 0 });
  for (const path of ["/?view=react", "/react/client.js"]) {
    const response = await fetch(`http://localhost:${other.port}${path}`);
    expect(response.status).toBe(404);
    expect(await response.text()).toContain("Run: npm run views:install react");
  }
  await other.stop();
});
