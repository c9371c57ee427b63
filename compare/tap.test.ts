import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { connect as connectTls, createServer as createTlsServer } from "node:tls";
import { afterEach, beforeEach, expect, test } from "vitest";
import { hasIPv6, loopbacks } from "../e2e/loopbacks.ts";
import { certificate } from "../http2-push/certificate.ts";
import { freePort } from "../shared-server/loopback.ts";
import { Tap } from "./tap.ts";

let server: Server;
let tap: Tap;
let accepted: Socket[]; // the server's end of each connection
let clients: Socket[];

beforeEach(async () => {
  accepted = [];
  clients = [];
  server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    socket.on("error", () => {});
    accepted.push(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  tap = await new Tap((server.address() as AddressInfo).port).open();
});

afterEach(async () => {
  for (const socket of [...clients, ...accepted]) socket.destroy();
  await tap.close();
  server.close();
});

function dial(port = tap.port, host = "127.0.0.1"): Socket {
  const client = connect({ port, host, allowHalfOpen: true, noDelay: true });
  client.on("error", () => {});
  clients.push(client);
  return client;
}

/** Both ends of a new connection through the tap. */
async function pair(): Promise<[client: Socket, served: Socket]> {
  const accept = once(server, "connection") as Promise<[Socket]>;
  const client = dial();
  const [served] = await accept;
  return [client, served];
}

/** What this socket has received so far. */
function record(socket: Socket) {
  const received = { text: "", bytes: 0, ended: false, closed: false, reset: false };
  socket.on("data", (chunk: Buffer) => {
    received.bytes += chunk.length;
    received.text += chunk.toString("latin1");
  });
  socket.on("end", () => (received.ended = true));
  socket.on("error", (error: NodeJS.ErrnoException) => (received.reset = error.code === "ECONNRESET"));
  socket.on("close", () => (received.closed = true));
  return received;
}

const until = (value: () => unknown) => expect.poll(value, { interval: 2, timeout: 5_000 });

/** Long enough for everything that the tap does not hold back: over loopback a message takes less than a millisecond. */
const pause = () => new Promise((resolve) => setTimeout(resolve, 60));

test("The tap forwards all bytes in both directions and counts each one", async () => {
  const [client, served] = await pair();
  const [up, down] = [randomBytes(300_000), randomBytes(700_001)];
  const [atServer, atClient] = [record(served), record(client)];
  client.write(up);
  served.write(down);
  await until(() => [atServer.bytes, atClient.bytes]).toEqual([up.length, down.length]);
  expect(atServer.text).toBe(up.toString("latin1"));
  expect(atClient.text).toBe(down.toString("latin1"));
  expect(tap.up.bytes).toBe(up.length);
  expect(tap.down.bytes).toBe(down.length);
  expect(tap.up.segments).toBeGreaterThan(1);

  const { segments } = tap.up;
  client.write("one more");
  await until(() => atServer.bytes).toBe(up.length + 8);
  expect(tap.up).toEqual({ bytes: up.length + 8, segments: segments + 1 });
});

test("The tap counts the connections on which a client has said something, and how many of them are open", async () => {
  const [first] = await pair();
  const [second] = await pair();
  await pair(); // as a browser opens it, just in case
  first.write("hello");
  second.write("hello");
  await until(() => [tap.opened, tap.connections]).toEqual([2, 2]);
  second.write("again");
  await until(() => tap.up.bytes).toBe(15);
  expect([tap.opened, tap.connections]).toEqual([2, 2]);
  first.resetAndDestroy();
  await until(() => [tap.opened, tap.connections]).toEqual([2, 1]);
});

test("During a freeze nothing passes and nothing closes; after it everything arrives in order", async () => {
  const [client, served] = await pair();
  const [atServer, atClient] = [record(served), record(client)];
  tap.freeze();
  for (let i = 0; i < 500; i++) client.write(`up ${i};`);
  served.write("down;");
  served.end();
  const late = record(dial()); // the operating system accepts, and no answer comes
  clients[1]!.write("hello?");
  await pause();
  for (const received of [atServer, atClient, late])
    expect(received).toEqual({ text: "", bytes: 0, ended: false, closed: false, reset: false });
  expect(accepted).toHaveLength(1);

  tap.thaw();
  await until(() => atServer.text).toBe(Array.from({ length: 500 }, (_, i) => `up ${i};`).join(""));
  await until(() => [atClient.text, atClient.ended]).toEqual(["down;", true]);
  await until(() => accepted.length).toBe(2);
  expect(tap.up.bytes).toBe(atServer.bytes + "hello?".length);
});

test("During a freeze neither end learns that the other one is gone", async () => {
  const [client, served] = await pair();
  const atServer = record(served);
  tap.freeze();
  client.resetAndDestroy();
  await pause();
  expect(atServer.closed).toBe(false);
  tap.thaw();
  await until(() => atServer.reset).toBe(true);
});

test("A freeze right after a thaw holds the bytes that have not passed yet", async () => {
  const [client, served] = await pair();
  const atServer = record(served);
  tap.delay = 5; // so that the bytes wait inside the tap and not in front of it
  client.write("held");
  await until(() => tap.up.bytes).toBe(4);
  tap.freeze();
  await pause();
  tap.thaw();
  tap.freeze();
  await pause();
  expect(atServer.text).toBe("");
  tap.thaw();
  await until(() => atServer.text).toBe("held");
});

test("A cut in the middle of a message resets both ends; the bytes before it stay delivered", async () => {
  const [client, served] = await pair();
  const [atServer, atClient] = [record(served), record(client)];
  client.write("the first half of a mess");
  await until(() => atServer.text).toBe("the first half of a mess");
  tap.cut();
  await until(() => [atServer.reset, atClient.reset]).toEqual([true, true]);
  await until(() => tap.connections).toBe(0);
  expect([atServer.ended, atClient.ended]).toEqual([false, false]);

  const [again] = await pair(); // the tap still works
  expect(again.destroyed).toBe(false);
});

test("A delay applies to each chunk separately and keeps the order", async () => {
  const [client, served] = await pair();
  const atServer = record(served);
  tap.delay = 400;
  const begun = performance.now();
  for (let i = 0; i < 40; i++) {
    client.write(`${i};`);
    await until(() => tap.up.segments).toBe(i + 1); // so that each write is a separate chunk
  }
  await until(() => atServer.text).toBe(Array.from({ length: 40 }, (_, i) => `${i};`).join(""));
  const took = performance.now() - begun;
  expect(took).toBeGreaterThanOrEqual(399);
  expect(took).toBeLessThan(4_000); // if each chunk waited for the one before it, this would take 16 seconds

  const sent = performance.now();
  client.resetAndDestroy(); // a reset is delayed, too
  await until(() => atServer.reset).toBe(true);
  expect(performance.now() - sent).toBeGreaterThanOrEqual(399);
});

test("A delay does not limit how many bytes are in flight", async () => {
  const [client, served] = await pair();
  const atServer = record(served);
  tap.delay = 200;
  const begun = performance.now();
  client.write(Buffer.alloc(2_000_000));
  await until(() => atServer.bytes).toBe(2_000_000);
  expect(performance.now() - begun).toBeLessThan(3_000); // with 64 KiB at a time it would take 30 delays
});

test("A throttle limits the bytes per second and spreads them evenly", async () => {
  const [client, served] = await pair();
  const atServer = record(served);
  let [last, longest] = [performance.now(), 0];
  served.on("data", () => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  });
  tap.throttle = 100_000;
  const begun = performance.now();
  client.write(Buffer.alloc(50_000));
  await until(() => atServer.bytes).toBe(50_000);
  const took = performance.now() - begun;
  expect(took).toBeGreaterThan(450);
  expect(took).toBeLessThan(2_000);
  expect(longest).toBeLessThan(400);
});

test("While the tap refuses, new connections get ECONNREFUSED and open connections stay", async () => {
  const [client, served] = await pair();
  const atServer = record(served);
  tap.refuse();
  tap.refuse();
  const [error] = (await once(dial(), "error")) as [NodeJS.ErrnoException];
  expect(error.code).toBe("ECONNREFUSED");
  client.write("still here");
  await until(() => atServer.text).toBe("still here");

  const { port } = tap;
  await tap.accept();
  await tap.accept();
  expect(tap.port).toBe(port);
  expect(port).toBeLessThan(32_768); // meanwhile the system could give a higher one to an outgoing connection
  const [second] = await pair();
  expect(second.destroyed).toBe(false);
});

test.runIf(hasIPv6)("Clients reach the tap at both loopback addresses, and a refusal closes both", async () => {
  const [client, served] = await pair();
  const accept = once(server, "connection") as Promise<[Socket]>;
  const other = dial(tap.port, "::1");
  const [otherServed] = await accept;
  for (const [from, to] of [
    [client, served],
    [other, otherServed],
  ] as const) {
    const received = record(to);
    from.end("hello"); // and neither address closes the half that is still open
    await until(() => [received.text, received.ended]).toEqual(["hello", true]);
    const answer = record(from);
    to.end("hi");
    await until(() => [answer.text, answer.ended]).toEqual(["hi", true]);
  }

  tap.refuse();
  for (const host of loopbacks) {
    const [error] = (await once(dial(tap.port, host), "error")) as [NodeJS.ErrnoException];
    expect(error.code, host).toBe("ECONNREFUSED");
  }
  await tap.accept();
  for (const host of loopbacks) await once(dial(tap.port, host), "connect");
});

test("Without a server at the target a client is reset; when the target changes, the tap connects to the new one", async () => {
  tap.target = await freePort();
  const lost = record(dial());
  await until(() => lost.closed).toBe(true);
  tap.target = (server.address() as AddressInfo).port;
  const [client, served] = await pair();
  const atServer = record(served);
  client.write("found");
  await until(() => atServer.text).toBe("found");
});

test("Backpressure of a slow reader reaches the sender", async () => {
  const [client, served] = await pair();
  served.pause();
  const block = Buffer.alloc(1024 * 1024);
  let [sent, stuck] = [0, false];
  while (!stuck && sent < 100) {
    sent += 1;
    if (client.write(block)) continue;
    stuck = !(await Promise.race([once(client, "drain"), pause().then(() => false)]));
  }
  expect(stuck).toBe(true);
  expect(client.writableLength).toBeGreaterThan(0);

  const atServer = record(served);
  served.resume();
  await until(() => atServer.bytes).toBe(sent * block.length); // nothing was lost
});

test("One end may stop sending and go on reading", async () => {
  const [client, served] = await pair();
  const [atServer, atClient] = [record(served), record(client)];
  client.end("a question");
  await until(() => [atServer.text, atServer.ended]).toEqual(["a question", true]);
  expect(atClient.ended).toBe(false);
  served.end("an answer");
  await until(() => [atClient.text, atClient.ended]).toEqual(["an answer", true]);
  await until(() => tap.connections).toBe(0);
});

test("TLS passes unchanged", async () => {
  const { key, cert } = await certificate();
  const secure = createTlsServer({ key, cert }, (socket) => socket.on("error", () => {}).end("secret"));
  secure.listen(0, "127.0.0.1");
  await once(secure, "listening");
  tap.target = (secure.address() as AddressInfo).port;
  const client = connectTls({ port: tap.port, host: "127.0.0.1", servername: "localhost", ca: cert });
  const [data] = (await once(client, "data")) as [Buffer];
  expect(data.toString()).toBe("secret");
  client.on("error", () => {}).destroy();
  secure.close();
});

const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length / 2]!;

test("Without an outage the tap adds less than a millisecond of latency", async () => {
  server.on("connection", (socket: Socket) => socket.on("data", (chunk) => socket.write(chunk)));
  const [through, direct] = [dial(), dial((server.address() as AddressInfo).port)];
  const times = { through: [] as number[], direct: [] as number[] };
  for (let i = 0; i < 300; i++)
    for (const [name, socket] of [["through", through] as const, ["direct", direct] as const]) {
      const begun = performance.now();
      socket.write("ping");
      await once(socket, "data");
      times[name].push(performance.now() - begun);
    }
  expect(median(times.through) - median(times.direct)).toBeLessThan(1);
});

test("After close there is no open connection and no open port, even during a freeze or with a throttle", async () => {
  const [client, served] = await pair();
  const [atServer, atClient] = [record(served), record(client)];
  tap.throttle = 1;
  client.write(Buffer.alloc(100_000));
  await until(() => tap.up.bytes).toBeGreaterThan(0);
  tap.freeze();
  const dialled = dial();
  const late = record(dialled);
  await once(dialled, "connect");
  await tap.close();
  expect(tap.connections).toBe(0);
  await until(() => [atServer.closed, atClient.closed, late.closed]).toEqual([true, true, true]);
  const [error] = (await once(dial(), "error")) as [NodeJS.ErrnoException];
  expect(error.code).toBe("ECONNREFUSED");
});
