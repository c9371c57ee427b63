// One of the four on the side-by-side page: a variant, the tap in front of it, and what befalls them.
import type { Log } from "../shared-chat/log.ts";
import { Refusal } from "../shared-chat/refusal.ts";
import { type Running, start } from "../shared-server/start.ts";
import type { Variant } from "../shared-server/variants.ts";
import { happen, type Kind, lasting } from "./outages.ts";
import { Tap } from "./tap.ts";

/** The latest outage of a pane; it is kept when it is over. Times are `Date.now()`. */
export interface Outage {
  kind: Kind;
  since: number;
  /** When it was over, or is going to be. Missing while nobody knows. */
  until?: number | undefined;
}

export class Pane {
  readonly variant: Variant;
  readonly tap = new Tap(0);
  outage: Outage | undefined;
  readonly #log: Log;
  #framedBy = "";
  #server: Running | undefined;
  #suffering: Promise<void> | undefined;
  readonly #stopping = new AbortController();

  constructor(variant: Variant, log: Log) {
    this.variant = variant;
    this.#log = log;
  }

  /** Where people reach it: at the tap. */
  get url(): string {
    return `${this.variant.scheme}://localhost:${this.tap.port}`;
  }

  /** Starts the variant behind its tap, which must be open: the variant is told the address by which people reach it. */
  async start(framedBy = this.#framedBy): Promise<void> {
    this.#framedBy = framedBy;
    this.#server = await start(this.variant.name, { port: 0, log: this.#log, publicOrigin: this.url, framedBy });
    this.tap.target = this.#server.port;
  }

  /** @throws {Refusal} 409 while an outage lasts: two at once would teach nobody anything. */
  mustBeWell(): void {
    if (this.#suffering) throw new Refusal(409, `${this.variant.name}: the last outage is not over yet.`);
  }

  /** Begins an outage. It ends by itself. */
  suffer(kind: Kind): Outage {
    const since = Date.now();
    const lasts = lasting[kind];
    const outage: Outage = { kind, since, until: lasts === undefined ? undefined : since + lasts };
    this.#suffering = happen(kind, this.tap, () => this.#restart(), this.#stopping.signal)
      .catch((error) => console.error(`${this.variant.name} is not back after "${kind}": ${error.message}`))
      .finally(() => {
        outage.until = Date.now();
        this.#suffering = undefined;
      });
    return (this.outage = outage);
  }

  async #restart() {
    await this.#server?.stop();
    await this.start();
  }

  /** Ends an outage that lasts, the server and the tap, in this order: so that the goodbye gets through. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#suffering;
    await this.#server?.stop();
    await this.tap.close();
  }
}
