// What a check works with: the learner's server, pages of it in a browser, and words for what is missing.
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright";
import { Tap } from "../compare/tap.ts";
import type { Update } from "../shared-chat/message.ts";
import { needsAll } from "./compile.ts";
import { Device } from "./device.ts";
import type { Exercise } from "./exercises.ts";
import { Fault, faultOf, lineOf, type Place } from "./faults.ts";
import { Peer, upgrade, type Upgraded } from "./peer.ts";
import { run, type RunningServer, type ServerClock } from "./run.ts";
import { openTab, type Tab } from "./tab.ts";

/** What a check says in the end. */
export interface Verdict {
  passed: boolean;
  /** What is missing. */
  words: string;
  place: Place | undefined;
  /** Why the server has ended meanwhile, if it has: what is missing comes from that. */
  cause: Fault | undefined;
  /** What handlers of the server have thrown meanwhile. */
  thrown: Fault[];
  /** Errors that the page has reported meanwhile, and what else there is to know. */
  also: Fault[];
}

export interface TesterOptions {
  /** Opens a browser, or gives the one that is open. */
  browser: () => Promise<Browser>;
  /** How long `until` waits, in milliseconds. */
  patience?: number;
  /** How long the server and the page may take to answer, and the server to listen, in milliseconds. */
  answer?: number;
  /** How long the whole check may take, in milliseconds. */
  limit?: number;
}

/** Runs the check of an exercise on a folder with a server.ts and a client.ts. */
export async function checkFolder(exercise: Exercise, folder: string, options: TesterOptions): Promise<Verdict> {
  const { limit = 60_000 } = options;
  const {
    default: check,
    clock = {},
    startsLater = false,
  } = (await import(/* @vite-ignore */ pathToFileURL(join(exercise.folder, "check.ts")).href)) as {
    default: (t: Tester) => Promise<void>;
    clock?: ServerClock;
    startsLater?: boolean;
  };
  const t = new Tester(exercise, folder, clock, options);
  const late = new Fault(`The check was ended after ${limit / 1_000} s. Is there a loop without an end?`);
  try {
    needsAll(exercise, folder);
    const checked = (startsLater ? Promise.resolve() : t.starts()).then(() => check(t));
    await Promise.race([checked, sleep(limit, late, { ref: false }).then((fault) => Promise.reject(fault))]);
    return { passed: true, words: "", place: undefined, cause: undefined, thrown: t.thrown, also: t.also };
  } catch (error) {
    const { message, place } = faultOf(error, folder, "The check itself failed");
    return { passed: false, words: message, place, cause: t.cause, thrown: t.thrown, also: t.also };
  } finally {
    await t.ends();
  }
}

/** The update in the body of an answer. Undefined when there is none. */
export async function updateIn(response: Response): Promise<Update | undefined> {
  const body = (await response.json().catch(() => undefined)) as Partial<Update> | null | undefined;
  return Array.isArray(body?.msg) ? (body as Update) : undefined;
}

export class Tester {
  readonly folder: string;
  /** What handlers of the server have thrown. It has answered 500, and still runs. */
  readonly thrown: Fault[] = [];
  /** Errors that a page has reported, and what else the learner should know. */
  readonly also: Fault[] = [];
  readonly #exercise: Exercise;
  readonly #options: Required<Pick<TesterOptions, "browser" | "patience" | "answer">>;
  readonly #clock: ServerClock;
  readonly #tabs: Tab[] = [];
  readonly #devices: Device[] = [];
  #server: RunningServer | undefined;
  #tap: Tap | undefined;

  constructor(exercise: Exercise, folder: string, clock: ServerClock, options: TesterOptions) {
    this.#exercise = exercise;
    this.folder = folder;
    this.#clock = clock;
    this.#options = { patience: 5_000, answer: 10_000, ...options };
  }

  /**
   * Fails the check with these words unless this holds. `file` and the patterns say where to look: the first line that matches the
   * first pattern, or else the next pattern, or else "TODO".
   */
  needs(holds: unknown, words: string, file?: string, ...patterns: RegExp[]): asserts holds {
    if (!holds) throw new Fault(words, file ? lineOf(this.folder, file, patterns) : undefined);
  }

  /** Waits until this holds, five seconds at most, or longer where the machine is busy. Then it fails the check as `needs` does. */
  async until(holds: () => unknown, words: string, file?: string, ...patterns: RegExp[]): Promise<void> {
    let end = Date.now() + this.#options.patience;
    for (let began = Date.now(); !(await holds()); began = Date.now()) {
      this.needs(Date.now() < end, words, file, ...patterns);
      await sleep(10);
      end += Math.max(0, Date.now() - began - 100); // a round takes longer where the machine is busy
    }
  }

  /** The address of the server, or of the tap in front of it, without a slash at the end. */
  get url(): string {
    return `http://localhost:${this.#port}`;
  }

  get #port(): number {
    return this.#tap?.port ?? this.#server!.port;
  }

  /** Puts a tap in front of the server, which can cut, freeze and refuse connections. What is opened from now on goes through it. */
  async taps(): Promise<Tap> {
    return (this.#tap ??= await new Tap(this.#server!.port).open());
  }

  /** Why the server has ended, if it has. */
  get cause(): Fault | undefined {
    return this.#server?.fault;
  }

  /** Whether the server still runs. */
  get runs(): boolean {
    return this.cause === undefined;
  }

  /**
   * Starts the server, or starts it again at the same port: a new process remembers nothing. Each check begins with one that runs,
   * unless it exports `startsLater`.
   * It may have another clock from now on.
   */
  async starts(clock = this.#clock): Promise<void> {
    this.#server = await run(this.folder, {
      title: this.#exercise.title,
      quiet: true,
      patience: this.#options.answer,
      clock,
      threw: (fault) => this.thrown.push(fault),
      ...(this.#server && { port: this.#server.port }),
    });
  }

  /** Ends the server as a crash does: it says nothing, and its connections break. */
  async stops(): Promise<void> {
    await this.#server?.stop();
  }

  /** How often the server has written to, or ended, a response whose client had left. */
  get wasted(): number {
    return this.#server?.wasted ?? 0;
  }

  /**
   * Requests a path of the server, without a browser and without the tap. Each request has a connection of its own: one that is kept
   * open may be closed by the server, after five seconds or when it is started again, just as the next request is sent on it.
   */
  async asks(path: string, init: RequestInit = {}): Promise<Response> {
    const signal = AbortSignal.timeout(this.#options.answer);
    const headers = { Connection: "close", ...(init.headers as Record<string, string>) };
    return fetch(`http://localhost:${this.#server!.port}${path}`, { signal, ...init, headers }).catch(
      (error: Error) => {
        const why =
          error.name === "TimeoutError" ? `gets no answer in ${this.#options.answer / 1_000} s` : "breaks off";
        const { method = "GET" } = init;
        const route = method === "GET" ? /"\/msgs"/ : new RegExp(`\\.${method.toLowerCase()}\\(`);
        throw new Fault(`${method} ${path} ${why}.`, lineOf(this.folder, "server.ts", [route, /"\/msgs"/]));
      },
    );
  }

  /** Posts as Bob, without a browser and without the tap. */
  async posts(text: string): Promise<void> {
    const response = await this.asks("/msgs", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ user: "Bob", text, draftId: crypto.randomUUID() }),
    });
    const { ok, status } = response;
    this.needs(ok, `POST /msgs answers ${status}: Bob's message was not accepted.`, "server.ts", /\.post\(/);
    await response.text().catch(() => {
      const words = "POST /msgs begins an answer and never ends it: res.json or res.end.";
      throw new Fault(words, lineOf(this.folder, "server.ts", [/\.post\(/]));
    });
  }

  /** Requests an upgrade of /msgs to a WebSocket by hand. These headers take the place of those of a browser; an empty one is left out. */
  async upgrades(headers: Record<string, string> = {}): Promise<Upgraded> {
    return upgrade(this.#port, headers, this.#options.answer);
  }

  /** Somebody without a browser connects to the WebSocket at /msgs. */
  async dials(query = ""): Promise<Peer> {
    const words = "Nobody can connect to the WebSocket at /msgs.";
    const peer = new Peer(`ws://localhost:${this.#port}/msgs${query}`);
    await this.until(() => peer.gone ?? peer.socket.readyState === peer.socket.OPEN, words, "server.ts", /"upgrade"/);
    this.needs(peer.gone === undefined, words, "server.ts", /"upgrade"/);
    return peer;
  }

  /**
   * A device without a browser connects with Socket.IO, shows this in its handshake, and hears what comes at the beginning. A deaf
   * one reads nothing of what comes. It goes past the tap.
   */
  async links(auth: object = {}, { isDeaf = false } = {}): Promise<Device> {
    const url = `http://localhost:${this.#server!.port}`;
    const device = new Device(url, auth, this.#options.answer, isDeaf);
    this.#devices.push(device);
    const end = Date.now() + this.#options.answer;
    while (!device.socket.connected && device.problem === undefined && Date.now() < end) await sleep(5);
    const words = `Nobody can connect with Socket.IO${device.problem ? `: ${device.problem}` : ""}.`;
    this.needs(device.socket.connected, words, "server.ts", /io\.use/, /"connection"/, /new Server/);
    await device.settles();
    return device;
  }

  /** Lets so many milliseconds pass for the timers of the server, where its clock is `byHand`. Returns how many timers are set then. */
  async passes(milliseconds: number): Promise<number> {
    return this.#server!.passes(milliseconds);
  }

  /**
   * Ada opens the page in a browser. In it no time passes until the check lets it pass. Where the server holds its answers back (long
   * polling), `waits` must be false: then nothing waits for answers, and the check uses `until`.
   */
  async opens({ waits = true } = {}): Promise<Tab> {
    const { browser, answer } = this.#options;
    const tab = await openTab(await browser(), {
      folder: this.folder,
      url: this.url,
      client: this.#server!.client,
      waits,
      answer,
      failed: (fault) => this.also.push(fault),
    });
    this.#tabs.push(tab);
    return tab;
  }

  /** Express answers first, and then prints what a handler has thrown. When it has answered once more, that is there. */
  async #settles(): Promise<void> {
    const answer = this.asks("/", { signal: AbortSignal.timeout(2_000) });
    await answer.then((response) => response.text()).catch(() => {}); // it is stopped, or in a loop
  }

  /** Ends everything that the check has started. */
  async ends(): Promise<void> {
    await Promise.all(this.#tabs.map((tab) => tab.closes())); // first, or the page reports that the server is gone
    for (const { socket } of this.#devices) socket.disconnect();
    if (this.#server && this.runs) await this.#settles();
    await this.#tap?.close();
    await this.#server?.stop();
  }
}
