// The same page, whatever draws it. One conversation is played on two pages at once, and after each scene both have the same
// elements, attributes and texts.
import { setImmediate } from "node:timers/promises";
import type { Page, Route } from "playwright/test";
import { Log } from "../shared-chat/log.ts";
import { build } from "../shared-server/bundle.ts";
import { chatOf } from "../shared-server/chat-server.ts";
import { listen } from "../shared-server/start.ts";
import { clientOf, serverOf, type Variant } from "../shared-server/variants.ts";
import { installedViews } from "../shared-server/views.ts";
import { expect, pageTiming, Person, Stage, test } from "./stage.ts";

/** The page as text: a line for each element and each text. What is random, or a time, is left out. */
function outline(page: Page): Promise<string> {
  return page.evaluate(() => {
    const lines: string[] = [];
    const add = (node: Node, indent: string) => {
      const text = node.textContent?.replaceAll(/\s+/g, " ").trim();
      if (node instanceof Text && text) lines.push(indent + text);
      if (!(node instanceof Element) || node.matches("head, script, noscript, template")) return;
      const isField = node.matches("input, textarea");
      const attributes = Array.from(node.attributes)
        .filter(({ name }) => !(name === "data-draft-id" || (node.matches("time") && name !== "class")))
        .filter(({ name }) => !(isField && name === "value")) // the property counts
        .filter(({ name }) => name !== "data-v-app" && name !== "ng-version") // the marks of Vue and Angular
        .map(({ name, value }) => ` ${name}=${JSON.stringify(value)}`);
      if (node instanceof HTMLElement && isField && !node.matches("[type=datetime-local]"))
        attributes.push(` has ${JSON.stringify((node as HTMLInputElement).value)}`);
      lines.push(`${indent}<${node.localName}${attributes.toSorted().join("")}>`);
      if (isField || node.matches("time, #activity td:not(:has(button))")) return;
      for (const child of node.childNodes) add(child, `${indent}  `);
    };
    const copy = document.documentElement.cloneNode(true); // in the page itself, frameworks need the empty texts that normalize removes
    copy.normalize();
    add(copy, "");
    return lines.join("\n");
  });
}

interface Cast {
  stage: Stage;
  ada: Person;
  bob: Person;
  root: Person;
}

const [plain, ...frameworks] = installedViews();

for (const view of frameworks)
  test(`The page that ${view} draws has the same elements, attributes and texts as the one in plain DOM`, async ({
    variant,
    profiles,
  }) => {
    test.slow(); // two casts, and each scene waits for both
    const opens = async (drawnBy: string): Promise<Cast> => {
      const stage = new Stage(variant, drawnBy);
      await stage.starts();
      const enter = async (name: string) => {
        const page = await (await profiles(`${name} ${drawnBy} ${view}`)).newPage();
        await page.addInitScript((timing) => Object.assign(globalThis, { pageTiming: timing }), pageTiming);
        const person = new Person(name, page, stage.url);
        await person.opens();
        return person;
      };
      return { stage, ada: await enter("Ada"), bob: await enter("Bob"), root: await enter("Root") };
    };
    const casts = [await opens(plain!), await opens(view)] as const;
    const scene = (title: string, act: (cast: Cast) => Promise<unknown>, who: "ada" | "root" = "ada") =>
      test.step(title, async () => {
        await Promise.all(casts.map(act));
        await expect(async () => {
          const [expected, actual] = await Promise.all(casts.map((cast) => outline(cast[who].page)));
          expect(actual).toBe(expected);
        }).toPass({ timeout: 10_000 });
      });

    await scene("nobody has said anything", ({ ada }) => expect(ada.state).toHaveText("connected"));
    await scene("somebody has said something", async ({ ada, bob }) => {
      await bob.says("hello <b>all</b>");
      await ada.eventuallyReads(["Bob: hello <b>all</b>"]);
      await ada.says("hello Bob");
      await ada.eventuallyReads(["Bob: hello <b>all</b>", "Ada: hello Bob"]);
      await expect(ada.outbox).toHaveCount(0);
    });
    await scene("a draft is refused, and a text is too long", async ({ ada }) => {
      await ada.page.getByLabel("Name").fill("Ada\u202E");
      await ada.says("refused");
      await expect(ada.outbox).toContainText("not sent");
      await ada.page.getByLabel("Name").fill("Ada");
      await ada.types("a".repeat(2_001));
      await expect(ada.page.locator("#problem")).not.toBeEmpty();
    });
    await scene("the server is away, and a draft waits", async ({ ada, stage }) => {
      await stage.stops();
      await expect(ada.state).toHaveText("reconnecting");
      await ada.says("waits");
      await expect(ada.outbox).toHaveCount(2);
    });
    await scene("the server has lost its memory", async ({ ada, stage }) => {
      await stage.restartsEmpty();
      await ada.eventuallyReads(["Ada: waits"]);
      await expect(ada.notices).toHaveCount(1);
      await expect(ada.outbox).toHaveCount(1);
    });
    await scene("somebody has scrolled up", async ({ ada, stage }) => {
      for (let i = 1; i <= 50; i++) await stage.log.add({ user: "Bob", text: `line ${i}` });
      await expect(ada.lines.last()).toContainText("line 50");
      await expect(ada.lines.last()).toBeInViewport();
      await ada.page.getByRole("region", { name: "Conversation" }).evaluate((region) => (region.scrollTop = 0));
      await expect(ada.lines.first()).toBeInViewport();
      for (const text of ["one", "two"]) await stage.log.add({ user: "Bob", text });
      await expect(ada.page.getByRole("button", { name: "2 new messages" })).toBeVisible();
    });
    await scene("a stranger is at the door of a room", async ({ ada }) => {
      await ada.follows("garden");
      await expect(ada.door).toBeVisible();
    });
    await scene("somebody is signing in", async ({ ada }) => {
      await ada.door.getByRole("button", { name: "Sign in" }).click();
      await expect(ada.page.getByLabel("Password")).toBeFocused();
    });
    await scene("somebody is not in the room", async ({ ada, bob }) => {
      await ada.page.keyboard.press("Escape");
      for (const person of [ada, bob]) await person.signsIn();
      await expect(ada.door).toContainText("You are not in #garden.");
    });
    await scene("somebody is in the room", async ({ ada, bob }) => {
      await ada.door.getByRole("button", { name: "Join #garden" }).click();
      await bob.joins("garden");
      await bob.says("among us");
      await ada.eventuallyReads(["Bob: among us"]);
    });
    await scene("somebody has a private conversation, and one with nobody", async ({ ada, bob }) => {
      await ada.writesTo("Bob", "only for you");
      await bob.goesTo("@Ada");
      await bob.says("and for you");
      await ada.eventuallyReads(["Ada: only for you", "Bob: and for you"]);
      await ada.follows("@Nobody");
      await ada.says("a secret");
      await expect(ada.outbox).toContainText("There is no account with the name Nobody.");
    });
    await scene("somebody is where no room can be", async ({ ada, bob }) => {
      await ada.follows("gar den!");
      await expect(ada.door).toContainText("No room can be called");
      await bob.goesTo("#lobby");
      await bob.says("hello");
      await expect(ada.link("#lobby")).toContainText(" new");
    });
    const where = ({ ada }: Cast) => ada.page.getByLabel("Join a room");
    await scene("the rooms are in a drawer, with what was typed into their field", async (cast) => {
      const { page } = cast.ada;
      await where(cast).fill("att");
      await page.setViewportSize({ width: 360, height: 640 });
      await page.getByRole("button", { name: /^Rooms/ }).click();
      await expect(page.getByRole("dialog", { name: "Rooms" })).toBeVisible();
      await expect(where(cast)).toHaveValue("att");
      await where(cast).fill("attic");
    });
    await scene("somebody goes to a room in the drawer with a click on its name", async (cast) => {
      const { ada } = cast;
      await ada.link("#garden").getByText("#garden").click();
      await expect(ada.page.getByRole("dialog", { name: "Rooms" })).toBeHidden();
      await ada.eventuallyReads(["Bob: among us"]);
      await ada.page.setViewportSize({ width: 1280, height: 640 });
      await expect(where(cast)).toHaveValue("attic");
    });
    const sees = async ({ root }: Cast) => {
      await root.signsIn();
      await root.page.getByRole("link", { name: "Activity" }).click();
      await root.page.getByLabel("Who").fill("Ada");
      await root.page.getByLabel("Reason").fill("Too loud.");
      await root.page.getByRole("button", { name: "Ban", exact: true }).click();
      await expect(root.page.getByRole("button", { name: "Unban Ada" })).toBeVisible();
      await expect(root.page.getByRole("row", { name: /banned/i })).toBeVisible();
    };
    await scene("the super user sees the activity, and bans somebody", sees, "root");
    await scene("somebody is banned, and has typed something", async ({ ada }) => {
      await expect(ada.door).toContainText("Too loud.");
      await ada.types("typed by Ada");
    });
    await scene("they go on without an account", async ({ ada }) => {
      await ada.page.getByRole("button", { name: "Go on without signing in" }).click();
      await ada.follows("");
      await expect(ada.place).toHaveText("#lobby");
      await expect(ada.lines.last()).toContainText("hello");
    });
    await scene("the super user signs out", ({ root }) => root.signsOut(), "root");

    for (const { stage, ada, bob, root } of casts) {
      for (const { page } of [ada, bob, root]) await page.close();
      await stage.ends();
    }
  });

interface TraceEvent {
  name: string;
  args: { elementCount?: number };
  /** CPU time, in microseconds. */
  tdur?: number;
}

/** What Chromium traces in this category while `act` runs. */
async function traced(page: Page, category: string, act: () => Promise<unknown>): Promise<TraceEvent[]> {
  const client = await page.context().newCDPSession(page);
  const events: TraceEvent[] = [];
  client.on("Tracing.dataCollected", ({ value }) => events.push(...(value as unknown as TraceEvent[])));
  await client.send("Tracing.start", { traceConfig: { includedCategories: [category] } });
  await act();
  const complete = new Promise<void>((resolve) => client.once("Tracing.tracingComplete", () => resolve()));
  await client.send("Tracing.end");
  await complete;
  return events;
}

/** What a page counts and notes for a test. */
interface Counting {
  count: { draws: number; frames: number };
  noted: string[];
}

/** A server that counts the WebSockets which pages have opened and closed. */
async function countingServer({ name }: Variant, view: string) {
  const closing = new AbortController();
  const server = await (await serverOf(name))(chatOf({ log: new Log(), closing: closing.signal, view }));
  const sockets = { opened: 0, closed: 0 };
  server.on("upgrade", (_request, socket) => {
    sockets.opened += 1;
    socket.on("close", () => (sockets.closed += 1));
  });
  const { port, stop } = await listen(server, closing, 0);
  return { url: `http://localhost:${port}`, sockets, stop };
}

/** Counts from now on how often the page draws messages, and in how many frames. */
const countDraws = (page: Page) =>
  page.evaluate(() => {
    const count = { draws: 0, frames: 0 };
    const next = () => {
      count.frames += 1;
      requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
    const rows = new MutationObserver(() => (count.draws += 1)); // called once for all that is done in one go
    rows.observe(document.querySelector("#messages [role=log] ol")!, { childList: true });
    Object.assign(globalThis, { count });
  });

/** Notes what is put behind a proxy: sockets, the chat, its states and its messages. */
function noteProxies() {
  const noted: string[] = [];
  globalThis.Proxy = new Proxy(Proxy, {
    construct(target, [object, handler]: [object, ProxyHandler<object>]) {
      if (object instanceof EventTarget) noted.push("a socket or another part of the browser");
      if ("reconnectNow" in object) noted.push("the chat");
      if ("door" in object && "rooms" in object) noted.push("a state");
      if ("text" in object && "time" in object) noted.push("a message");
      return new target(object, handler);
    },
  });
  Object.assign(globalThis, { noted });
}

for (const view of [plain!, ...frameworks])
  test.describe(`In ${view}`, () => {
    test.use({ view });
    test("A new message leaves those before it alone: they are not styled again", async ({ ada, stage }) => {
      for (let i = 1; i <= 200; i++) await stage.log.add({ user: "Bob", text: `line ${i}` });
      await expect(ada.lines).toHaveCount(200);
      await expect(ada.lines.last()).toBeInViewport();
      const events = await traced(ada.page, "devtools.timeline", async () => {
        await stage.log.add({ user: "Bob", text: "one more" });
        await expect(ada.lines.last()).toContainText("one more");
        await expect(ada.lines.last()).toBeInViewport();
      });
      // For each time that it styles the page, how many elements.
      const counts = events.flatMap(({ name, args }) => (name === "UpdateLayoutTree" ? (args.elementCount ?? []) : []));
      expect(counts).not.toEqual([]);
      expect(Math.max(...counts)).toBeLessThan(200);
    });

    test("1,000 messages in bursts are all shown, and drawn at most once in a frame", async ({ ada, stage }) => {
      await stage.log.add({ user: "Bob", text: "the first" });
      await ada.eventuallyReads(["Bob: the first"]);
      await countDraws(ada.page);
      for (let burst = 1; burst <= 250; burst++) {
        const messages = [1, 2, 3, 4].map((n) => stage.log.add({ user: "Bob", text: `burst ${burst}, ${n}` }));
        await Promise.all(messages);
        await setImmediate(); // the log tells all that is said in one turn at once: the next burst is an update of its own
      }
      await expect(ada.lines.last()).toContainText("burst 250, 4");
      await expect(ada.lines).toHaveCount(1_000);
      const { draws, frames } = await ada.page.evaluate(() => (globalThis as unknown as Counting).count);
      expect(draws).toBeGreaterThan(0);
      expect(draws).toBeLessThanOrEqual(frames);
    });

    test("While 1,000 messages come in bursts of 20, no task of the page takes 50 ms", async ({ ada, stage }) => {
      const tasks = await traced(ada.page, "disabled-by-default-devtools.timeline", async () => {
        for (let burst = 1; burst <= 50; burst++) {
          for (let n = 1; n <= 20; n++) void stage.log.add({ user: "Bob", text: `burst ${burst}, ${n}` });
          await expect(ada.lines.last()).toContainText(`burst ${burst}, 20`);
        }
      });
      // CPU time: on a busy machine a task waits for its turn.
      const times = tasks.flatMap(({ name, tdur }) => (name === "RunTask" && tdur ? tdur / 1_000 : []));
      expect(times).not.toEqual([]);
      expect(Math.max(...times)).toBeLessThan(50);
    });

    test("Neither a socket, nor the chat, nor what it holds is behind a proxy", async ({ page, stage }) => {
      await page.addInitScript(noteProxies);
      const ada = new Person("Ada", page, stage.url);
      await ada.opens();
      await ada.says("hello");
      await ada.eventuallyReads(["Ada: hello"]);
      expect(await page.evaluate(() => (globalThis as unknown as Counting).noted)).toEqual([]);
    });

    test("Cancelling a sign-in before the server has refused it throws nothing", async ({ ada }) => {
      const { page } = ada;
      const errors: string[] = [];
      page.on("pageerror", ({ message }) => errors.push(message));
      page.on("console", (line) => line.type() === "error" && errors.push(line.text())); // there Vue reports what a handler throws
      const asked = new Promise<Route>((resolve) => void page.route("**/session", resolve));
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByLabel("Password").fill("correct horse");
      await page.keyboard.press("Enter");
      const route = await asked;
      await page.getByRole("button", { name: "Cancel" }).click();
      await route.fulfill({ status: 401, json: { error: "No." } });
      await ada.says("hello");
      await ada.eventuallyReads(["Ada: hello"]);
      expect(errors).toEqual([expect.stringContaining("401")]);
    });

    test("What was done twice in one second is two rows of the activity", async ({ enter }) => {
      const root = await enter("Root");
      await root.signsIn();
      const act = { time: Date.now(), by: "Root", what: "banned Ada" };
      const activity = { rooms: [], bans: [], audit: [act, act] };
      await root.page.route("**/activity", (route) => route.fulfill({ json: activity }));
      await root.page.getByRole("link", { name: "Activity" }).click();
      await expect(root.page.getByRole("row", { name: "banned Ada" })).toHaveCount(2);
    });

    test("The focus stays on the button of a ban when the ban above it ends", async ({ enter, stage }) => {
      const root = await enter("Root");
      await root.signsIn();
      const { people } = stage.log;
      for (const name of ["Ada", "Bob"]) {
        const ban = { name, reason: "Too loud.", until: Date.now() + 60_000, by: "Root" };
        await people.ban(await people.create(name, "correct horse"), ban);
      }
      await root.page.getByRole("link", { name: "Activity" }).click();
      await root.page.getByRole("button", { name: "Unban Bob" }).focus();
      await people.unban(people.find("Ada")!, "Root");
      await expect(root.page.getByRole("button", { name: "Unban Ada" })).toHaveCount(0);
      await expect(root.page.getByRole("button", { name: "Unban Bob" })).toBeFocused();
    });

    test("When a ban is ended here, the focus goes to the button of the next one, and after the last to the form", async ({
      enter,
      stage,
    }) => {
      const root = await enter("Root");
      await root.signsIn();
      const { people } = stage.log;
      for (const name of ["Ada", "Bob", "Cyd"]) {
        const ban = { name, reason: "Too loud.", until: Date.now() + 60_000, by: "Root" };
        await people.ban(await people.create(name, "correct horse"), ban);
      }
      await root.page.getByRole("link", { name: "Activity" }).click();
      const unban = (name: string) => root.page.getByRole("button", { name: `Unban ${name}` });
      for (const [name, next] of [
        ["Bob", unban("Cyd")],
        ["Cyd", unban("Ada")],
        ["Ada", root.page.getByLabel("Who")],
      ] as const) {
        await unban(name).press("Enter");
        await expect(unban(name)).toHaveCount(0);
        await expect(next).toBeFocused();
      }
    });
  });

// In development, React mounts each component twice (StrictMode).
for (const { view, development } of [
  ...[plain!, ...frameworks].map((each) => ({ view: each, development: false })),
  { view: "react", development: true },
])
  test.describe(`In ${view}, built for ${development ? "development" : "production"}`, () => {
    test("What comes and goes in the page opens no connection and closes none; leaving the page closes one", async ({
      page,
      variant,
    }) => {
      const { url, sockets, stop } = await countingServer(variant, view);
      const { code } = await build(clientOf(variant.name), { view, development });
      await page.route("**/client.js", (route) => route.fulfill({ contentType: "text/javascript", body: code }));
      const ada = new Person("Ada", page, url);
      await ada.opens();
      for (let times = 0; times < 2; times++) {
        await ada.follows("garden"); // another list of messages, and a door
        await ada.door.getByRole("button", { name: "Sign in" }).click();
        await page.getByRole("button", { name: "Cancel" }).click();
        await ada.follows("");
        await expect(ada.place).toHaveText("#lobby");
        await page.setViewportSize({ width: 360, height: 640 }); // the rooms go into the drawer
        await expect(page.locator("#drawer nav")).toHaveCount(1);
        await page.setViewportSize({ width: 1280, height: 640 });
        await expect(page.locator("header + nav")).toHaveCount(1);
      }
      await ada.says("hello");
      await ada.eventuallyReads(["Ada: hello"]);
      expect(sockets).toEqual({ opened: 1, closed: 0 });
      await page.goto("about:blank");
      await expect.poll(() => sockets).toEqual({ opened: 1, closed: 1 });
      await stop();
      expect(sockets).toEqual({ opened: 1, closed: 1 });
    });
  });
