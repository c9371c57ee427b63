// The cheap clients of the load generator with the real variants: they count what was posted.
import { afterEach, expect, test } from "vitest";
import { Log } from "../../shared-chat/log.ts";
import { start } from "../../shared-server/start.ts";
import { DeliveryCounter, type Receiver } from "../delivery-counter.ts";
import { fill, nameOf, roomOf, tokenOf } from "../rooms-of-ten.ts";
import { startWithTls } from "../with-tls.ts";
import type { Crowd } from "./crowd.ts";
import { type CrowdName, crowds } from "./crowds.ts";

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const undo of cleanUp.splice(0).toReversed()) await undo();
});

const until = (what: () => unknown) => expect.poll(what, { interval: 5, timeout: 5_000 });

/** Starts a variant, and connects a crowd to it. */
async function open(name: CrowdName, clients: number, tls = false) {
  const variant = name.split(",")[0] as "polling";
  const log = new Log();
  const running = await (tls ? startWithTls(variant, { port: 0, log }) : start(variant, { port: 0, log }));
  cleanUp.push(() => running.stop());
  const crowd: Crowd = crowds[name]({ port: running.port, authority: `127.0.0.1:${running.port}`, tls });
  cleanUp.push(() => crowd.disconnect());
  const deliveries = new DeliveryCounter();
  const seen = { connected: 0, lost: 0 };
  crowd.polls?.pace(10);
  for (let n = 0; n < clients; n++) {
    const receiver: Receiver & { connected?: true } = { newest: 0, received: 0 };
    crowd.connect({
      update(text) {
        if (receiver.connected) return deliveries.receive(receiver, text);
        if (!deliveries.isUpdate(text)) return;
        receiver.connected = true;
        seen.connected += 1;
      },
      lost: () => (seen.lost += 1),
    });
  }
  await until(() => seen.connected).toBe(clients);
  const post = (length = 100) =>
    crowd.post(JSON.stringify({ user: "Ada", text: deliveries.next(clients, length), draftId: crypto.randomUUID() }));
  return { running, log, crowd, deliveries, seen, post };
}

/** All but the one that does not post. Those that can do without TLS are tested with it, too. */
const ways = (Object.keys(crowds) as CrowdName[])
  .filter((name) => !name.endsWith("first"))
  .flatMap((name) => (name.startsWith("http2-push") ? [{ name }] : [{ name }, { name, tls: true }]));
const each = test.for(ways.map((way) => ({ tls: false, ...way })));

each(
  "Each client of $name (with TLS: $tls) receives each message once, also in bursts and with long texts",
  async ({ name, tls }) => {
    const { deliveries, post, crowd } = await open(name, 3, tls);
    post();
    await until(() => deliveries.outstanding).toBe(0);
    for (let n = 0; n < 16; n++) post(2_000);
    await until(() => deliveries.outstanding).toBe(0);
    expect([deliveries.delivered, deliveries.duplicates]).toEqual([17 * 3, 0]);
    expect(crowd.bytes()).toBeGreaterThan(16 * 3 * 2_000);
  },
);

each(
  "Each client of $name (with TLS: $tls) receives an update that is too long for one segment",
  async ({ name, tls }) => {
    const { deliveries, log } = await open(name, 3, tls);
    const drafts = Array.from({ length: 100 }, () => ({ user: "Ada", text: deliveries.next(3, 2_000) }));
    await Promise.all(drafts.map((draft) => log.add(draft))); // in one turn of the event loop, so in one update
    await until(() => deliveries.outstanding).toBe(0);
    expect([deliveries.delivered, deliveries.duplicates]).toEqual([300, 0]);
  },
);

each("Each client of $name (with TLS: $tls) loses its connection when the server stops", async ({ name, tls }) => {
  const { running, seen } = await open(name, 3, tls);
  await running.stop();
  await until(() => seen.lost).toBe(3);
});

test.each(["http2-push", "raw-websockets", "socket-io"] as const)(
  "A client of %s with the token of a session speaks in its room and hears it, and nobody else does",
  async (name) => {
    const log = new Log();
    await fill(log, 2);
    const running = await start(name, { port: 0, log });
    cleanUp.push(() => running.stop());
    const crowd = crowds[name]({ port: running.port, authority: `127.0.0.1:${running.port}`, tls: false });
    cleanUp.push(() => crowd.disconnect());
    const heard: { person: number; text: string }[] = [];
    for (const person of [0, 9, 10])
      // two of the first room, and one of the second
      crowd.connect({ update: (text) => heard.push({ person, text: text.toString() }), lost() {} }, tokenOf(person));
    const people = (words: string) => heard.filter(({ text }) => text.includes(words)).map(({ person }) => person);
    await until(() => people('"you":').toSorted((a, b) => a - b)).toEqual([0, 9, 10]);

    crowd.post(JSON.stringify({ user: "Ada", text: "in the first", room: nameOf(roomOf(9)) }), tokenOf(9));
    await until(() => people('"text":"in the first"').length).toBeGreaterThan(1);
    crowd.post(JSON.stringify({ user: "Ada", text: "in the second", room: nameOf(roomOf(10)) }), tokenOf(10));
    await until(() => people('"text":"in the second"')).toContain(10);
    expect(new Set(people('"text":"in the first"'))).toEqual(new Set([0, 9]));
    expect(new Set(people('"text":"in the second"'))).toEqual(new Set([10]));
    expect(heard.find(({ text }) => text.includes("in the first"))!.text).toContain('"user":"Person 9"');
  },
);

test("100 streams share a session, and the next stream opens another session", async () => {
  const { deliveries, post, crowd } = await open("http2-push, 100 streams per session", 101);
  const before = crowd.bytes();
  post();
  await until(() => deliveries.outstanding).toBe(0);
  expect(deliveries.delivered).toBe(101);
  expect(crowd.bytes()).toBeGreaterThan(before);
});

test("With the default transports of Socket.IO a client is connected after the upgrade", async () => {
  const { seen } = await open("socket-io, polling first", 2);
  expect(seen.connected).toBe(2);
});

test("With an infinite pause each client polls only when all of them are asked to", async () => {
  const { crowd, log } = await open("polling", 3);
  const polls = crowd.polls!;
  polls.pace(Infinity);
  await polls.all();
  const { answered } = polls;
  await log.add({ user: "Ada", text: "hello" });
  await polls.all();
  expect(polls.answered).toBe(answered + 3);
});
