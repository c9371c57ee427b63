// The three configurations, each with its balancer, two nodes and a Redis: everybody reads everything, also when a node is killed.
import { io } from "socket.io-client";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { join, type Person, signIn, wires } from "../e2e/wires.ts";
import { withServers } from "../stores/store-engines.ts";
import { BareCluster } from "./bare-cluster.ts";
import { Poster } from "./poster.ts";
import { type Balancer, balancers, isInstalled } from "./programs.ts";

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

const clients = [1, 2, 3, 4, 5, 6];
const missing = (name: Balancer) => ["redis-server", name].filter((program) => !isInstalled(program));
const byName = wires.map((wire) => [wire.name, wire] as const);
const cutting: Balancer[] = ["haproxy"]; // the others let the watchdogs of the pages notice that a node is silent
const tested = withServers ? (Object.keys(balancers) as Balancer[]) : [];

test("Every balancer that is to be tested is there", () => {
  expect(tested.flatMap(missing)).toEqual([]);
});

describe.each(tested.filter((name) => missing(name).length === 0))("%s", (balancer) => {
  let cluster: BareCluster | undefined;
  const cleanUp: { leave(): void }[] = [];

  beforeAll(async () => {
    cluster = await BareCluster.start(balancer);
  });
  afterAll(async () => {
    for (const person of cleanUp) person.leave();
    await cluster?.stop();
  });

  test.each(byName)("%s: Who signed in at one node is known at both, a moment later at most", async (name, wire) => {
    const ada = await signIn(wire, cluster!.port(name), `Ada ${name}`.replaceAll("-", " "));
    const known = async () => {
      const reader = await ada.connects();
      const { you } = await reader.next();
      reader.leave();
      return you?.name;
    };
    const everywhere = async () => Promise.all(clients.map(known));
    await expect.poll(everywhere).toEqual(clients.map(() => expect.stringMatching(/^Ada/)));
  });

  test("Long polling of Socket.IO works, because all requests of a client reach the same node", async () => {
    const arrived = await Promise.all(clients.map(() => longPolls(cluster!.port("socket-io"))));
    expect(arrived).toEqual(clients.map(() => "an update"));
  });

  test.each(cutting.filter((name) => name === balancer))(
    "%s cuts everybody who is connected to a node that does not answer, and they reconnect to the other one",
    async () => {
      const { say, everybodyReads } = await conversation();
      await say("before it hangs");
      cluster!.nodes[0].program!.kill("SIGSTOP"); // it closes nothing, and answers nothing
      await say("while it hangs");
      await everybodyReads("before it hangs", "while it hangs");
      cluster!.nodes[0].program!.kill("SIGCONT");
    },
  );

  test("Everybody reads what everybody says, through whichever node, also when one of them is killed", async () => {
    const { say, everybodyReads } = await conversation();
    await say("before it ends");
    cluster!.nodes[0].program!.kill("SIGKILL");
    await say("after it ended");
    await everybodyReads("before it ends", "after it ended");
  });

  /** People in all four techniques, some at each node. In each technique somebody says something. */
  async function conversation() {
    const readers: Person[] = [];
    for (const wire of wires)
      for (const _ of clients) readers.push(await join(wire, cluster!.port(wire.name), { reconnects: true }));
    const posters = wires.map((wire) => new Poster(wire, cluster!.port(wire.name)));
    cleanUp.push(...readers, ...posters);
    const say = async (text: string) => {
      for (const poster of posters) await poster.says(text);
    };
    const everybodyReads = async (...texts: string[]) => {
      const read = ({ received }: Person) => received.map(({ text }) => text).filter((text) => texts.includes(text));
      const expected = texts.flatMap((text) => posters.map(() => text));
      await expect.poll(() => readers.map(read), { timeout: 20_000 }).toEqual(readers.map(() => expected));
    };
    return { say, everybodyReads };
  }
});

/** What a client of Socket.IO gets that may only use long polling. */
async function longPolls(port: number): Promise<string> {
  const socket = io(`http://127.0.0.1:${port}`, {
    transports: ["polling"],
    forceNew: true,
    reconnection: false,
    withCredentials: true, // it keeps cookies, as a browser does
  });
  const got = await new Promise<string>((resolve) => {
    socket.on("msg:get", () => resolve("an update"));
    socket.on("disconnect", resolve);
    socket.on("connect_error", (error) => resolve(String(error)));
  });
  socket.disconnect();
  return got;
}
