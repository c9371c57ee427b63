// A server on a store, as a person starts it: in a process of its own, which is killed.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { freePort } from "../shared-server/loopback.ts";
import { engineKind } from "../stores/store-engines.ts";
import { expect, Person, test } from "./stage.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Starts a variant as `npm run` does, and waits until it prints its address. */
async function starts(...words: string[]): Promise<{ server: ChildProcess; url: string }> {
  const server = spawn(process.execPath, ["shared-server/run.cjs", "shared-server/cli.ts", ...words], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const line of createInterface(server.stdout)) {
    const [url] = /https?:\/\/\S+/.exec(line) ?? [];
    if (url) return { server, url };
  }
  throw new Error(`The server printed no address: ${words.join(" ")}`);
}

const cleanUp: (() => unknown)[] = []; // also when a test fails: what was started last ends first
test.afterEach(async () => {
  for (const end of cleanUp.splice(0).toReversed()) await end();
});

async function isKilled({ server }: { server: ChildProcess }) {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = once(server, "exit");
  server.kill("SIGKILL");
  await ended;
}

test("After kill -9 and a new start the page goes on: nothing is missing, nobody signs in again, and no notice appears", async ({
  variant,
  store,
  timing,
  page,
}) => {
  test.setTimeout(180_000); // a store and two servers start
  const engine = await engineKind(store!).starts();
  cleanUp.push(() => engine.ends());
  const setting = `CHAT_LOG=${engine.address}`;
  const port = `PORT=${await freePort()}`; // still free after the kill
  const first = await starts(variant.name, port, setting);
  cleanUp.push(() => isKilled(first));
  const { retry, retryMost } = timing; // the rest stays: the heartbeats of this server have their usual pace
  await page.addInitScript((value) => Object.assign(globalThis, { pageTiming: value }), { retry, retryMost });
  const ada = new Person("Ada", page, first.url);
  await ada.opens();
  await ada.signsIn();
  await ada.joins("garden");
  await ada.says("before");
  await ada.eventuallyReads(["Ada: before"]);
  await expect(ada.outbox).toHaveCount(0);

  await isKilled(first);
  await ada.says("while it is away");
  await expect(ada.outbox).toHaveCount(1);
  const second = await starts(variant.name, port, setting);
  cleanUp.push(() => isKilled(second));

  await expect(ada.state).toHaveText("connected", { timeout: 30_000 });
  await ada.eventuallyReads(["Ada: before", "Ada: while it is away"]);
  await expect(ada.outbox).toHaveCount(0);
  await expect(ada.signedInAs).toHaveText("Ada");
  await expect(ada.notices).toHaveCount(0);
});
