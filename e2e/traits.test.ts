// How the techniques differ, observed without a browser. The questions and answers are in compare/behaviour.ts.
import { once } from "node:events";
import http from "node:http";
import http2, { type ServerHttp2Session } from "node:http2";
import https from "node:https";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import type { Writable } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import { Server as SocketIo } from "socket.io";
import { io } from "socket.io-client";
import { afterEach, describe, expect, type MockInstance, test, vi } from "vitest";
import { WebSocket } from "ws";
import { behaviour, detectionTime } from "../compare/behaviour.ts";
import { Tap } from "../compare/tap.ts";
import { Log } from "../shared-chat/log.ts";
import { limits } from "../shared-chat/limits.ts";
import { chatOf } from "../shared-server/chat-server.ts";
import { start } from "../shared-server/start.ts";
import { serverOf, type VariantName } from "../shared-server/variants.ts";
import { broadcastServer } from "./bare.ts";
import { reverseProxy, roundRobin, transparent } from "./proxy.ts";
import { hangUp, join, openSocket, signIn, trusting, type Wire, wires } from "./wires.ts";

limits.posts.points = 1e9; // a test posts faster than a person
const usual = { ...limits };
const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const undo of cleanUp.splice(0).toReversed()) await undo();
  Object.assign(limits, usual);
  vi.restoreAllMocks();
});

const until = (value: () => unknown) => expect.poll(value, { interval: 5, timeout: 10_000 });

/** Lets a server listen until the test ends. Returns its port. */
async function listen(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanUp.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** Starts a variant with a tap in front of it. */
async function open(wire: Wire, log = new Log()) {
  const closing = new AbortController();
  const tap = await new Tap(0).open();
  const publicOrigin = `${wire.scheme}://127.0.0.1:${tap.port}`;
  const server = await (await serverOf(wire.name))(chatOf({ log, closing: closing.signal, publicOrigin }));
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  const sessionPings: MockInstance[] = [];
  server.on("session", (session: ServerHttp2Session) => sessionPings.push(vi.spyOn(session, "ping")));
  cleanUp.push(() => closing.abort());
  const port = (tap.target = await listen(server));
  cleanUp.push(() => tap.close());
  return { log, tap, port, sockets, sessionPings };
}

const hello = JSON.stringify({ user: "Ada", text: "hello" });
const headers = { "content-type": "application/json" };
const post = { method: "POST", path: "/msgs", headers, body: hello };

/** The same post as a frame. */
const frames: Partial<Record<VariantName, { path: string; connect?: string; posted: string }>> = {
  "raw-websockets": { path: "/msgs", posted: `{"event":"msg:post","data":${hello}}` },
  "socket-io": { path: "/socket.io/?EIO=4&transport=websocket", connect: "40", posted: `420["msg:post",${hello}]` },
};

/** Whether a plain GET brings an update as soon as there is one. */
async function getsUpdate(scheme: Wire["scheme"], port: number, path = "/msgs"): Promise<boolean> {
  const { get } = scheme === "https" ? https : http;
  const [response] = (await once(get({ host: "127.0.0.1", port, path, ...trusting }), "response")) as [
    http.IncomingMessage,
  ];
  let text = "";
  for await (const chunk of response) if ((text += chunk).includes('"msg":')) return true; // and closes the connection
  return false;
}

/** Whether and how updates arrive through a proxy at this port. `host` is what a client behind it asks for: the server. */
const updatesArrive: Record<VariantName, (port: number, host: string) => Promise<string>> = {
  polling: async (port) => ((await getsUpdate("http", port)) ? "yes" : "no"),
  "http2-push": async (port) => ((await getsUpdate("http", port)) ? "yes" : "no"),
  "raw-websockets": (port, host) =>
    openSocket(port, "/msgs", { headers: { Host: host } }).then(
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

/** Whether a client of Socket.IO that may only use long polling gets an update. */
async function longPolls(port: number): Promise<boolean> {
  const options = { transports: ["polling"], forceNew: true, reconnection: false };
  const socket = io(`http://127.0.0.1:${port}`, options);
  cleanUp.push(() => socket.disconnect());
  return new Promise((resolve) => {
    socket.on("msg:get", () => resolve(true));
    socket.on("connect_error", () => resolve(false));
    socket.on("disconnect", () => resolve(false));
  });
}

/** Posts "one", and then "two" before "one" is answered. Over HTTP the body of the first request is slow. */
const postTwo: Record<VariantName, (port: number) => Promise<unknown>> = {
  polling(port) {
    const request = () =>
      http.request({ host: "127.0.0.1", port, method: "POST", path: "/msgs", headers, agent: false });
    return overtake(request(), request());
  },
  async "http2-push"(port) {
    const session = http2.connect(`https://127.0.0.1:${port}`, trusting);
    cleanUp.push(() => hangUp(session));
    const request = () => session.request({ ":method": "POST", ":path": "/msgs", ...headers });
    await overtake(request(), request());
  },
  "raw-websockets": (port) => postBoth(wires[2]!, port),
  "socket-io": (port) => postBoth(wires[3]!, port),
};

/** What a client is told when the server ends its connection in order. A connection that is cut looks different. */
const endings: Record<string, string> = {
  "end of stream": "the end of the stream",
  1012: "a close frame, 1012",
  "transport close": "the library's transport is closed", // after "io server disconnect" it would not come back by itself
};

const draft = (text: string) => ({ user: "Ada", text });

async function overtake(one: Writable, two: Writable) {
  one.write(" "); // the first byte of the body; the rest follows later
  two.end(JSON.stringify(draft("two")));
  await once(two, "response");
  one.end(JSON.stringify(draft("one")));
  await once(one, "response");
}

async function postBoth(wire: Wire, port: number) {
  const ada = await join(wire, port);
  cleanUp.push(() => ada.leave());
  await Promise.all(["one", "two"].map((text) => ada.post(draft(text))));
}

describe.each(wires.map((wire) => [wire.name, wire] as const))("%s", (name, wire) => {
  test("The server sends nothing to an unplugged client, or stops when a ping fails, or goes on until TCP gives up", async () => {
    Object.assign(limits, { ping: 150, pong: 100, heartbeat: 25 });
    const ourPings = vi.spyOn(WebSocket.prototype, "ping");
    const { log, tap, sockets, sessionPings } = await open(wire);
    const bob = await join(wire, tap.port);
    cleanUp.push(() => bob.leave());
    await bob.next();
    const [socket] = sockets;
    tap.freeze();

    const written: number[] = []; // how many bytes, at each heartbeat
    log.listen(() => written.push(socket!.bytesWritten), new AbortController().signal);
    await until(() => written.length).toBeGreaterThan(40); // four times as long as a ping and a missing pong take
    const sentFor = limits.heartbeat * written.findLastIndex((bytes, n) => n > 0 && bytes > written[n - 1]!);
    const limit = detectionTime.byServer(limits)[name];
    expect(sentFor).toBeLessThan(limit + 300);
    const calls = [ourPings, ...sessionPings].flatMap(({ mock }) => mock.calls as unknown[]);
    const ping = calls.length > 0 ? "until our ping fails" : "until the library's ping fails";
    const observed = sentFor > 35 * limits.heartbeat ? "until TCP gives up" : sentFor > 0 ? ping : "not at all";
    expect(behaviour.unpluggedPage.answers[name]).toMatch(new RegExp(`${observed}$`));
  });

  test("If a client stops reading, nothing piles up on the server, or everything until our code hangs up", async () => {
    const [messages, kept] = [2_000, 20];

    /** How many messages Bob receives who did not read while they were sent. Undefined when the server has hung up. */
    const receives = async (backlog: number) => {
      Object.assign(limits, { backlog, kept });
      const { log, tap } = await open(wire);
      const bob = await join(wire, tap.port);
      cleanUp.push(() => bob.leave());
      await bob.next();
      let hungUp = false;
      void bob.ended.then(() => (hungUp = true));

      tap.freeze();
      const text = "😀".repeat(2_000); // 8 kB, and 16 MB in all: more than the buffers of the network take
      for (let n = 0; n < messages; n++) {
        void log.add({ user: "Ada", text });
        await turn();
      }
      tap.thaw();
      await until(() => hungUp || bob.received.at(-1)?.id === messages).toBe(true);
      return hungUp ? undefined : bob.received.length;
    };

    // The log keeps 20 messages. Bob can receive the others only if they waited for him on the server.
    const received = await receives(Infinity);
    const piledUp = received === messages ? "everything" : (received ?? messages) <= 2 * kept ? "nothing" : "something";
    const limited = await receives(64 * 1024);
    const observed = limited === undefined ? `${piledUp}, until our code hangs up` : piledUp;
    expect(observed).toBe(behaviour.slowConsumer.answers[name]);
  });

  test("A post is acknowledged by an HTTP status, by the library, or by a frame that we define", async () => {
    const { port } = await open(wire);
    const acknowledgement = async () => {
      const { status } = await wire.request(port, post);
      if (status === 201) return "an HTTP status";
      const { path, connect, posted } = frames[name]!;
      const received: string[] = [];
      const socket = await openSocket(port, path, { onFrame: (frame) => received.push(frame) });
      cleanUp.push(() => socket.terminate());
      if (connect) socket.send(connect);
      await until(() => received.some((frame) => frame.includes("msg:get"))).toBe(true);
      socket.send(posted);
      const answer = () => received.find((frame) => /^430\[|^\{"event":"msg:ack"/.test(frame));
      await until(answer).toBeDefined();
      return answer()!.startsWith("430") ? "the library's acknowledgement" : "a frame that we define";
    };
    expect(await acknowledgement()).toBe(behaviour.acknowledgement.answers[name]);
  });

  test("One plain HTTP request is enough to read and one to post, or it is not", async () => {
    const { log, port } = await open(wire);
    await log.add(draft("before"));
    const path = name === "socket-io" ? "/socket.io/?EIO=4&transport=polling" : "/msgs";
    const { status } = await wire.request(port, { ...post, path });
    const posted = status === 201 && log.since("").msg.length === 2;
    const both = posted && (await getsUpdate(wire.scheme, port, path));
    expect(both ? "yes" : "no").toBe(behaviour.curl.answers[name]);
  });

  test("Updates pass a proxy that reads HTTP and does not support Upgrade, or they do not", async () => {
    limits.heartbeat = 25;
    const { log, port } = await open(wire);
    const host = `127.0.0.1:${port}`;
    const streaming = reverseProxy(wire.scheme, port, "streamed");
    const arrived = await updatesArrive[name](await listen(streaming), host);
    const inTheMiddle = createServer(transparent(streaming, port));
    expect(await updatesArrive[name](await listen(inTheMiddle), host)).toBe(arrived);

    let heartbeats = 0;
    log.listen(() => (heartbeats += 1), new AbortController().signal);
    let arrivedBuffered = "no";
    const buffering = reverseProxy(wire.scheme, port, "buffered");
    updatesArrive[name](await listen(buffering), host).then(
      (observed) => (arrivedBuffered = observed),
      () => {},
    );
    await until(() => arrivedBuffered !== "no" || heartbeats > 20).toBe(true);
    buffering.closeAllConnections();
    const observed = arrivedBuffered === arrived ? arrived : `${arrived}, unless it buffers responses`;
    expect(observed).toBe(behaviour.proxy.answers[name]);
  });

  test("Behind a balancer, several servers on one log need no sticky sessions, or only for long polling", async () => {
    const ports: number[] = [];
    const port = await listen(createServer(roundRobin(ports)));
    const log = new Log();
    for (const _ of ["one server", "another"]) {
      const running = await start(name, { port: 0, log, publicOrigin: `${wire.scheme}://127.0.0.1:${port}` });
      cleanUp.push(() => running.stop());
      ports.push(running.port);
    }
    const everybody = [1, 2, 3, 4, 5, 6];
    const readers = await Promise.all(everybody.map(() => join(wire, port)));
    for (const reader of readers) cleanUp.push(() => reader.leave());
    for (const reader of readers) await reader.says("hello");
    for (const reader of readers) expect(await reader.receives(everybody.length)).toHaveLength(everybody.length);

    const longPolling = await Promise.all(everybody.map(async () => name !== "socket-io" || longPolls(port)));
    expect(longPolling.every(Boolean) ? "no" : "only for its long polling").toBe(behaviour.sticky.answers[name]);
  });

  test("Two posts that do not wait for each other arrive in order, or the second may overtake the first", async () => {
    const { log, port } = await open(wire);
    await postTwo[name](port);
    const texts = log.since("").msg.map(({ text }) => text);
    expect(texts.toSorted()).toEqual(["one", "two"]);
    expect(texts[0] === "one" ? "always" : "not always").toBe(behaviour.order.answers[name]);
  });

  test("The library, our code or nobody maintains a list of listeners for each topic", async () => {
    const server = await broadcastServer[name]();
    const ada = await server.connect("/listener");
    const bob = await server.connect("/other");
    server.toItsList("its list");
    server.toOurList("our list");
    server.close();
    const [toAda, toBob] = await Promise.all([ada.received, bob.received]);
    /** A list of who hears this reaches Ada and not Bob. */
    const isKept = (list: string) => toAda.includes(list) && !toBob.includes(list);
    const observed = isKept("its list")
      ? "the library, in rooms"
      : isKept("our list")
        ? "our code"
        : "there is no list";
    expect(observed).toBe(behaviour.whoHears.answers[name]);
  });

  test("When a reader may hear something else, the server ends the open connection, or the next poll asks again", async () => {
    const { port } = await open(wire);
    const account = await signIn(wire, port, "Ada");
    const ada = await account.connects();
    cleanUp.push(() => ada.leave());
    await ada.next();
    await account.joins("garden");

    /** Reads on until an update has the garden. Fails when the connection ends before. */
    const findsGarden = async () => {
      let { rooms = [] } = await ada.next();
      while (!rooms.some((room) => "room" in room && room.room === "garden")) ({ rooms = [] } = await ada.next());
    };
    const observed = await findsGarden().then(
      () => "nothing has to, the next poll asks again",
      async () => endings[await ada.ended],
    );
    expect(observed).toBe(behaviour.rightEnds.answers[name]);
  });
});

test("A message to a room of Socket.IO reaches the sockets in that room and no others", async () => {
  const server = http.createServer();
  const sockets = new SocketIo(server);
  cleanUp.push(() => sockets.close());
  sockets.on("connection", (socket) => void socket.join(socket.handshake.auth.room));
  const port = await listen(server);
  const enter = async (room: string) => {
    const socket = io(`http://127.0.0.1:${port}`, { forceNew: true, transports: ["websocket"], auth: { room } });
    cleanUp.push(() => socket.disconnect());
    const received: string[] = [];
    socket.on("text", (text: string) => received.push(text));
    await new Promise<void>((resolve) => socket.once("connect", resolve));
    return received;
  };
  const [ada, bob] = [await enter("kitchen"), await enter("garden")];
  sockets.to("kitchen").emit("text", "tea is ready");
  sockets.emit("text", "good night");
  await until(() => [ada, bob]).toEqual([["tea is ready", "good night"], ["good night"]]);
});
