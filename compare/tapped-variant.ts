// One pane of the side-by-side page: a variant, the tap in front of it, and the outages that hit them.
import { Refusal } from "../shared-chat/refusal.ts";
import type { Options, Running } from "../shared-server/start.ts";
import type { Variant, VariantName } from "../shared-server/variants.ts";
import { durations, type Kind, runOutage } from "./outages.ts";
import { Tap } from "./tap.ts";

/** The latest outage of a variant. It is kept when it is over. Times are `Date.now()`. */
export interface Outage {
  kind: Kind;
  since: number;
  /** When it was over, or will be. Missing while the end is unknown. */
  until?: number | undefined;
}

/** The address at which people reach a port here. */
export type Address = (scheme: Variant["scheme"], port: number) => string;

/** Starts a variant that people reach at these origins. When it is called once more, the one before has stopped. */
export type Start = (name: VariantName, options: Pick<Options, "publicOrigin" | "framedBy">) => Promise<Running>;

export class TappedVariant {
  readonly variant: Variant;
  readonly tap = new Tap(0);
  outage: Outage | undefined;
  readonly #start: Start;
  readonly #address: Address;
  #framedBy = "";
  #server: Running | undefined;
  #outageOver: Promise<void> | undefined; // resolves when the current outage is over
  readonly #stopping = new AbortController();

  constructor(variant: Variant, start: Start, address: Address) {
    this.variant = variant;
    this.#start = start;
    this.#address = address;
  }

  /** Where people reach it: at the tap. */
  get url(): string {
    return this.#address(this.variant.scheme, this.tap.port);
  }

  /** Starts the variant behind its tap. The tap must be open, because the variant gets its addresses as public origins. */
  async start(framedBy = this.#framedBy): Promise<void> {
    this.#framedBy = framedBy;
    const { name, scheme } = this.variant;
    // A proxy in front of the tap passes on the Host that the browser asked for, or states the address of the tap.
    const own = ["localhost", "127.0.0.1"].map((host) => `${scheme}://${host}:${this.tap.port}`);
    this.#server = await this.#start(name, { publicOrigin: [this.url, ...own], framedBy });
    this.tap.target = this.#server.port;
  }

  /** @throws {Refusal} 409 during an outage: the effects of two at once could not be told apart. */
  assertNoOutage(): void {
    if (this.#outageOver) throw new Refusal(409, `${this.variant.name}: the last outage is not over yet.`);
  }

  /** Starts an outage. It ends on its own. */
  startOutage(kind: Kind): Outage {
    const since = Date.now();
    const duration = durations[kind];
    const outage: Outage = { kind, since, until: duration === undefined ? undefined : since + duration };
    this.#outageOver = runOutage(kind, this.tap, () => this.#restart(), this.#stopping.signal)
      .catch((error) => console.error(`${this.variant.name} did not come back after "${kind}": ${error.message}`))
      .finally(() => {
        outage.until = Date.now();
        this.#outageOver = undefined;
      });
    return (this.outage = outage);
  }

  async #restart() {
    await this.#server?.stop();
    await this.start();
  }

  /** Ends the current outage, then the server, then the tap. In this order its goodbye reaches the clients. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#outageOver;
    await this.#server?.stop();
    await this.tap.close();
  }
}
