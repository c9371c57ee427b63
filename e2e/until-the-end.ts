// What the wire suites share: a server that runs until the end of a test, and everything as it was afterwards.
import { afterEach, expect, vi } from "vitest";
import { limits } from "../shared-chat/limits.ts";
import { Log } from "../shared-chat/log.ts";
import { heads } from "../shared-server/heads.ts";
import { type Options, start } from "../shared-server/start.ts";
import { type Wire, wires as four } from "./wires.ts";

/** How long a test may take, in milliseconds. */
export const patience = Number(process.env.PATIENCE ?? 60_000);

/** The four, and a fifth one that somebody is writing: exercise 20 of the workshop names its folder. */
export const wires = [...four, ...(await fifth())];

async function fifth(): Promise<Wire[]> {
  const { FIFTH } = process.env;
  if (!FIFTH) return [];
  const { wire } = await import(/* @vite-ignore */ new URL(`../${FIFTH}/test-client.ts`, import.meta.url).href);
  return [{ ...wire, name: FIFTH }];
}

limits.posts.points = 1e9; // a test posts faster than a person
const defaults = [{ ...limits }, { ...heads }] as const;

// An uncaught error would end a server in production, so each test checks that there was none.
const uncaught: unknown[] = [];
process.on("uncaughtException", (error) => uncaught.push(error));
process.on("unhandledRejection", (error) => uncaught.push(error));

/** What is undone at the end of the test, the last first. */
export const cleanUp: (() => unknown)[] = [];

afterEach(async () => {
  limits.grace = 100;
  for (const undo of cleanUp.splice(0).toReversed()) await undo();
  Object.assign(limits, defaults[0]);
  Object.assign(heads, defaults[1]);
  vi.restoreAllMocks();
  expect(uncaught.splice(0)).toEqual([]);
});

/** Starts a variant until the end of the test. */
export async function open(wire: Wire, options: Partial<Options> = {}) {
  const log = options.log ?? new Log();
  const running = await start(wire.name, { port: 0, ...options, log });
  let stopped: Promise<void> | undefined;
  const stop = () => (stopped ??= running.stop());
  cleanUp.push(stop);
  return { log, port: running.port, stop };
}
