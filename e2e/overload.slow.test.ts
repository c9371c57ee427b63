// Clients that take the server's memory or its time: they do not read, or hang up at once, or send only what is refused.
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import http2 from "node:http2";
import net from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
import tls from "node:tls";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { Child } from "../bench/child.ts";
import { limits } from "../shared-chat/limits.ts";
import type { commands } from "./overload-server.ts";
import { cleanUp, open } from "./until-the-end.ts";
import { closeCode, join as joinWire, openSocket, type Person, sendRaw, trusting, type Wire, wires } from "./wires.ts";

vi.setConfig({ testTimeout: 90_000 });

// However long it takes on a busy machine, it is not a missing pong that ends a connection here.
beforeEach(() => void (limits.ping = 600_000));

const MiB = 1024 * 1024;
const waiting = { interval: 10, timeout: 30_000 };
const byName = (list: readonly Wire[]) => list.map((wire) => [wire.name, wire] as const);
const answering = wires.filter(({ name }) => name === "raw-websockets" || name === "socket-io");

/** A text of 8,000 bytes, in 4,000 UTF-16 units. */
const longestText = "😀".repeat(2_000);

/** Starts a variant in a process of its own, until the end of the test. */
async function spawn({ name }: Wire, full: boolean, shorter: Partial<typeof limits> = {}) {
  const server = new Child<typeof commands>("../e2e/overload-server.ts");
  cleanUp.push(() => server.stop());
  const { port, oldest } = await server.ask("start", { name, full, shorter });
  const memory = await server.ask("memory");
  return { server, port, oldest, grown: async () => (await server.ask("memory")) - memory };
}

async function join(wire: Wire, port: number, since?: string): Promise<Person> {
  const person = await joinWire(wire, port, { since });
  cleanUp.push(() => person.leave());
  return person;
}

/** A TCP connection that reads nothing. */
async function deaf(port: number, hello: string | Buffer): Promise<net.Socket> {
  const socket = net.connect(port, "127.0.0.1").pause();
  cleanUp.push(() => socket.destroy());
  socket.on("error", () => {}); // the server hangs up
  await once(socket, "connect");
  socket.write(hello);
  return socket;
}

/** An HTTP/2 session that gives each of its streams a window of this size, and never enlarges it (RFC 9113, section 6.9). */
async function session(port: number, initialWindowSize?: number): Promise<http2.ClientHttp2Session> {
  const settings = initialWindowSize === undefined ? {} : { settings: { initialWindowSize } };
  const client = http2.connect(`https://localhost:${port}`, { ...trusting, ...settings });
  cleanUp.push(() => client.destroy());
  client.on("error", () => {});
  await once(client, "remoteSettings");
  return client;
}

const ask = (client: http2.ClientHttp2Session, path: string) => {
  const stream = client.request({ ":path": path });
  return stream.on("error", () => {}).pause();
};

/** A WebSocket handshake, as bytes. */
const handshake = (port: number, path: string) =>
  `GET ${path} HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
  "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";

/** A frame of a client: masked, here with zeros (RFC 6455, section 5.2). The payload has less than 126 bytes. */
const frame = (opcode: number, payload: string) =>
  Buffer.concat([Buffer.from([0x80 | opcode, 0x80 | payload.length, 0, 0, 0, 0]), Buffer.from(payload)]);
const [text, ping] = [1, 9];
const many = (bytes: Buffer) => Buffer.concat(Array.from({ length: 1_000 }, () => bytes));

const socketPath = { "raw-websockets": "/msgs", "socket-io": "/socket.io/?EIO=4&transport=websocket" } as const;
const pathOf = ({ name }: Wire) => socketPath[name as keyof typeof socketPath];

/**
 * Asks for everything since this cursor, on a connection of its own, and does not read the answer. What it returns reads the answer
 * at last, and resolves when the server hangs up.
 */
const doesNotRead: Record<Wire["name"], (port: number, since: string) => Promise<() => Promise<unknown>>> = {
  async polling(port, since) {
    const socket = await deaf(port, `GET /msgs?since=${since} HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`);
    return () => once(socket.resume(), "close");
  },
  async "http2-push"(port, since) {
    const stream = ask(await session(port), `/msgs?since=${since}`);
    return () => once(stream.resume(), "close");
  },
  async "raw-websockets"(port, since) {
    const socket = await deaf(port, handshake(port, `/msgs?since=${since}`));
    return () => once(socket.resume(), "close");
  },
  async "socket-io"(port, since) {
    const socket = await openSocket(port, socketPath["socket-io"]);
    cleanUp.push(() => socket.terminate());
    socket.pause();
    socket.send(`40${JSON.stringify({ since })}`);
    return () => (socket.resume(), closeCode(socket));
  },
};

describe.each(byName(wires))("%s", (name, wire) => {
  it("keeps less than 1 MiB for each client that asks for 8 MB and reads nothing", async () => {
    const { port, oldest, grown } = await spawn(wire, true);
    for (let n = 0; n < 100; n++) await doesNotRead[name](port, oldest);
    const ada = await join(wire, port);
    await ada.says("still here");
    // A moment later: what is being written takes a while to leave.
    await vi.waitFor(async () => expect((await grown()) / MiB).toBeLessThan(100), { timeout: 20_000, interval: 500 });
  });

  it("sends a catch-up of 8 MB in updates of 256 KiB at most, in order and complete", async () => {
    const { log, port } = await open(wire);
    for (let n = 0; n < limits.kept; n++) await log.add({ user: "Ada", text: longestText });
    const ada = await join(wire, port, log.cursorAt(0));
    let received = 0;
    while (received < limits.kept) {
      const { msg, cursor, reset } = await ada.next();
      expect(msg[0]?.id).toBe(received + 1);
      expect(Buffer.byteLength(JSON.stringify(msg))).toBeLessThan(limits.piece + 10 * 1024);
      expect(reset).toBeUndefined();
      received = msg.at(-1)!.id;
      expect(cursor).toBe(log.cursorAt(received));
    }
    await ada.says("and now");
    expect((await ada.receives(1)).map(({ id }) => id)).toEqual([limits.kept + 1]);
  });

  it("hangs up on the reader who has taken longest when too much waits, and takes it back", async () => {
    // One piece that the buffers of the network do not take. Socket.IO sends one while another waits, so there are several.
    const piece = name === "socket-io" ? MiB : 8 * MiB;
    Object.assign(limits, { waiting: 10 * piece, piece, ping: 600_000 });
    const { log, port } = await open(wire);
    for (let n = 0; n < limits.kept; n++) await log.add({ user: "Ada", text: longestText });
    const oldest = log.cursorAt(0);
    const ended = await doesNotRead[name](port, oldest);
    await nextTurn();
    for (let n = 0; n < 15; n++) await doesNotRead[name](port, oldest);
    await ended();
    const bob = await join(wire, port, oldest);
    expect(await bob.receives(limits.kept)).toHaveLength(limits.kept);
  });

  it("closes the connection after an answer that it gives while it stops", async () => {
    limits.grace = 6_000;
    const { port, stop } = await open(wire);
    const over = wire.scheme === "https" ? trusting : undefined;
    const request = `GET /style.css HTTP/1.1\r\nHost: localhost:${port}\r\n`;
    const socket = over ? tls.connect({ host: "127.0.0.1", port, ...over }) : net.connect(port, "127.0.0.1");
    cleanUp.push(() => socket.destroy());
    await once(socket, over ? "secureConnect" : "connect");
    // The server has accepted the connection when it has answered on a later one. It is not idle: it waits for its first request.
    await sendRaw(port, `${request}Connection: close\r\n\r\n`, over);
    const before = performance.now();
    const stopped = stop();
    socket.resume().write(`${request}\r\n`);
    await stopped;
    expect(performance.now() - before).toBeLessThan(limits.grace / 2);
  });

  it("answers others as soon as ever while one client sends only what is refused", async () => {
    const { port } = await spawn(wire, false);
    const ada = await join(wire, port);
    /** The slowest of some posts, in milliseconds. */
    const slowest = async () => {
      let most = 0;
      for (let n = 0; n < 20; n++) {
        const before = performance.now();
        await ada.says(`${n}`);
        most = Math.max(most, performance.now() - before);
        await nextTurn();
      }
      return most;
    };
    await slowest(); // the first ones are slow
    const alone = await slowest();
    const attacker = attack[name](port);
    cleanUp.push(() => attacker.stop());
    await vi.waitUntil(() => attacker.batches > 10, waiting);
    const before = attacker.batches;
    // In the best of ten rounds: a busy machine may disturb some, an attacker disturbs each.
    const enough = 200 + 10 * alone;
    let best = await slowest();
    for (let round = 1; round < 10 && best >= enough; round++) best = Math.min(best, await slowest());
    expect(best).toBeLessThan(enough);
    expect(attacker.batches).toBeGreaterThan(before);
  });
});

/** A client that sends without pause what the server refuses, reads the answers, and comes back when the server hangs up. */
class Attacker {
  /** How many batches it has sent. */
  batches = 0;
  #socket: net.Socket | tls.TLSSocket | undefined;
  readonly #connect: () => net.Socket;
  readonly #hello: Buffer;
  readonly #batch: Buffer;

  constructor(connect: () => net.Socket, hello: Buffer, batch: Buffer) {
    this.#connect = connect;
    this.#hello = hello;
    this.#batch = batch;
    this.#attack();
  }

  #attack() {
    const socket = (this.#socket = this.#connect());
    socket.on("error", () => {}).on("close", () => socket === this.#socket && this.#attack());
    socket.resume().write(this.#hello);
    // A server that closes a WebSocket waits a while for our close frame (opcode 8), and ignores all others: better to come back.
    socket.on("data", (data) => data.includes(0x88) && socket.destroy());
    const send = () => {
      if (socket.destroyed) return;
      this.batches++;
      socket.write(this.#batch, () => setImmediate(send));
    };
    socket.once("data", send);
  }

  stop() {
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.destroy();
  }
}

const post = (port: number) =>
  Buffer.from(
    `POST /msgs HTTP/1.1\r\nHost: localhost:${port}\r\nContent-Type: application/json\r\nContent-Length: 1\r\n\r\n{`,
  );
const dial = (port: number) => () => net.connect(port, "127.0.0.1");
const attack: Record<Wire["name"], (port: number) => Attacker> = {
  polling: (port) => new Attacker(dial(port), post(port), many(post(port))),
  "http2-push": (port) =>
    new Attacker(() => tls.connect({ host: "127.0.0.1", port, ...trusting }), post(port), many(post(port))),
  "raw-websockets": (port) => new Attacker(dial(port), Buffer.from(handshake(port, "/msgs")), many(frame(text, "{"))),
  "socket-io": (port) =>
    new Attacker(
      dial(port),
      Buffer.concat([Buffer.from(handshake(port, socketPath["socket-io"])), frame(text, "40")]),
      many(frame(text, '420["msg:post",{}]')),
    ),
};

describe.each(byName(answering))("%s", (_name, wire) => {
  it("hangs up on a client that posts and does not read the answers", async () => {
    limits.backlog = 64 * 1024;
    const { log, port } = await open(wire);
    const add = vi.spyOn(log, "add");
    const close = vi.spyOn(WebSocket.prototype, "close");
    const bob = await join(wire, port);
    await bob.next();
    bob.pause();
    const draft = { user: "Bob", text: longestText, draftId: randomUUID() };
    const sent = 6_000; // the answers have 48 MB, more than the network buffers
    const outcomes = [];
    for (let n = 0; n < sent; n++) {
      outcomes.push(bob.post(draft));
      if (n % 50 === 0) await nextTurn();
    }
    await vi.waitUntil(() => close.mock.calls.length > 0 || add.mock.calls.length === sent, waiting);
    bob.resume();
    const cut = (await Promise.all(outcomes)).find(({ ended }) => ended !== undefined);
    expect(cut?.ended).toMatch(wire.endWhenCut!);
    expect(log.since("").msg).toHaveLength(1);
    const again = await join(wire, port);
    await again.says("back", "Bob");
  });

  it("hangs up on a client that sends pings and does not read the answers", async () => {
    const { port } = await open(wire);
    const terminate = vi.spyOn(WebSocket.prototype, "terminate");
    const pings = many(frame(ping, "x".repeat(125)));
    const socket = await deaf(port, handshake(port, pathOf(wire)));
    let sent = 0;
    for (; sent < 128 * MiB && terminate.mock.calls.length === 0; sent += pings.length)
      await new Promise((resolve) => socket.write(pings, resolve));
    expect(terminate).toHaveBeenCalledOnce();
  });

  it("hangs up on a client after 50 refusals, and takes it back", async () => {
    limits.refusals = 50;
    const { port } = await open(wire);
    const bob = await join(wire, port);
    await bob.says("hello", "Bob");
    const outcomes = await Promise.all(Array.from({ length: 60 }, () => bob.post({ user: "Bob" })));
    expect(outcomes.filter(({ error }) => error)).toHaveLength(50);
    expect(outcomes.filter(({ ended }) => ended)).toHaveLength(10);
    await (await join(wire, port)).says("back", "Bob");
  });
});

describe.each(byName(wires.filter(({ endWhenCut }) => endWhenCut)))("the backlog of %s", (_name, wire) => {
  it("is counted in bytes, also of characters outside the Basic Multilingual Plane", async () => {
    Object.assign(limits, { backlog: 48 * MiB, kept: 10, ping: 600_000 }); // Bob answers no ping while he is paused
    const { log, port } = await open(wire);
    const bob = await join(wire, port);
    await bob.next();
    bob.pause();
    // 96 MB in UTF-8, and 48 million UTF-16 units: more than the limit only if bytes are counted, though the network buffers some.
    for (let n = 0; n < 12_000; n++) {
      void log.add({ user: "Ada", text: longestText });
      await nextTurn();
    }
    bob.resume();
    expect(await Promise.race([bob.ended, bob.receives(12_000)])).toMatch(wire.endWhenCut!);
  });
});

describe("http2-push", () => {
  it("ends a stream whose first update is under way when it stops", async () => {
    limits.grace = 6_000;
    const { log, port, stop } = await open(wires[1]!);
    const since = vi.spyOn(log, "since");
    const stream = ask(await session(port), "/msgs").resume();
    const ended = once(stream, "end");
    await vi.waitUntil(() => since.mock.calls.length > 0, { interval: 0, timeout: 30_000 });
    const before = performance.now();
    await Promise.all([stop(), ended]);
    expect(performance.now() - before).toBeLessThan(limits.grace / 2);
  });

  const http2Push = wires[1]!;

  it.each([
    ["a window of zero", 0],
    ["the largest window", 2 ** 31 - 1],
  ])("keeps less than 1 MiB for each of 100 streams on one connection with %s", async (_what, window) => {
    const { port, oldest, grown } = await spawn(http2Push, true);
    const bob = await session(port, window);
    for (let n = 0; n < 100; n++) ask(bob, `/msgs?since=${oldest}`);
    await new Promise((resolve) => bob.ping(resolve));
    await (await join(http2Push, port)).says("still here");
    expect((await grown()) / MiB).toBeLessThan(100);
  });

  it("keeps no connection of a client that hangs up as its stream begins", async () => {
    const { server, port } = await spawn(http2Push, false, { idle: 200, heartbeat: 20 });
    const before = await server.ask("connections");
    const hangsUp = async (after: number) => {
      const client = tls.connect({ host: "127.0.0.1", port, ALPNProtocols: ["h2"], ...trusting });
      client.on("error", () => {});
      // On a busy machine the handshake may take longer than the server waits: then it hangs up first.
      await Promise.race([once(client, "secureConnect"), once(client, "close")]).catch(() => {});
      if (client.destroyed) return;
      ask(
        http2.connect("https://localhost", { createConnection: () => client }).on("error", () => {}),
        "/msgs",
      );
      const closed = once(client, "close");
      setTimeout(() => client.destroy(), after);
      await closed;
    };
    for (let n = 0; n < 20; n++) await Promise.all(Array.from({ length: 15 }, (_, m) => hangsUp((m % 8) * 0.8)));
    await expect.poll(() => server.ask("connections"), waiting).toBe(before);
    await (await join(http2Push, port)).says("still here");
  });
});

describe("socket-io", () => {
  it("answers a post that has an acknowledgement and no draft", async () => {
    const { port } = await open(wires[3]!);
    const frames: string[] = [];
    const socket = await openSocket(port, socketPath["socket-io"], { onFrame: (packet) => frames.push(packet) });
    cleanUp.push(() => socket.terminate());
    socket.send("40");
    socket.send('420["msg:post"]');
    await expect
      .poll(() => frames.find((packet) => packet.startsWith("430")), waiting)
      .toMatch(/^430\[{"error":".*\."}\]$/);
  });
});

it("installs one version of ws", () => {
  const { packages } = JSON.parse(readFileSync(new URL("../package-lock.json", import.meta.url), "utf8"));
  const installed = Object.keys(packages).filter((path) => path.endsWith("node_modules/ws"));
  expect(installed).toEqual(["node_modules/ws"]);
});
