// What the page asks of Socket.IO, with a fake library. The real one is in e2e/.
import { beforeEach, expect, it, vi } from "vitest";
import { Refusal } from "../shared-chat/refusal.ts";
import type { Technique } from "../shared-ui/chat.ts";
import { timing } from "../shared-ui/timing.ts";

interface Options {
  query: object;
  auth: (send: (parameters: object) => void) => void;
  timeout: number;
  reconnectionDelay: number;
  reconnectionDelayMax: number;
  randomizationFactor?: number;
  reconnection?: boolean;
}

let technique: Technique;
let ended: AbortController;
let sockets: FakeSocket[];
let reports: unknown[];
let cursor: string;

vi.mock("../shared-ui/page.ts", () => ({ openChat: (given: Technique) => (technique = given) }));
vi.mock("socket.io-client", () => ({ io: (options: Options) => new FakeSocket(options) }));

class FakeSocket {
  readonly options: Options;
  readonly timeout = vi.fn(() => this);
  readonly emitWithAck = vi.fn(async (): Promise<object> => ({ message: { id: 1 } }));
  readonly #listeners = new Map<string, (value?: unknown) => void>();
  disconnected = false;

  constructor(options: Options) {
    this.options = options;
    sockets.push(this);
  }

  on(event: string, listener: (value?: unknown) => void) {
    this.#listeners.set(event, listener);
  }

  disconnect() {
    this.disconnected = true;
  }

  happens(event: string, value?: unknown) {
    this.#listeners.get(event)?.(value);
  }
}

beforeEach(async () => {
  [sockets, reports, cursor] = [[], [], "log.7"];
  vi.resetModules();
  await import("./client.ts");
  connect();
});

function connect() {
  ended = new AbortController();
  technique.connect({
    parameters: () => ({ since: cursor, as: "Ada" }),
    query: () => `since=${cursor}`,
    signal: ended.signal,
    received: (update) => reports.push(update),
    interrupted: () => reports.push("interrupted"),
    reconnect: () => reports.push("reconnect"),
  });
}

const draft = { as: "", user: "Ada", text: "hello", draftId: "a draft" };

it("Sends the newest cursor with each connection, and passes each update on", () => {
  const asks = vi.fn();
  sockets[0]!.options.auth(asks);
  cursor = "log.8";
  sockets[0]!.options.auth(asks); // the library connects again
  expect(asks.mock.calls).toMatchObject([[{ since: "log.7" }], [{ since: "log.8" }]]);
  expect(sockets[0]!.options.query).toEqual({ as: "Ada" });
  sockets[0]!.happens("msg:get", { msg: [], cursor: "log.8" });
  expect(reports).toEqual([{ msg: [], cursor: "log.8" }]);
});

it.each(["disconnect", "connect_error"])(
  "Says at each %s that the connection is gone, and leaves it to the library",
  (event) => {
    sockets[0]!.happens(event);
    sockets[0]!.happens(event);
    expect(reports).toEqual(["interrupted", "interrupted"]);
    expect(sockets).toHaveLength(1);
  },
);

it("Has the library back off with jitter, and report each try before the watchdog takes it for dead", () => {
  const {
    timeout,
    reconnectionDelay,
    reconnectionDelayMax,
    randomizationFactor = 0.5,
    reconnection = true,
  } = sockets[0]!.options;
  expect(reconnection).toBe(true);
  expect(reconnectionDelay).toBe(timing.retry);
  expect(reconnectionDelayMax).toBe(timing.retryMost);
  expect(randomizationFactor).toBeGreaterThanOrEqual(0.5);
  expect(timeout + reconnectionDelayMax).toBeLessThan(timing.watchdog);
});

it("Disconnects when the page hangs up", () => {
  const first = ended;
  connect();
  first.abort();
  expect(sockets.map(({ disconnected }) => disconnected)).toEqual([true, false]);
});

it("Posts on the newest socket, with a time-out, and resolves to the message", async () => {
  connect();
  expect(await technique.post(draft)).toEqual({ id: 1 });
  expect(sockets[1]!.timeout).toHaveBeenCalledWith(timing.acknowledgement);
  expect(sockets[1]!.emitWithAck).toHaveBeenCalledWith("msg:post", draft);
  expect(sockets[0]!.emitWithAck).not.toHaveBeenCalled();
});

it("Rejects a refused post with the reason", async () => {
  sockets[0]!.emitWithAck.mockResolvedValue({ error: "The text is bad." });
  await expect(technique.post(draft)).rejects.toMatchObject(new Refusal(422, "The text is bad."));
});

it("Rejects a post that is welcome later with the time to wait", async () => {
  sockets[0]!.emitWithAck.mockResolvedValue({ error: "Slower.", later: 3 });
  await expect(technique.post(draft)).rejects.toMatchObject({ message: "Slower.", after: 3_000 });
});
