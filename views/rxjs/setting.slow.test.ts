// The setting CLIENT=rxjs, after a command or in the environment.
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test, vi } from "vitest";
import { endAll, fails, runs } from "../../e2e/process.ts";
import { variants } from "../../shared-server/variants.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const overHttp = variants.filter(({ scheme }) => scheme === "http").map(({ name }) => name); // fetch knows no self-signed certificate
const folder = mkdtempSync(join(tmpdir(), "chat-"));
afterAll(() => {
  endAll();
  rmSync(folder, { recursive: true });
});

test.each(overHttp)(
  "%s serves the client in RxJS, and a source map that leads to it",
  async (name) => {
    const { port, said, kill } = runs(["shared-server/cli.ts", name, "CLIENT=rxjs"]);
    const page = `http://localhost:${await port()}`;
    const script = await (await fetch(`${page}/client.js`)).text();
    const [, map] = /^\/\/# sourceMappingURL=(.+)$/m.exec(script)!;
    const { sources } = (await (await fetch(`${page}/${map}`)).json()) as { sources: string[] };
    kill("SIGKILL");
    expect(sources.filter((source) => source.endsWith(`views/rxjs/${name}.ts`))).toHaveLength(1);
    expect(sources.filter((source) => source.endsWith("client.ts"))).toEqual([]);
    expect(said.err).toBe("");
  },
  60_000,
);

test("There is no other client", async () => {
  expect(await fails(["shared-server/cli.ts", "polling", "CLIENT=react"])).toBe(
    'CLIENT must be rxjs, or be left out, not "react".\n',
  );
}, 60_000);

test("Where RxJS is not installed, one sentence says which command installs it", async () => {
  for (const name of ["shared-chat", "shared-server", "views"])
    cpSync(join(root, name), join(folder, name), { recursive: true, filter: (path) => !path.endsWith("node_modules") });
  const { takeSettings } = (await import(join(folder, "shared-server/command.ts"))) as {
    takeSettings: (words: string[]) => void;
  };
  vi.stubEnv("CLIENT", ""); // afterwards it is as before
  const said = vi.spyOn(console, "error").mockImplementation(() => {});
  vi.spyOn(process, "exit").mockImplementation((code) => {
    throw new Error(`exit code ${code}`);
  });
  expect(() => takeSettings(["CLIENT=rxjs"])).toThrow("exit code 1");
  expect(said.mock.calls).toEqual([
    ["The clients in RxJS need a package of their own. Run: npm run views:install rxjs"],
  ]);
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});
