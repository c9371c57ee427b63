// Many who listen, and one of them speaks: who is there, what they hear, and how busy all of them keep us.
import { monitorEventLoopDelay } from "node:perf_hooks";
import type { Crowd } from "./clients/crowd.ts";
import type { Ear, Hearing } from "./hearing.ts";
import { characters } from "./scenarios.ts";

/** How many connect at a time. */
const atATime = 50;
/** How long somebody may take to come, or to come back, in milliseconds. */
const patience = 50_000;
/** How often we look whether we are late ourselves, in milliseconds. */
const tick = 5;

interface Member extends Ear {
  connected: boolean;
  failures: number;
}

export class Audience {
  readonly crowd: Crowd;
  readonly hearing: Hearing;
  /** Who speaks: one of the crowd, if nobody else is named. */
  readonly speaker: Crowd;
  /** Whether they come back, as pages do, when they lose their connection. */
  returns = false;
  #size = 0;
  #arrived: () => void = () => {};
  #left = false;

  constructor(crowd: Crowd, hearing: Hearing, speaker = crowd) {
    this.crowd = crowd;
    this.hearing = hearing;
    this.speaker = speaker;
  }

  /** Connects so many, one after another but for a few. @throws when they are not let in. */
  async connect(count: number): Promise<void> {
    while (this.#size < count) {
      const wave = Math.min(atATime, count - this.#size);
      const all = this.#arrivals(wave);
      for (let n = 0; n < wave; n++) this.#join({ newest: 0, came: 0, connected: false, failures: 0 });
      this.#size += wave;
      await all;
    }
  }

  /** Resolves when all are back that will be lost from now on: to when each was, as `Date.now()` has it. */
  comeBack(): Promise<number[]> {
    return this.#arrivals(this.#size);
  }

  /** Posts the next message. */
  post(): unknown {
    const draft = { user: "Ada", text: this.hearing.next(this.#size, characters), draftId: crypto.randomUUID() };
    return this.speaker.post(JSON.stringify(draft));
  }

  /** Everybody goes, without a goodbye. */
  leave(): void {
    this.#left = true;
    this.crowd.leave();
  }

  /** Counts what is heard meanwhile, and how busy we were ourselves: CPU in microseconds, times in milliseconds. */
  async hears(meanwhile: () => Promise<unknown>) {
    const { crowd, hearing } = this;
    hearing.reset();
    const before = { bytes: crowd.bytes(), polls: crowd.polls?.answered ?? 0, posted: hearing.posted };
    const delay = monitorEventLoopDelay({ resolution: tick });
    const [cpu, begun] = [process.cpuUsage(), performance.now()];
    delay.enable();
    await meanwhile();
    delay.disable();
    const { user, system } = process.cpuUsage(cpu);
    const { delivered, duplicates, latency } = hearing;
    return {
      seconds: (performance.now() - begun) / 1_000,
      delivered,
      duplicates,
      lost: (hearing.posted - before.posted) * this.#size - delivered,
      latency: [50, 95, 99].map((share) => latency.percentile(share) / 1_000),
      polls: (crowd.polls?.answered ?? 0) - before.polls,
      bytes: crowd.bytes() - before.bytes,
      cpu: user + system,
      delay: Math.max(0, delay.percentile(99) / 1e6 - tick), // the histogram holds the time between two ticks
    };
  }

  #join(member: Member) {
    this.crowd.connect({
      update: (text) => {
        if (member.connected) return this.hearing.hear(member, text);
        if (!this.hearing.isNews(text)) return;
        this.hearing.skip(member, text);
        member.connected = true;
        this.#arrived();
      },
      lost: (pause) => {
        member.connected = false;
        if (this.returns && !this.#left) setTimeout(() => this.#join(member), pause(++member.failures));
      },
    });
  }

  /** Resolves when so many more have come, to when each did. @throws when they do not come. */
  #arrivals(count: number): Promise<number[]> {
    const times: number[] = [];
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`Only ${times.length} of ${count} clients were let in.`));
      }, patience);
      this.#arrived = () => {
        if (times.push(Date.now()) < count) return;
        clearTimeout(timer);
        resolve(times);
      };
    });
  }
}
