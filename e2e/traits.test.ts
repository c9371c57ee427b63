// Where the techniques differ, found out without a browser. The answers are in compare/behaviour.ts, and in the README.
import { once } from "node:events";
import http from "node:http";
import http2 from "node:http2";
import https from "node:https";
import type { AddressInfo, Server, Socket } from "node:net";
import type { Writable } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import { Server as SocketIo } from "socket.io";
import { io } from "socket.io-client";
import { afterEach, describe, expect, test, vi } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { behaviour, noticed } from "../compare/behaviour.ts";
import { Tap } from "../compare/tap.ts";
import { Log } from "../shared-chat/log.ts";
import { limits } from "../shared-chat/limits.ts";
import { serverOf, type VariantName } from "../shared-server/variants.ts";
import { oldProxy } from "./proxy.ts";
import { hangUp, join, openSocket, trusting, type Wire, wires } from "./wires.ts";

vi.setConfig({ testTimeout: 15_000 });

const usual = { ...limits };
const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const undo of cleanUp.splice(0).toReversed()) await undo();
  Object.assign(limits, usual);
  vi.restoreAllMocks();
});

const until = (what: () => unknown) => expect.poll(what, { interval: 5, timeout: 10_000 });

/** The port of a server that listens from now on, until the test ends. */
async function listen(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanUp.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** A variant, and a tap before it. */
async function open(wire: Wire, log = new Log()) {
  const closing = new AbortController();
  const tap = await new Tap(0).open();
  const publicOrigin = `${wire.scheme}://127.0.0.1:${tap.port}`;
  const server = await (await serverOf(wire.name))({ log, closing: closing.signal, publicOrigin });
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  cleanUp.push(() => closing.abort());
  const port = (tap.target = await listen(server));
  cleanUp.push(() => tap.close());
  return { log, tap, port, sockets };
}

const hello = JSON.stringify({ user: "Ada", text: "hello" });
const headers = { "content-type": "application/json" };
const post = { method: "POST", path: "/msgs", headers, body: hello };

/** The same post, where it is a frame. */
const frames: Partial<Record<VariantName, { path: string; connect?: string; posted: string }>> = {
  "raw-websockets": { path: "/msgs", posted: `{"event":"msg:post","data":${hello}}` },
  "socket-io": { path: "/socket.io/?EIO=4&transport=websocket", connect: "40", posted: `420["msg:post",${hello}]` },
};

/** Whether a plain GET is answered with news, as soon as they come. */
async function getsNews(scheme: Wire["scheme"], port: number): Promise<boolean> {
  const { get } = scheme === "https" ? https : http;
  const request = get({ host: "127.0.0.1", port, path: "/msgs", ...trusting });
  const [response] = (await once(request, "response")) as [http.IncomingMessage];
  let said = "";
  for await (const chunk of response) if ((said += chunk).includes('"msg":')) return true; // and hangs up
  return false;
}

/** Looks for news behind a proxy. */
const newsReach: Record<VariantName, (port: number) => Promise<string>> = {
  polling: async (port) => ((await getsNews("http", port)) ? "yes" : "no"),
  "http2-push": async (port) => ((await getsNews("http", port)) ? "yes" : "no"),
  "raw-websockets": (port) =>
    openSocket(port, "/msgs").then(
      () => "yes",
      () => "no",
    ),
  async "socket-io"(port) {
    const transports = ["websocket", "polling"];
    const socket = io(`http://127.0.0.1:${port}`, { forceNew: true, transports, tryAllTransports: true });
    cleanUp.push(() => socket.disconnect());
    await new Promise((resolve) => socket.once("msg:get", resolve));
    return socket.io.engine.transport.name === "polling" ? "yes, by long polling" : "yes";
  },
};

/** Says "one", and "two" before "one" is answered. A request takes its time, where there are requests. */
const saysTwo: Record<VariantName, (port: number) => Promise<unknown>> = {
  polling(port) {
    const request = () => http.request({ host: "127.0.0.1", port, method: "POST", path: "/msgs", headers });
    return overtake(request(), request());
  },
  async "http2-push"(port) {
    const session = http2.connect(`https://127.0.0.1:${port}`, trusting);
    cleanUp.push(() => hangUp(session));
    const request = () => session.request({ ":method": "POST", ":path": "/msgs", ...headers });
    await overtake(request(), request());
  },
  "raw-websockets": (port) => saysBoth(wires[2]!, port),
  "socket-io": (port) => saysBoth(wires[3]!, port),
};

const draft = (text: string) => ({ user: "Ada", text });

async function overtake(one: Writable, two: Writable) {
  one.write(" "); // the first byte of a body, and the rest is still to come
  two.end(JSON.stringify(draft("two")));
  await once(two, "response");
  one.end(JSON.stringify(draft("one")));
  await once(one, "response");
}

async function saysBoth(wire: Wire, port: number) {
  const ada = await join(wire, port);
  cleanUp.push(() => ada.leave());
  await Promise.all(["one", "two"].map((text) => ada.post(draft(text))));
}

describe.each(wires.map((wire) => [wire.name, wire] as const))("%s", (name, wire) => {
  test("A page that was unplugged is told no news any more, or goes on being told until TCP gives up", async () => {
    Object.assign(limits, { ping: 150, pong: 100, heartbeat: 25 });
    const ourPings = vi.spyOn(WebSocket.prototype, "ping");
    const { log, tap, sockets } = await open(wire);
    const bob = await join(wire, tap.port);
    cleanUp.push(() => bob.leave());
    await bob.next();
    const [socket] = sockets;
    tap.freeze();

    const written: number[] = []; // how many bytes, at each heartbeat
    log.listen(() => written.push(socket!.bytesWritten), new AbortController().signal);
    await until(() => written.length).toBeGreaterThan(40); // four times as long as a ping and a missing pong take
    const told = limits.heartbeat * written.findLastIndex((bytes, n) => n > 0 && bytes > written[n - 1]!);
    const limit = noticed.byServer(limits)[name];
    expect(told).toBeLessThan(limit + 300);
    const by = ourPings.mock.calls.length > 0 ? "by our pings" : "by its pings";
    const found = told > 35 * limits.heartbeat ? "until TCP gives up" : told > 0 ? by : "not at all";
    expect(behaviour.unpluggedPage.answers[name]).toMatch(new RegExp(`${found}$`));
  });

  test("For somebody who does not read nothing waits in the server, or everything until we cut", async () => {
    Object.assign(limits, { backlog: 64 * 1024, kept: 2_000 });
    const { log, tap } = await open(wire);
    const bob = await join(wire, tap.port);
    cleanUp.push(() => bob.leave());
    await bob.next();
    let found = "";
    void bob.ended.then(() => (found = "all, until our code cuts"));

    tap.freeze();
    const text = "😀".repeat(2_000); // 8 kB: more than the network takes by itself
    for (let n = 0; n < 2_000; n++) {
      void log.add({ user: "Ada", text });
      await turn();
    }
    tap.thaw();
    await until(() => found || bob.heard.at(-1)?.id).toSatisfy((what) => what === found || what === 2_000);
    expect(found || "nothing").toBe(behaviour.slowReader.answers[name]);
  });

  test("What says that a post has arrived is HTTP's, the library's or our own", async () => {
    const { port } = await open(wire);
    const says = async () => {
      const { status } = await wire.knock(port, post);
      if (status === 201) return "a status of HTTP";
      const { path, connect, posted } = frames[name]!;
      const heard: string[] = [];
      const socket = await openSocket(port, path, { hear: (frame) => heard.push(frame) });
      cleanUp.push(() => socket.terminate());
      if (connect) socket.send(connect);
      await until(() => heard.some((update) => update.includes("msg:get"))).toBe(true);
      socket.send(posted);
      const answer = () => heard.find((said) => /^430\[|^\{"event":"msg:ack"/.test(said));
      await until(answer).toBeDefined();
      return answer()!.startsWith("430") ? "an acknowledgement of the library" : "a frame of our own";
    };
    expect(await says()).toBe(behaviour.answer.answers[name]);
  });

  test("Plain requests are enough to read and to post, or are not", async () => {
    const { port } = await open(wire);
    const { status } = await wire.knock(port, post);
    const both = status === 201 && (await getsNews(wire.scheme, port));
    expect(behaviour.curl.answers[name]).toBe(both ? "yes" : "no");
  });

  test("A proxy that knows no Upgrade lets the news pass, or does not", async () => {
    limits.heartbeat = 25;
    const { log, port } = await open(wire);
    const [passing, collecting] = [oldProxy(wire.scheme, port, "pass"), oldProxy(wire.scheme, port, "are collected")];
    const passed = await newsReach[name](await listen(passing));

    let heartbeats = 0;
    log.listen(() => (heartbeats += 1), new AbortController().signal);
    let collected = "no";
    newsReach[name](await listen(collecting)).then(
      (found) => (collected = found),
      () => {},
    );
    await until(() => collected !== "no" || heartbeats > 20).toBe(true);
    collecting.closeAllConnections();
    expect(collected === passed ? passed : `${passed}, if it holds no answer back`).toBe(
      behaviour.oldProxy.answers[name],
    );
  });

  test("Posts that do not wait for each other keep their order on one connection, and else may not", async () => {
    const { log, port } = await open(wire);
    await saysTwo[name](port);
    const said = log.since("").msg.map(({ text }) => text);
    expect(said.toSorted()).toEqual(["one", "two"]);
    expect(said[0] === "one" ? "always" : "not always").toBe(behaviour.order.answers[name]);
  });

  test("Rooms are the library's, or ours to write", async () => {
    const log = new Log();
    const listens = vi.spyOn(log, "listen");
    await open(wire, log);
    const beneath = {
      polling: () => http.createServer(),
      "http2-push": () => http2.createSecureServer(),
      "raw-websockets": () => new WebSocketServer({ noServer: true }),
      "socket-io": () => new SocketIo(),
    }[name]();
    const kept = "to" in beneath ? "the library, in rooms" : "our code";
    expect(behaviour.rooms.answers[name]).toBe(listens.mock.calls.length === 0 ? "there is none" : kept);
  });
});

test("Whoever is in a room of Socket.IO hears what is said there, and nobody else does", async () => {
  const server = http.createServer();
  const sockets = new SocketIo(server);
  cleanUp.push(() => sockets.close());
  sockets.on("connection", (socket) => void socket.join(socket.handshake.auth.room));
  const port = await listen(server);
  const enter = async (room: string) => {
    const socket = io(`http://127.0.0.1:${port}`, { forceNew: true, transports: ["websocket"], auth: { room } });
    cleanUp.push(() => socket.disconnect());
    const heard: string[] = [];
    socket.on("said", (text: string) => heard.push(text));
    await new Promise<void>((resolve) => socket.once("connect", resolve));
    return heard;
  };
  const [ada, bob] = [await enter("kitchen"), await enter("garden")];
  sockets.to("kitchen").emit("said", "tea is ready");
  sockets.emit("said", "good night");
  await until(() => [ada, bob]).toEqual([["tea is ready", "good night"], ["good night"]]);
});
