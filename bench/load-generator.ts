// The load generator: many clients listen, and messages are posted. It counts the deliveries, and how busy it is itself.
import { monitorEventLoopDelay } from "node:perf_hooks";
import type { Crowd, Pause } from "./clients/crowd.ts";
import type { DeliveryCounter, Receiver } from "./delivery-counter.ts";
import { nameOf, roomOf, roomSize, tokenOf } from "./rooms-of-ten.ts";
import { characters } from "./scenarios.ts";

/** How many clients connect at a time. */
const batch = 50;
/** How long a batch may take to connect, or all clients to reconnect, in milliseconds. */
const timeout = 50_000;
/** How often the delay of the event loop is sampled, in milliseconds. */
const tick = 5;

interface Client extends Receiver {
  connected: boolean;
  failures: number;
  /** What says who it is. A stranger has none. */
  token?: string | undefined;
}

export class LoadGenerator {
  readonly crowd: Crowd;
  readonly deliveries: DeliveryCounter;
  /** Who posts: the crowd itself, unless another one is given. */
  readonly sender: Crowd;
  /** Whether a client that loses its connection reconnects, as the page does. */
  reconnects = false;
  #size = 0;
  #connected: () => void = () => {};
  #ended = false;

  constructor(crowd: Crowd, deliveries: DeliveryCounter, sender = crowd) {
    this.crowd = crowd;
    this.deliveries = deliveries;
    this.sender = sender;
  }

  /**
   * Connects clients, a batch at a time, until there are this many: strangers, or people in rooms of ten.
   * @throws when a batch does not connect in time.
   */
  async connect(count: number, inRooms = false): Promise<void> {
    while (this.#size < count) {
      const clients = Math.min(batch, count - this.#size);
      const all = this.#connections(clients);
      for (let n = 0; n < clients; n++) {
        const person = this.#size + n;
        const member = inRooms ? { room: roomOf(person), token: tokenOf(person) } : {};
        this.#open({ newest: 0, received: 0, connected: false, failures: 0, ...member });
      }
      this.#size += clients;
      await all;
    }
  }

  /** Resolves when each client has lost its connection and has reconnected: to the times, as `Date.now()` counts. */
  reconnected(): Promise<number[]> {
    return this.#connections(this.#size);
  }

  /** Posts the next message, for everybody. */
  post(): unknown {
    return this.sender.post(this.#draft(this.#size));
  }

  /** Posts the next message in this room, as the first person in it. */
  postIn(room: number): unknown {
    return this.sender.post(this.#draft(roomSize, room), tokenOf(room * roomSize));
  }

  /** Cuts every connection. */
  disconnect(): void {
    this.#ended = true;
    this.crowd.disconnect();
  }

  /** Counts what arrives during this action, and how busy this process is: CPU in microseconds, times in milliseconds. */
  async observe(action: () => Promise<unknown>) {
    const { crowd, deliveries } = this;
    deliveries.reset();
    const before = { bytes: crowd.bytes(), polls: crowd.polls?.answered ?? 0, posted: deliveries.posted };
    const delay = monitorEventLoopDelay({ resolution: tick });
    const [cpu, begun] = [process.cpuUsage(), performance.now()];
    delay.enable();
    await action();
    delay.disable();
    const { user, system } = process.cpuUsage(cpu);
    const { delivered, duplicates, astray, latency } = deliveries;
    return {
      seconds: (performance.now() - begun) / 1_000,
      posted: deliveries.posted - before.posted,
      delivered,
      duplicates,
      astray,
      lost: deliveries.outstanding,
      latency: [50, 95, 99].map((share) => latency.percentile(share) / 1_000),
      polls: (crowd.polls?.answered ?? 0) - before.polls,
      bytes: crowd.bytes() - before.bytes,
      cpu: user + system,
      delay: Math.max(0, delay.percentile(99) / 1e6 - tick), // the histogram holds the time between two ticks
    };
  }

  #draft(receivers: number, room?: number): string {
    const text = this.deliveries.next(receivers, characters, room);
    const where = room === undefined ? {} : { room: nameOf(room) };
    return JSON.stringify({ user: "Ada", text, draftId: crypto.randomUUID(), ...where });
  }

  #open(client: Client) {
    const listener = {
      update: (text: Buffer) => {
        if (client.connected) return this.deliveries.receive(client, text);
        if (!this.deliveries.isUpdate(text)) return;
        this.deliveries.skip(client, text);
        client.connected = true;
        this.#connected();
      },
      lost: (pause: Pause) => {
        client.connected = false;
        if (this.reconnects && !this.#ended) setTimeout(() => this.#open(client), pause(++client.failures));
      },
    };
    this.crowd.connect(listener, client.token);
  }

  /** Resolves when this many more clients are connected, to the time of each. @throws when they are not in time. */
  #connections(count: number): Promise<number[]> {
    const times: number[] = [];
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`Only ${times.length} of ${count} clients could connect.`));
      }, timeout);
      this.#connected = () => {
        if (times.push(Date.now()) < count) return;
        clearTimeout(timer);
        resolve(times);
      };
    });
  }
}
