// A cluster without the page, for tests: a Redis, two nodes, and a balancer in front of them, at ports that the system chooses.
import { freePort } from "../shared-server/loopback.ts";
import { type VariantName, variants } from "../shared-server/variants.ts";
import { type Balancer, newFolder, Node, type Program, startBalancer, startRedis } from "./programs.ts";

export class BareCluster {
  readonly nodes: readonly [Node, Node];
  redis: Program | undefined;
  balancer: Program | undefined;
  #redisPort = 0;
  #ports: number[] = [];
  readonly #folder = newFolder();

  private constructor(redisPort: number, ports: number[]) {
    this.#redisPort = redisPort;
    this.#ports = ports;
    const env = { CHAT_LOG: `redis://127.0.0.1:${redisPort}`, RATE_LIMIT: "off" };
    this.nodes = [new Node(env), new Node(env)];
  }

  /** Starts all of it. @throws {UsageError} when a program does not start. Then nothing goes on. */
  static async start(name: Balancer): Promise<BareCluster> {
    const [redisPort = 0, ...ports] = await Promise.all([0, ...variants].map(freePort));
    const cluster = new BareCluster(redisPort, ports);
    try {
      await cluster.startRedis();
      await Promise.all(cluster.nodes.map((node) => cluster.#startNode(node)));
      const [one, other] = cluster.nodes;
      cluster.balancer = await startBalancer(name, ports, [one.ports, other.ports], cluster.#folder.folder);
      return cluster;
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  /** The port at which the balancer serves this variant. */
  port(name: VariantName): number {
    return this.#ports[variants.findIndex((variant) => variant.name === name)]!;
  }

  /** Starts Redis, for the first time or again, on what it has kept. */
  async startRedis(): Promise<void> {
    this.redis = await startRedis(this.#redisPort, this.#folder.folder);
  }

  async #startNode(node: Node) {
    await node.start();
    for (const { name, scheme } of variants) {
      const publicOrigin = ["localhost", "127.0.0.1"].map((host) => `${scheme}://${host}:${this.port(name)}`);
      await node.serve({ name, publicOrigin });
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
    await this.balancer?.stop();
    await this.redis?.stop();
    this.#folder.remove();
  }
}
