// The promises of the chat, one test each. It runs once per variant, and says nowhere which one it is.
import { connect } from "node:net";
import { expect, pageTiming, test, WatchedLog } from "./stage.ts";

test("What one person says, everybody reads: once, in the same order on every screen", async ({
  ada,
  bob,
  enter,
  stage,
}) => {
  const cyd = await enter("Cyd");
  const cast = [ada, bob, cyd];
  await Promise.all(
    cast.map(async (person) => {
      for (const text of ["one", "two", "three"]) await person.says(text);
    }),
  );

  await expect.poll(async () => (await ada.reads()).length).toBe(9);
  const lines = await ada.reads();
  expect(lines).toEqual(stage.log.since("").msg.map(({ user, text }) => `${user}: ${text}`));
  for (const person of cast) {
    await person.goesOnReading(lines);
    expect(lines.filter((line) => line.startsWith(person.name))).toEqual(
      ["one", "two", "three"].map((text) => `${person.name}: ${text}`), // everybody's own lines keep the order they were said in
    );
    await expect(person.outbox).toHaveCount(0);
  }
});

test("A newcomer reads what was said before", async ({ ada, enter }) => {
  await ada.says("Is anybody here?");
  await ada.goesOnReading(["Ada: Is anybody here?"]);

  const bob = await enter("Bob");
  await bob.goesOnReading(["Ada: Is anybody here?"]);
});

test("Whoever was away and comes back misses nothing, and asks only for what they missed", async ({
  ada,
  bob,
  stage,
}) => {
  const said: string[] = [];
  const says = async (text: string) => {
    await stage.log.add({ user: "Cyd", text });
    said.push(`Cyd: ${text}`);
  };
  await says("before");
  for (const person of [ada, bob]) await person.goesOnReading(said);

  const comesBack = async (how: string, away: (meanwhile: () => Promise<void>) => Promise<void>) => {
    await test.step(how, async () => {
      const seen = said.length;
      stage.log.asked.length = 0;
      await away(async () => {
        for (const text of ["while", "you", "were", "away"]) await says(`${text} (${how})`);
      });
      await ada.goesOnReading(said);
      await expect(ada.state).toHaveText("connected");
      await bob.goesOnReading(said);
      for (const { since, update } of stage.log.asked) {
        expect(since).toMatch(/./);
        expect(update.reset).toBeUndefined();
        for (const { id } of update.msg) expect(id).toBeGreaterThan(seen);
      }
    });
  };

  await comesBack("the connection was cut", async (meanwhile) => {
    stage.tap.refuse();
    stage.tap.cut();
    await expect(ada.state).toHaveText("reconnecting");
    await meanwhile();
    await stage.tap.accept();
  });

  await comesBack("the server restarted with its log", async (meanwhile) => {
    await stage.stops();
    await expect(ada.state).toHaveText("reconnecting");
    await meanwhile();
    await stage.starts();
  });

  await comesBack("the laptop was asleep", async (meanwhile) => {
    stage.tap.freeze();
    await expect(ada.state).toHaveText("reconnecting");
    await meanwhile();
    stage.tap.thaw();
  });

  // A mock: Playwright loses a page that comes back from the back/forward cache. The events are all that the page sees of it.
  await comesBack("the page was left and came back from the cache", async (meanwhile) => {
    await ada.page.evaluate(() => dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true })));
    await meanwhile();
    await ada.page.evaluate(() => dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })));
  });

  // A mock: a headless browser has no way to hide a page. The property and the event are all that the page sees of it.
  await comesBack("nobody looked at the page for longer than the watchdog waits", async (meanwhile) => {
    await ada.looks(false);
    stage.tap.freeze();
    await ada.passes(1.1 * pageTiming.watchdog);
    await meanwhile();
    stage.tap.thaw();
    await ada.looks(true);
  });

  // More bytes than a slow reader may leave unsent: a catch-up is not cut for its length.
  await comesBack("a thousand messages were said meanwhile", async () => {
    stage.tap.refuse();
    stage.tap.cut();
    await expect(ada.state).toHaveText("reconnecting");
    for (let i = 1; i <= 950; i++) await says(`${i} ${"long ".repeat(230)}`.trim());
    await stage.tap.accept();
    for (const person of [ada, bob]) await expect(person.lines).toHaveCount(said.length);
  });
});

test("What could not be continued is said, never silent", async ({ ada, stage }) => {
  await ada.says("hello");
  await ada.goesOnReading(["Ada: hello"]);

  await test.step("the server restarted with another memory, in which more was said than in the one that Ada knows", async () => {
    await stage.stops();
    await stage.starts(new WatchedLog());
    await stage.log.add({ user: "Bob", text: "new here" });
    await stage.log.add({ user: "Bob", text: "and you?" });
    await expect(ada.notices).toHaveText([
      "The server started over with an empty memory. The earlier messages are gone.",
    ]);
    await ada.says("hello again");
    await ada.goesOnReading(["Bob: new here", "Bob: and you?", "Ada: hello again"]);
  });

  await test.step("more was said meanwhile than is kept", async () => {
    stage.tap.refuse();
    stage.tap.cut();
    await expect(ada.state).toHaveText("reconnecting");
    for (let i = 1; i <= 1_001; i++) await stage.log.add({ user: "Bob", text: `${i}` });
    await stage.tap.accept();
    await expect(ada.notices).toHaveText(["You were away for long. The messages in between are no longer kept."]);
    await ada.goesOnReading(Array.from({ length: 200 }, (_, i) => `Bob: ${802 + i}`));
  });
});

test("What is typed while the connection is gone is kept, sent when it is back, and survives a reload", async ({
  ada,
  bob,
  stage,
}) => {
  await stage.stops();
  await expect(ada.state).toHaveText("reconnecting");
  await ada.says("one");
  await ada.says("two");
  await expect(ada.outbox).toHaveText([/one/, /two/]);
  await expect(ada.outbox).toHaveText([/sending/, /sending/]);

  await ada.page.reload().catch(() => {}); // there is no server that could answer
  await ada.page.waitForURL("chrome-error://**");
  await stage.starts();
  await ada.page.goto(stage.url);

  for (const person of [ada, bob]) await person.goesOnReading(["Ada: one", "Ada: two"]);
  await expect(ada.outbox).toHaveCount(0);
  await expect(ada.page.locator(".mine")).toHaveCount(2);
  await expect(bob.page.locator(".mine")).toHaveCount(0);
});

test("A draft sent twice is one message", async ({ ada, bob, stage }) => {
  await test.step("the connection breaks between a message and its acknowledgement", async () => {
    const add = stage.log.add.bind(stage.log);
    stage.log.add = async (input) => {
      stage.log.add = add;
      const added = await add(input);
      stage.tap.cut(); // the page cannot know what was lost, the draft or the answer
      return added;
    };
    await ada.says("once");
    for (const person of [ada, bob]) await person.goesOnReading(["Ada: once"]);
  });

  await test.step("the network holds both back until the page has sent it again", async () => {
    stage.tap.freeze();
    await ada.says("twice");
    await ada.passes(pageTiming.acknowledgement + pageTiming.retry + pageTiming.retryMost);
    stage.tap.thaw();
    for (const person of [ada, bob]) await person.goesOnReading(["Ada: once", "Ada: twice"]);
  });

  // A second copy would have come by now: this was said later, and has arrived.
  await bob.says("the end");
  for (const person of [ada, bob]) {
    await person.goesOnReading(["Ada: once", "Ada: twice", "Bob: the end"]);
    await expect(person.outbox).toHaveCount(0);
  }
});

test("The page says whether it is connected, and notices a peer that has silently gone", async ({ ada, stage }) => {
  const colour = () => ada.state.evaluate((element) => getComputedStyle(element).color);
  await expect(ada.state).toHaveText("connected");
  const connected = await colour();

  await test.step("a server that went is noticed at once", async () => {
    await stage.stops();
    await expect(ada.state).toHaveText("reconnecting");
    expect(await colour()).not.toBe(connected);
    await expect(ada.page.getByRole("button", { name: "now" })).toBeVisible();
    await stage.starts();
    await expect(ada.state).toHaveText("connected");
  });

  await test.step("one that is well, but has nothing to say, is left alone", async () => {
    await ada.page.evaluate(() => {
      const states: string[] = Object.assign(globalThis, { states: [] }).states;
      const html = document.documentElement;
      new MutationObserver(() => states.push(html.dataset.state!)).observe(html, { attributeFilter: ["data-state"] });
    });
    await ada.passes(1.5 * pageTiming.watchdog);
    expect(await ada.page.evaluate(() => (globalThis as unknown as { states: string[] }).states)).toEqual([]);
  });

  await test.step("one that was unplugged, by its silence", async () => {
    stage.tap.freeze(); // nothing passes and nothing closes
    await expect(ada.state).toHaveText("reconnecting");
    stage.tap.thaw();
    await expect(ada.state).toHaveText("connected");
    expect(await colour()).toBe(connected);
  });

  await test.step("a network that is gone has a word of its own", async () => {
    await stage.stops();
    await ada.page.context().setOffline(true);
    await expect(ada.state).toHaveText("offline");
    await ada.page.context().setOffline(false);
    await stage.starts();
    await expect(ada.state).toHaveText("connected");
  });
});

test("A refused draft is explained to its author and reaches nobody, and its text is not lost", async ({
  ada,
  bob,
  stage,
}) => {
  const posing = "Ada\u202E"; // turns the rest of the line around
  await ada.page.getByLabel("Name").fill(posing);
  await ada.says("keep me");
  await ada.says("drop me");

  const [keep, drop] = [ada.outbox.nth(0), ada.outbox.nth(1)];
  for (const row of [keep, drop]) {
    await expect(row).toContainText("not sent");
    await expect(row.getByRole("alert")).toHaveText("The name contains an invisible character.");
  }
  await expect(keep).toContainText("keep me");
  expect(stage.log.since("").msg).toEqual([]);

  await ada.page.getByLabel("Name").fill("Ada");
  await drop.getByRole("button", { name: "Discard" }).click();
  await keep.getByRole("button", { name: "Retry" }).click();
  for (const person of [ada, bob]) await person.goesOnReading(["Ada: keep me"]);
  await expect(ada.outbox).toHaveCount(0);
});

test("What is too large to send, the page itself refuses", async ({ ada, stage }) => {
  let posted = 0;
  const add = stage.log.add.bind(stage.log);
  stage.log.add = (input) => {
    posted += 1;
    return add(input);
  };

  await ada.says("😀".repeat(2_001));
  await expect(ada.page.getByRole("alert")).toContainText("more than 2000 characters");
  await expect(ada.page.getByLabel("Message", { exact: true })).toHaveValue("😀".repeat(2_001));
  await expect(ada.outbox).toHaveCount(0);

  await ada.page.getByLabel("Name").fill("A".repeat(33));
  await ada.says("hello");
  await expect(ada.page.getByRole("alert")).toContainText("more than 32 characters");

  await ada.page.getByLabel("Name").fill("Ada");
  await ada.says("😀".repeat(2_000));
  await ada.goesOnReading([`Ada: ${"😀".repeat(2_000)}`]);
  expect(posted).toBe(1);
});

test("Markup in a name or a text stays text", async ({ ada, bob }) => {
  const markup = `<img src=x onerror="document.title='broken in'"><b>bold</b> &amp;`;
  await ada.page.getByLabel("Name").fill("<i>Ada</i>");
  await ada.says(markup);
  for (const person of [ada, bob]) {
    await person.goesOnReading([`<i>Ada</i>: ${markup}`]);
    await expect(person.page.locator("#conversation").locator("img, b, i")).toHaveCount(0);
    await expect(person.page).not.toHaveTitle("broken in");
  }
});

test("No input ends the server, disturbs the others, or is answered with a stack", async ({ ada, bob, stage }) => {
  const host = `Host: localhost:${stage.tap.port}\r\n`;
  const inputs = [
    "\r\n\r\n",
    "\x16\x03\x01\x00\x00", // as TLS would begin
    "\x00\xff".repeat(50_000),
    `GET / HTTP/2.0\r\n${host}\r\n`,
    `GET /%E0%A4%A HTTP/1.1\r\n${host}\r\n`,
    `GET //..// HTTP/1.1\r\n${host}\r\n`,
    `GET /msgs?since[__proto__]=1&since=2 HTTP/1.1\r\n${host}\r\n`,
    `POST /msgs HTTP/1.1\r\n${host}Content-Type: application/json\r\nContent-Length: 9\r\n\r\n{"user":1`,
    `POST /msgs HTTP/1.1\r\n${host}Content-Type: application/json\r\nContent-Length: 99\r\n\r\n{"user"`,
    `GET /msgs HTTP/1.1\r\n${host}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x\r\n\r\n`,
    `GET /socket.io/?EIO=4&transport=polling&sid=constructor HTTP/1.1\r\n${host}\r\n`,
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
  ];
  const answers = await Promise.all(inputs.map((input) => answerTo(input, stage.tap.port)));
  for (const answer of answers) expect(answer).not.toMatch(/^ {4}at /m);

  await ada.says("still here");
  for (const person of [ada, bob]) {
    await person.goesOnReading(["Ada: still here"]);
    await expect(person.state).toHaveText("connected");
  }
});

/** What a server answers to these bytes, until it hangs up or half a second has passed in silence. */
function answerTo(input: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    let answer = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(Buffer.from(input, "latin1")));
    socket.setTimeout(500, () => socket.destroy());
    socket.on("data", (chunk) => (answer += chunk));
    socket.on("error", () => {});
    socket.on("close", () => resolve(answer));
  });
}
