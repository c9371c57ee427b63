// The cheap clients of the load generator, with the real variants: what they count is what was said.
import { afterEach, expect, test } from "vitest";
import { Log } from "../../shared-chat/log.ts";
import { start } from "../../shared-server/start.ts";
import { type Ear, Hearing } from "../hearing.ts";
import type { Crowd } from "./crowd.ts";
import { crowds } from "./crowds.ts";

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const undo of cleanUp.splice(0).toReversed()) await undo();
});

const until = (what: () => unknown) => expect.poll(what, { interval: 5, timeout: 5_000 });

/** A variant, and a crowd that is connected to it. */
async function open(name: keyof typeof crowds, people: number) {
  const technique = name.split(",")[0] as "polling";
  const log = new Log();
  const running = await start(technique, { port: 0, log });
  cleanUp.push(() => running.stop());
  const crowd: Crowd = crowds[name]({ port: running.port, authority: `127.0.0.1:${running.port}` });
  cleanUp.push(() => crowd.leave());
  const hearing = new Hearing();
  const seen = { connected: 0, lost: 0 };
  crowd.polls?.pace(10);
  for (let n = 0; n < people; n++) {
    const ear: Ear & { connected?: true } = { newest: 0, came: 0 };
    crowd.connect({
      update(text) {
        if (ear.connected) return hearing.hear(ear, text);
        if (!hearing.isNews(text)) return;
        ear.connected = true;
        seen.connected += 1;
      },
      lost: () => (seen.lost += 1),
    });
  }
  await until(() => seen.connected).toBe(people);
  const say = (length = 100) =>
    crowd.post(JSON.stringify({ user: "Ada", text: hearing.next(people, length), draftId: crypto.randomUUID() }));
  return { running, log, crowd, hearing, seen, say };
}

const names = (Object.keys(crowds) as (keyof typeof crowds)[]).filter((name) => !name.endsWith("first"));

test.each(names)("Everybody of %s hears what one says, once, in bursts and with long texts, too", async (name) => {
  const { hearing, say, crowd } = await open(name, 3);
  say();
  await until(() => hearing.awaited).toBe(0);
  for (let n = 0; n < 16; n++) say(2_000);
  await until(() => hearing.awaited).toBe(0);
  expect([hearing.delivered, hearing.duplicates]).toEqual([17 * 3, 0]);
  expect(crowd.bytes()).toBeGreaterThan(16 * 3 * 2_000);
});

test.each(names)("Everybody of %s hears news that are too long for one piece", async (name) => {
  const { hearing, log } = await open(name, 3);
  const drafts = Array.from({ length: 100 }, () => ({ user: "Ada", text: hearing.next(3, 2_000) }));
  await Promise.all(drafts.map((draft) => log.add(draft))); // in one turn of the event loop, so in one piece of news
  await until(() => hearing.awaited).toBe(0);
  expect([hearing.delivered, hearing.duplicates]).toEqual([300, 0]);
});

test.each(names)("Everybody of %s is told when the server ends", async (name) => {
  const { running, seen } = await open(name, 3);
  await running.stop();
  await until(() => seen.lost).toBe(3);
});

test("A hundred streams share a session, and the next one opens another", async () => {
  const { hearing, say, crowd } = await open("http2-push, 100 streams a session", 101);
  const before = crowd.bytes();
  say();
  await until(() => hearing.awaited).toBe(0);
  expect(hearing.delivered).toBe(101);
  expect(crowd.bytes()).toBeGreaterThan(before);
});

test("With the default transports of Socket.IO somebody is there after the upgrade", async () => {
  const { seen } = await open("socket-io, polling first", 2);
  expect(seen.connected).toBe(2);
});

test("All poll at once when they are told to, and not otherwise", async () => {
  const { crowd, log } = await open("polling", 3);
  const polls = crowd.polls!;
  polls.pace(Infinity);
  await polls.all();
  const { answered } = polls;
  await log.add({ user: "Ada", text: "hello" });
  await polls.all();
  expect(polls.answered).toBe(answered + 3);
});
