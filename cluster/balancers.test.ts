// The three configurations, each with its balancer, two nodes and a Redis: everybody reads everything, also when a node is killed.
import { io } from "socket.io-client";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { join, type Person, signIn, type Wire, wires } from "../e2e/wires.ts";
import { BareCluster } from "./bare-cluster.ts";
import { Poster } from "./poster.ts";
import { type Balancer, balancers, isInstalled } from "./programs.ts";

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

const clients = [1, 2, 3, 4, 5, 6];
const missing = (name: Balancer) => ["redis-server", name].filter((program) => !isInstalled(program));
const byName = wires.map((wire) => [wire.name, wire] as const);
const all = Object.keys(balancers) as Balancer[];

test("Each balancer is installed, or is not tested here", () => {
  const toInstall = all.flatMap(missing);
  if (toInstall.length > 0) console.log(`Not tested here. On Debian: apt-get install ${toInstall.join(" ")}`);
  if (process.env.CI) expect(toInstall).toEqual([]);
});

describe.each(all.filter((name) => missing(name).length === 0))("%s", (balancer) => {
  let cluster: BareCluster;
  const cleanUp: { leave(): void }[] = [];

  beforeAll(async () => {
    cluster = await BareCluster.start(balancer);
  });
  afterAll(async () => {
    for (const person of cleanUp) person.leave();
    await cluster.stop();
  });

  async function joins(wire: Wire): Promise<Person> {
    const person = await join(wire, cluster.port(wire.name), { reconnects: true });
    cleanUp.push(person);
    return person;
  }

  const texts = ({ received }: Person, about: string) =>
    received.map(({ text }) => text).filter((text) => text.startsWith(about));

  describe.each(byName)("%s", (name, wire) => {
    test("Everybody reads what everybody says, through whichever node, and reads on when a node is killed", async () => {
      const readers = await Promise.all(clients.map(() => joins(wire)));
      const posters = clients.map(() => new Poster(wire, cluster.port(name)));
      cleanUp.push(...posters);
      const said = clients.map((n) => `${name} ${n}`);
      for (const [n, text] of said.entries()) {
        await posters[n]!.says(text);
        if (n === 2) cluster.nodes[0].program!.kill("SIGKILL");
      }
      for (const reader of readers) await expect.poll(() => texts(reader, name), { timeout: 20_000 }).toEqual(said);
      await cluster.nodes[0].program!.ended;
      await cluster.nodes[0].start();
    });

    test("Who signed in at one node is known at both, a moment later at most", async () => {
      const ada = await signIn(wire, cluster.port(name), `Ada ${balancer} ${name}`.replaceAll("-", " "));
      const known = async () => {
        const reader = await ada.connects();
        const { you } = await reader.next();
        reader.leave();
        return you?.name;
      };
      await expect
        .poll(async () => Promise.all(clients.map(known)))
        .toEqual(clients.map(() => expect.stringMatching(/^Ada/)));
    });
  });

  test("Long polling of Socket.IO works, because all requests of a client reach the same node", async () => {
    const arrived = await Promise.all(clients.map(() => longPolls(cluster.port("socket-io"))));
    expect(arrived).toEqual(clients.map(() => "an update"));
  });
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
