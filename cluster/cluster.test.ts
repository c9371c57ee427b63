// `npm run cluster`, as a person types it.
import { afterAll, expect, test, vi } from "vitest";
import { endAll, fails, runs } from "../e2e/process.ts";
import { join, wires } from "../e2e/wires.ts";
import { withServers } from "../stores/store-engines.ts";
import { Poster } from "./poster.ts";

vi.setConfig({ testTimeout: 120_000 });
afterAll(endAll);

const waiting = { timeout: 60_000, interval: 20 };

/** Whether a process is there. */
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

if (withServers)
  test("In a cluster, nobody loses a message when a node is killed, and Ctrl-C ends all of it", async () => {
    const { said, ended, kill, port } = runs(["cluster/cluster.ts"]);
    const page = await port();
    const pids = () => Array.from(said.out.matchAll(/node (\d): kill -9 (\d+)/g), ([, , pid]) => Number(pid));
    await vi.waitUntil(() => pids().length === 2, waiting);
    const panes = (await (await fetch(`http://localhost:${page}/panes`)).json()) as { url: string }[];

    const people = await Promise.all(
      wires.map(async (wire, n) => {
        const at = Number(new URL(panes[n]!.url).port);
        return { poster: new Poster(wire, at), reader: await join(wire, at, { reconnects: true }) };
      }),
    );
    for (const { poster } of people) await poster.says("before");
    process.kill(pids()[0]!, "SIGKILL");
    for (const { poster } of people) await poster.says("after");
    const read = () => people.map(({ reader }) => reader.received.map(({ text }) => text));
    const everything = wires.map(() => [...wires.map(() => "before"), ...wires.map(() => "after")]);
    await vi.waitFor(() => expect(read()).toEqual(everything), waiting);
    await vi.waitUntil(() => pids().length === 3, waiting); // the node is started again

    for (const { poster, reader } of people) {
      poster.leave();
      reader.leave();
    }
    kill("SIGINT");
    expect(await ended).toBe(0);
    expect(said.err).toBe("");
    expect(pids().filter(isAlive)).toEqual([]);
  });

test("Without a balancer and Redis, the command says what to install", async () => {
  expect(await fails(["cluster/cluster.ts"], { PATH: "/nowhere" })).toContain(
    "redis-server, and haproxy, nginx or caddy",
  );
});
