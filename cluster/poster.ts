import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { join, type Outcome, type Person, type Wire } from "../e2e/wires.ts";
import type { Message } from "../shared-chat/message.ts";

/** How long an acknowledgement may take before the same draft is sent again on a new connection, in milliseconds. The page waits longer. */
const patience = 3_000;

/** What the outbox of the page does, without a page: it sends a draft again until it is acknowledged. */
export class Poster {
  #person: Person | undefined;
  readonly #wire: Wire;
  readonly #port: number;

  constructor(wire: Wire, port: number) {
    this.#wire = wire;
    this.#port = port;
  }

  /** Resolves when the text is acknowledged, however often it must be sent. */
  async says(text: string): Promise<Message> {
    const draft = { user: "Ada", text, draftId: randomUUID() };
    for (;;) {
      const { message, error, later } = await this.#try(draft).catch((): Outcome => ({}));
      if (message) return message;
      if (error !== undefined && later === undefined) throw new Error(`Refused: ${error}`);
      await pause(100);
    }
  }

  async #try(draft: object): Promise<Outcome> {
    const given = new AbortController();
    const late = pause(patience, undefined, { signal: given.signal }).then(() =>
      Promise.reject(new Error("No answer.")),
    );
    try {
      return await Promise.race([late, this.#send(draft)]);
    } catch (error) {
      this.leave(); // an answer that comes later must not be taken for that of the next draft
      throw error;
    } finally {
      given.abort();
    }
  }

  async #send(draft: object): Promise<Outcome> {
    const person = (this.#person ??= await join(this.#wire, this.#port));
    const ended = person.ended.then((how): Outcome => {
      if (this.#person === person) this.leave();
      return { ended: how };
    });
    return Promise.race([ended, person.post(draft)]);
  }

  leave(): void {
    this.#person?.leave();
    this.#person = undefined;
  }
}
