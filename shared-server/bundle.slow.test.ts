import { afterEach, expect, it, vi } from "vitest";
import { build } from "./bundle.ts";
import { frameworks } from "./views.ts";

afterEach(() => void vi.unstubAllEnvs());

it.each(frameworks)("The page that %s draws is the same for every NODE_ENV", async (view) => {
  const codes = [];
  for (const value of [undefined, "test", "development", "production"]) {
    vi.stubEnv("NODE_ENV", value);
    codes.push((await build("polling/client.ts", { view })).code);
  }
  expect(new Set(codes).size).toBe(1);
});
