// Runs the server of a learner in a thread of its own: it starts faster than a process, and an endless loop in it stops nobody else.
import { once } from "node:events";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, setDefaultAutoSelectFamilyAttemptTimeout } from "node:net";
import { join, relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { type Bundle, bundle } from "../shared-server/bundle.ts";
import { freePort } from "../shared-server/loopback.ts";
import { compile, isTechnique } from "./compile.ts";
import { root } from "./exercises.ts";
import { Fault, faultOf, lineOf } from "./faults.ts";

// localhost is ::1 and 127.0.0.1. Node tries one after the other, and gives each 250 ms: too little for a machine that is busy.
setDefaultAutoSelectFamilyAttemptTimeout(10_000);

export interface RunOptions {
  /** The title of the page. */
  title: string;
  /** The port that the server is told. Default: a free one. */
  port?: number;
  /** Whether the page has the wire inspector. */
  wire?: boolean;
  /** What the server prints is not shown. */
  quiet?: boolean;
  /** How long the server may take until it listens, in milliseconds. */
  patience?: number;
  /** Is told what a handler of the server has thrown, where `quiet` keeps it from being shown: Express answers 500 and goes on. */
  threw?: (fault: Fault) => void;
  /** Is told why the server has ended, when it listened before. */
  failed?: (fault: Fault) => void;
  /** How the clock of the server differs from that on the wall. */
  clock?: ServerClock;
}

export interface ServerClock {
  /** `Date.now()` stands still: all messages have the same time. */
  standsStill?: boolean;
  /** Its timers and `Date.now()` stand still until the check lets time pass. */
  byHand?: boolean;
}

export interface RunningServer {
  port: number;
  /** What runs in the page. */
  client: Bundle;
  /** Why it has ended, if it has. */
  fault: Fault | undefined;
  /** How often it has written to, or ended, a response whose client had left. */
  readonly wasted: number;
  /** Lets so many milliseconds pass for its timers, where its clock is moved by hand. Resolves with the number of timers that are set then. */
  passes(milliseconds: number): Promise<number>;
  /** Ends it at once, as a crash does. */
  stop(): Promise<void>;
}

/**
 * Compiles and starts server.ts of a folder, and waits until it listens.
 * @throws {Fault} when it does not compile, throws, ends or never listens.
 */
export async function run(folder: string, options: RunOptions): Promise<RunningServer> {
  const { server, client } = await compile(folder);
  const files = { ...(await givenFiles(options)), "/client.js": client.code, "/client.js.map": client.map };
  const port = options.port ?? (await freePort());
  if (await answers(port)) {
    if (!options.port) return run(folder, options); // another program was faster. Once more.
    throw inUse(port); // otherwise we would take the other program for the learner's server
  }
  const path = join(folder, `.server-${port}.js`); // in this folder, where Node finds the packages and the map the sources
  writeFileSync(path, prelude(options.clock) + server);
  const { quiet = false } = options;
  const notes = new Int32Array(new SharedArrayBuffer(8)); // the thread writes into it
  const worker = new Worker(path, {
    workerData: { files, notes },
    env: {
      ...process.env,
      NODE_ENV: "development",
      PORT: String(port),
      FIFTH: relative(root, folder).replaceAll("\\", "/"),
    },
    execArgv: ["--enable-source-maps"],
    stdout: quiet,
    stderr: quiet,
  });
  if (quiet)
    worker.stderr.setEncoding("utf8").on("data", (text: string) => {
      const [, name, message] = /^(\w*Error)(?: \[\w+\])?: (.*)[^]*?\n +at /m.exec(text) ?? [];
      const fault = faultOf({ name, message, stack: text }, folder, "The server reports");
      if (name && fault.place) options.threw?.(fault); // otherwise it is an answer of Express, such as one to a body that is not JSON
    });
  const running: RunningServer = {
    port,
    client,
    fault: undefined,
    get wasted() {
      return Atomics.load(notes, 0);
    },
    async passes(milliseconds) {
      if (running.fault) throw running.fault;
      worker.postMessage(milliseconds, []);
      const [timers] = (await once(worker, "message").catch(() => [])) as number[];
      if (timers === undefined) throw running.fault ?? new Error("The server ended.");
      return timers;
    },
    async stop() {
      worker.removeAllListeners();
      await worker.terminate();
    },
  };
  const ended = (fault: Fault) => {
    if (running.fault) return;
    running.fault = fault;
    if (listening) options.failed?.(fault);
  };
  let listening = false;
  worker.on("error", (error: NodeJS.ErrnoException & { port?: number }) => {
    const refusal = error.syscall === "listen" ? refusals[error.code ?? ""] : undefined;
    if (!refusal) ended(faultOf(error, folder, "The server ended"));
    else if (error.port === port) ended(refusal(port));
    else ended(new Fault(`The server cannot listen on port ${error.port}. ${rightPort}`, listenIn(folder)));
  });
  worker.on("exit", () => {
    if (listening) ended(new Fault("The server ended by itself, without an error.", { file: "server.ts" }));
    else ended(new Fault(`The server ended before it listened. ${rightPort}`, listenIn(folder)));
  });
  try {
    const patience = (options.patience ?? 10_000) * (isTechnique(folder) ? 2 : 1); // a technique loads what the four share
    const listens = async () => Atomics.load(notes, 1) === port && (!isTechnique(folder) || (await answers(port))); // a technique listens at [::1] first
    await untilItListens(running, listens, worker, folder, patience);
    listening = true;
    return running;
  } catch (error) {
    await running.stop();
    // Another program was faster than the server, at a port that nobody asked for. Once more.
    if (!options.port && (error as Error).message === inUse(port).message) return await run(folder, options);
    throw error;
  } finally {
    rmSync(path, { force: true }); // it has been read
  }
}

const rightPort = "It must listen on the port in process.env.PORT.";
const listenIn = (folder: string) => lineOf(folder, "server.ts", [/\blisten\(/, /\bPORT\b/]);
const inUse = (port: number) =>
  new Fault(`Port ${port} is in use. Stop the program that uses it, or add PORT=${port + 1_000} to the command.`);
/** Why nobody can listen on a port, by the code of the error. */
const refusals: Record<string, (port: number) => Fault> = {
  EADDRINUSE: inUse,
  EACCES: (port) =>
    new Fault(
      `You are not allowed to open port ${port}: the system keeps it. Add PORT=${port + 1_000} to the command.`,
    ),
};

// That somebody answers at its port is not enough: it may be another program, which was faster.
async function untilItListens(
  running: RunningServer,
  listens: () => Promise<boolean>,
  worker: Worker,
  folder: string,
  patience: number,
) {
  const end = Date.now() + patience;
  while (!running.fault && !(await listens())) {
    if (Date.now() < end) await sleep(5);
    // A server that waits has nothing to do. One that is in a loop without an end never rests.
    else if (worker.performance.eventLoopUtilization().utilization > 0.5)
      throw new Fault(
        "The server never comes to rest, so it never listens. Is there a loop without an end?",
        lineOf(folder, "server.ts", [/\b(while|for|do)\b.*[({]/]),
      );
    else throw new Fault(`Nobody listens, ${patience / 1_000} s after the start. ${rightPort}`, listenIn(folder));
  }
  if (running.fault) throw running.fault;
}

function answers(port: number): Promise<boolean> {
  const socket = connect(port, "localhost");
  return once(socket, "connect")
    .then(
      () => true,
      () => false,
    )
    .finally(() => socket.destroy());
}

// The first number counts writes to, and ends of, responses whose client has left. The second is the port at which the server listens.
const notesOfTheThread = `{
  const { notes } = process.getBuiltinModule("node:worker_threads").workerData;
  const { ServerResponse } = process.getBuiltinModule("node:http");
  const { Server } = process.getBuiltinModule("node:net");
  for (const name of ["write", "end"]) {
    const real = ServerResponse.prototype[name];
    ServerResponse.prototype[name] = function (...rest) { if (this.destroyed) Atomics.add(notes, 0, 1); return real.apply(this, rest); };
  }
  const { listen } = Server.prototype;
  Server.prototype.listen = function (...rest) {
    return listen.apply(this.once("listening", () => Atomics.store(notes, 1, this.address().port)), rest);
  };
}`.replaceAll("\n", " ");

// On the first line, so that the lines of the rest stay where they are.
function prelude({ standsStill, byHand }: ServerClock = {}): string {
  const clock = `{ const now = Date.now(); Date.now = () => now; }`;
  return `${notesOfTheThread}${standsStill ? clock : ""}${byHand ? timersByHand.replaceAll("\n", " ") : ""}`;
}

// A message to the thread says how much time passes. The timers that are due then run in their order.
const timersByHand = `{
  const { parentPort } = process.getBuiltinModule("node:worker_threads");
  const timers = new Set();
  let now = 0;
  const began = Date.now();
  Date.now = () => began + now;
  const set = (repeats) => (run, time, ...rest) => {
    const pause = Math.max(1, Number(time) || 0);
    const timer = { due: now + pause, pause, repeats, run: () => run(...rest), ref: () => timer, unref: () => timer };
    timer.hasRef = () => true;
    timer.refresh = () => { timer.due = now + pause; timers.add(timer); return timer; };
    timers.add(timer);
    return timer;
  };
  const clear = (timer) => timers.delete(timer);
  Object.assign(globalThis, { setTimeout: set(false), setInterval: set(true), clearTimeout: clear, clearInterval: clear });
  parentPort.on("message", (milliseconds) => {
    const end = now + milliseconds;
    for (;;) {
      const [next] = [...timers].filter(({ due }) => due <= end).sort((a, b) => a.due - b.due);
      if (!next) break;
      now = next.due;
      if (next.repeats) next.due += next.pause; else timers.delete(next);
      next.run();
    }
    now = end;
    parentPort.postMessage(timers.size);
  });
  parentPort.unref();
}`;

const read = (file: string) => readFileSync(join(root, file), "utf8");

async function givenFiles({ title, wire }: RunOptions): Promise<Record<string, string>> {
  const scripts = ["client", ...(wire ? ["wire"] : [])].toReversed();
  const tags = scripts.map((name) => `<script type="module" src="/${name}.js"></script>`).join("\n    ");
  const page = read("workshop/page/workshop.html").replaceAll("{{title}}", title).replace("{{scripts}}", tags);
  let style = read("shared-ui/base.css") + read("shared-ui/style.css");
  if (!wire) return { "/": page, "/style.css": style };
  const inspector = await bundle("shared-ui/wire/wire.ts");
  style += read("shared-ui/wire/wire.css");
  return { "/": page, "/style.css": style, "/wire.js": inspector.code, "/wire.js.map": inspector.map };
}
