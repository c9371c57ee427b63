// The time limits of all unit tests. They are long, because a busy machine is slow; a test that needs even more states it.
import { defineConfig } from "vitest/config";

export default defineConfig({ test: { testTimeout: 60_000, hookTimeout: 60_000 } });
