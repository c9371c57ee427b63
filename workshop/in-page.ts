// Runs in the page of a check, before client.ts. It notes what the page asks for and when its timers are due, and it can hold
// requests or let them fail.

/**
 * `held`: requests wait. `headed`: the head of an answer comes, and its body waits. `refused`: nobody listens, so fetch rejects.
 * `broken`: a proxy answers 502 in the place of the server. `captive`: it answers 200 with a page of its own. `failing`: the server
 * answers 500, and the body looks like an answer.
 */
export type Network = "up" | "held" | "headed" | "refused" | "broken" | "failing" | "captive";

/** A request that the page has made with fetch. */
export interface Ask {
  method: string;
  /** The path, with the query. */
  path: string;
  /** When, in milliseconds on the clock of the page. */
  at: number;
  /** Whether it still waits for its answer. */
  open: boolean;
}

const asks: Ask[] = [];
const dues: number[] = []; // when timers are due, also those that were cleared since
let network: Network = "up";
let release: (() => void)[] = [];
let busy = 0; // answers that are on their way, and those that are being read

const inPage = {
  asks,
  /** Whatever asks for a random number gets this one. */
  chance: undefined as number | undefined,
  setNetwork(state: Network) {
    network = state;
    for (const go of release) go();
    release = [];
  },
  setHidden(value: boolean) {
    Object.defineProperty(document, "hidden", { configurable: true, value });
    Object.defineProperty(document, "visibilityState", { configurable: true, value: value ? "hidden" : "visible" });
    document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
  },
  /** Whether `settled` waits for answers. Where the server holds them back (long polling) it must not. */
  waits: true,
  /** How many rounds of at least 2 ms it waits for an answer that does not come. */
  most: 2_500,
  /**
   * Resolves when nothing happens any more unless time passes: all answers are there and have been read. A page that asks without a
   * pause is not waited for. Returns the time, when the next timer is due, up to `end`, and how often the page has asked.
   */
  async settled(end = Infinity): Promise<{ now: number; due: number; asked: number }> {
    const storm = asks.length + 20;
    for (let rounds = 0, quiet = 0; rounds < inPage.most && quiet < 3 && asks.length < storm; rounds++) {
      await nextTask();
      quiet = inPage.waits && busy > 0 ? 0 : quiet + 1;
    }
    const now = Date.now();
    const next = dues.reduce((first, due) => (due > now && due < first ? due : first), end);
    return { now, due: next, asked: asks.length };
  },
};
(globalThis as { inPage?: object }).inPage = inPage;
export type InPage = typeof inPage;

const { realSetTimeout } = globalThis as unknown as { realSetTimeout: typeof globalThis.setTimeout };
const nextTask = () => new Promise((resolve) => realSetTimeout(resolve, busy > 0 ? 2 : 0));

const { fetch, setTimeout, setInterval } = globalThis;
const random = Math.random.bind(Math);
Math.random = () => inPage.chance ?? random();

globalThis.fetch = async (input, init) => {
  const { method, url } = new Request(input, init);
  const { pathname, search } = new URL(url);
  const ask = { method, path: pathname + search, at: Date.now(), open: true };
  asks.push(ask);
  const { signal } = init ?? {};
  try {
    if (network === "held")
      await new Promise<void>((resolve, reject) => {
        release.push(resolve);
        signal?.addEventListener("abort", () => reject(signal.reason as Error));
      });
    if (network !== "up" && network !== "headed") await counted(nextTask); // as from a real network, no answer comes at once: a page without a pause still answers the check
    if (network === "refused") throw new TypeError("Failed to fetch");
    if (network === "broken") return new Response("<h1>502 Bad Gateway</h1>", { status: 502 });
    if (network === "captive") return new Response("<h1>Please sign in</h1>");
    if (network === "failing") return Response.json({ msg: [] }, { status: 500 });
    return await counted(() => fetch(input, init));
  } finally {
    ask.open = false;
  }
};

for (const name of ["json", "text"] as const) {
  const read = Response.prototype[name];
  Response.prototype[name] = async function (this: Response) {
    if (network === "headed") await new Promise<void>((resolve) => release.push(resolve));
    return counted(() => read.call(this));
  };
}

async function counted<T>(work: () => Promise<T>): Promise<T> {
  busy++;
  try {
    return await work();
  } finally {
    busy--;
  }
}

globalThis.setTimeout = ((run: () => void, time = 0, ...rest: []) => {
  dues.push(Date.now() + Math.max(1, time));
  return setTimeout(run, time, ...rest);
}) as typeof globalThis.setTimeout;

globalThis.setInterval = ((run: () => void, time = 0, ...rest: []) => {
  dues.push(Date.now() + Math.max(1, time));
  return setInterval(
    () => {
      dues.push(Date.now() + Math.max(1, time));
      run();
    },
    time,
    ...rest,
  );
}) as typeof globalThis.setInterval;
