// The promises of the chat, one test each. The tests run once for each variant, and do not know which one it is. A view could break those
// with the tag "@view".
import { connect } from "node:net";
import { limits } from "../shared-chat/limits.ts";
import { expect, pageTiming, test } from "./stage.ts";

test(
  "Everybody reads what one person says: once, and in the same order on every screen",
  { tag: "@view" },
  async ({ ada, bob, enter, stage }) => {
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
      await person.eventuallyReads(lines);
      expect(lines.filter((line) => line.startsWith(person.name))).toEqual(
        ["one", "two", "three"].map((text) => `${person.name}: ${text}`), // each person's messages keep the order in which they were sent
      );
      await expect(person.outbox).toHaveCount(0);
    }
  },
);

test("A newcomer reads what was said before", async ({ ada, enter }) => {
  await ada.says("Is anybody here?");
  await ada.eventuallyReads(["Ada: Is anybody here?"]);

  const bob = await enter("Bob");
  await bob.eventuallyReads(["Ada: Is anybody here?"]);
});

test("After a disconnect (connection cut, laptop asleep, tab hidden) nothing is missing, only what was missed is sent, and a long catch-up is not cut", async ({
  ada,
  bob,
  stage,
}) => {
  const said: string[] = [];
  const says = async (text: string) => {
    said.push(`Cyd: ${text}`);
    await stage.log.add({ user: "Cyd", text });
  };
  await says("before");
  for (const person of [ada, bob]) await person.eventuallyReads(said);

  const reconnects = async (after: string, disconnect: (meanwhile: () => Promise<void>) => Promise<void>) => {
    await test.step(after, async () => {
      const seen = said.length;
      stage.log.sinceCalls.length = 0;
      await disconnect(async () => {
        for (const text of ["while", "you", "were", "away"]) await says(`${text} (${after})`);
      });
      await ada.eventuallyReads(said);
      await expect(ada.state).toHaveText("connected");
      await bob.eventuallyReads(said);
      for (const { since, update } of stage.log.sinceCalls) {
        expect(since).toMatch(/./); // never without a cursor
        expect(update.reset).toBeUndefined();
        for (const { id } of update.msg) expect(id).toBeGreaterThan(seen);
      }
    });
  };

  await reconnects("the connection was cut", async (meanwhile) => {
    stage.tap.refuse();
    stage.tap.cut();
    await expect(ada.state).toHaveText("reconnecting");
    await meanwhile();
    await stage.tap.accept();
  });

  await reconnects("the server restarted with the same log", async (meanwhile) => {
    await stage.stops();
    await expect(ada.state).toHaveText("reconnecting");
    await meanwhile();
    await stage.starts();
  });

  await reconnects("the laptop was asleep", async (meanwhile) => {
    stage.tap.freeze();
    await expect(ada.state).toHaveText("reconnecting");
    await meanwhile();
    stage.tap.thaw();
  });

  // Simulated: Playwright loses a page that comes back from the back/forward cache. The page itself sees only these events.
  await reconnects("the page was in the back/forward cache", async (meanwhile) => {
    await ada.page.evaluate(() => dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true })));
    await meanwhile();
    await ada.page.evaluate(() => dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })));
  });

  // Simulated: a headless browser cannot hide a page. The page itself sees only this property and this event.
  await reconnects("the tab was hidden for longer than the watchdog waits", async (meanwhile) => {
    await ada.hidesPage();
    stage.tap.freeze();
    await ada.waits(1.1 * pageTiming.watchdog);
    await meanwhile();
    stage.tap.thaw();
    await ada.showsPage();
  });

  // More bytes than the backlog of a slow consumer may have: a catch-up is not cut for its length.
  await reconnects("a thousand messages were missed", async () => {
    stage.tap.refuse();
    stage.tap.cut();
    await expect(ada.state).toHaveText("reconnecting");
    await Promise.all(Array.from({ length: 950 }, (_, i) => says(`${i + 1} ${"long ".repeat(230)}`.trim())));
    await stage.tap.accept();
    for (const person of [ada, bob]) await expect(person.lines).toHaveCount(said.length);
  });
});

test(
  "If the page cannot catch up (a restart with a log in memory, away for more than 1,000 messages), it says so, replaces the list and goes on",
  { tag: "@view" },
  async ({ ada, stage }) => {
    await ada.says("hello");
    await ada.eventuallyReads(["Ada: hello"]);

    await test.step("the server restarted with a new log, which is already longer than the one that Ada knows", async () => {
      await stage.restartsEmpty();
      await stage.log.add({ user: "Bob", text: "new here" });
      await stage.log.add({ user: "Bob", text: "and you?" });
      await expect(ada.notices).toHaveText([
        "The server started over with an empty memory. The earlier messages are gone.",
      ]);
      await ada.says("hello again");
      await ada.eventuallyReads(["Bob: new here", "Bob: and you?", "Ada: hello again"]);
    });

    await test.step("more was missed than the log keeps", async () => {
      stage.tap.refuse();
      stage.tap.cut();
      await expect(ada.state).toHaveText("reconnecting");
      await Promise.all(Array.from({ length: 1_001 }, (_, i) => stage.log.add({ user: "Bob", text: `${i + 1}` })));
      await stage.tap.accept();
      await expect(ada.notices).toHaveText(["You were away for a long time. Some messages in between were not kept."]);
      await ada.eventuallyReads(Array.from({ length: 200 }, (_, i) => `Bob: ${802 + i}`));
    });
  },
);

test(
  "What is typed while disconnected is kept, sent when the connection is back, and survives a reload",
  { tag: "@view" },
  async ({ ada, bob, stage }) => {
    await stage.stops();
    await expect(ada.state).toHaveText("reconnecting");
    await ada.says("one");
    await ada.says("two");
    await expect(ada.outbox).toHaveText([/one/, /two/]);
    await expect(ada.outbox).toHaveText([/sending/, /sending/]);

    await ada.page.reload().catch(() => {}); // no server is running
    await ada.page.waitForURL(/^(chrome-error:|about:neterror)/, { waitUntil: "commit" }); // the error page of Chromium, and that of Firefox
    await stage.starts();
    await ada.page.goto(stage.url);

    for (const person of [ada, bob]) await person.eventuallyReads(["Ada: one", "Ada: two"]);
    await expect(ada.outbox).toHaveCount(0);
    await expect(ada.page.locator(".mine")).toHaveCount(2);
    await expect(bob.page.locator(".mine")).toHaveCount(0);

    await test.step("a server that has started over accepts the text before the page knows that it is another log", async () => {
      await ada.hidesPage(); // so that polling does not ask meanwhile
      await ada.waits(2 * pageTiming.poll);
      await stage.restartsEmpty();
      await ada.page.evaluate(() => {
        const conversation = document.querySelector<HTMLElement>("#conversation")!;
        let shown = false;
        const look = () => {
          const before = shown;
          shown = conversation.innerText.includes("three");
          if (before && !shown) document.title = "three is gone";
        };
        new MutationObserver(look).observe(conversation, { childList: true, subtree: true });
      });
      await ada.says("three");
      await ada.eventuallyReads(["Ada: three"]);
      await expect(ada.page).not.toHaveTitle("three is gone");
      await ada.showsPage();
      await bob.eventuallyReads(["Ada: three"]);
      await expect(ada.outbox).toHaveCount(0);
    });
  },
);

test("A draft that is sent twice is one message", async ({ ada, bob, stage }) => {
  await test.step("the connection is cut before the acknowledgement arrives", async () => {
    const add = stage.log.add.bind(stage.log);
    stage.log.add = async (input) => {
      stage.log.add = add;
      const added = await add(input);
      stage.tap.cut(); // the page cannot know which of the two was lost, the draft or the acknowledgement
      return added;
    };
    await ada.says("once");
    for (const person of [ada, bob]) await person.eventuallyReads(["Ada: once"]);
  });

  await test.step("the network delays the draft and the acknowledgement until the page has sent the draft again", async () => {
    stage.tap.freeze();
    await ada.says("twice");
    await ada.waits(pageTiming.acknowledgement + pageTiming.retry + pageTiming.retryMost);
    stage.tap.thaw();
    for (const person of [ada, bob]) await person.eventuallyReads(["Ada: once", "Ada: twice"]);
  });

  // A second copy would have arrived by now, because this later message has.
  await bob.says("the end");
  for (const person of [ada, bob]) {
    await person.eventuallyReads(["Ada: once", "Ada: twice", "Bob: the end"]);
    await expect(person.outbox).toHaveCount(0);
  }
});

test(
  "The page says in words and colour whether it is connected, and notices a silently dead peer",
  { tag: "@view" },
  async ({ ada, stage }) => {
    const colour = () => ada.state.evaluate((element) => getComputedStyle(element).color);
    await expect(ada.state).toHaveText("connected");
    const connected = await colour();

    await test.step("a server that stops is noticed at once", async () => {
      await stage.stops();
      await expect(ada.state).toHaveText("reconnecting");
      expect(await colour()).not.toBe(connected);
      await expect(ada.page.getByRole("button", { name: "now" })).toBeVisible();
      await stage.starts();
      await expect(ada.state).toHaveText("connected");
    });

    await test.step("a healthy server that has nothing to send is left alone", async () => {
      await ada.page.evaluate(() => {
        const states: string[] = Object.assign(globalThis, { states: [] }).states;
        const html = document.documentElement;
        new MutationObserver(() => states.push(html.dataset.state!)).observe(html, { attributeFilter: ["data-state"] });
      });
      await ada.waits(1.5 * pageTiming.watchdog);
      expect(await ada.page.evaluate(() => (globalThis as unknown as { states: string[] }).states)).toEqual([]);
    });

    await test.step("an unplugged server is noticed by its silence", async () => {
      stage.tap.freeze(); // no data passes, and no connection closes
      await expect(ada.state).toHaveText("reconnecting");
      stage.tap.thaw();
      await expect(ada.state).toHaveText("connected");
      expect(await colour()).toBe(connected);
    });

    await test.step("without a network the page says: offline", async () => {
      await stage.stops();
      await ada.page.context().setOffline(true);
      await expect(ada.state).toHaveText("offline");
      await ada.page.context().setOffline(false);
      await stage.starts();
      await expect(ada.state).toHaveText("connected");
    });
  },
);

test(
  "A refused draft is explained to its author, in the page, and reaches nobody; the text is not lost",
  { tag: "@view" },
  async ({ ada, bob, stage }) => {
    const invalidName = "Ada\u202E"; // a right-to-left override, which reverses the rest of the line
    await ada.page.getByLabel("Name").fill(invalidName);
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
    for (const person of [ada, bob]) await person.eventuallyReads(["Ada: keep me"]);
    await expect(ada.outbox).toHaveCount(0);
  },
);

test("The page itself refuses what is too large to send", { tag: "@view" }, async ({ ada, stage }) => {
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
  await ada.eventuallyReads([`Ada: ${"😀".repeat(2_000)}`]);
  expect(posted).toBe(1);
});

test("Markup in a name or a text stays text", { tag: "@view" }, async ({ ada, bob }) => {
  const markup = `<img src=x onerror="document.title='injected'"><b>bold</b> &amp;`;
  await ada.page.getByLabel("Name").fill("<i>Ada</i>");
  await ada.says(markup);
  for (const person of [ada, bob]) {
    await person.eventuallyReads([`<i>Ada</i>: ${markup}`]);
    await expect(person.page.locator("#conversation").locator("img, b, i")).toHaveCount(0);
    await expect(person.page).not.toHaveTitle("injected");
  }
});

test("No input ends the server, disturbs the others, or is answered with a stack trace", async ({
  ada,
  bob,
  stage,
}) => {
  const host = `Host: localhost:${stage.tap.port}\r\n`;
  const inputs = [
    "\r\n\r\n",
    "\x16\x03\x01\x00\x00", // the beginning of a TLS handshake
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
    await person.eventuallyReads(["Ada: still here"]);
    await expect(person.state).toHaveText("connected");
  }
});

test(
  "What is said in a room reaches those who are in it, and nobody else: not at delivery, not at catch-up, not after leaving",
  { tag: "@view" },
  async ({ ada, bob, enter, stage }) => {
    const cyd = await enter("Cyd"); // a stranger
    for (const person of [ada, bob]) {
      await person.signsIn();
      await person.joins("garden");
    }
    const eve = await enter("Eve");
    await eve.signsIn(); // signed in, and not in the room

    await ada.says("among us");
    for (const person of [ada, bob]) await person.eventuallyReads(["Ada: among us"]);

    await test.step("whoever was away and catches up", async () => {
      stage.tap.refuse();
      stage.tap.cut();
      for (const person of [ada, bob, cyd, eve]) await expect(person.state).toHaveText("reconnecting");
      await ada.says("while all were away");
      await stage.tap.accept();
      for (const person of [ada, bob]) await person.eventuallyReads(["Ada: among us", "Ada: while all were away"]);
    });

    await test.step("whoever has left", async () => {
      await bob.leaves();
      await ada.says("after Bob has left");
      await ada.eventuallyReads(["Ada: among us", "Ada: while all were away", "Ada: after Bob has left"]);
      await bob.follows("garden");
      await expect(bob.door).toContainText("You are not in #garden.");
      await cyd.follows("garden");
      await expect(cyd.door).toContainText("Sign in to join #garden.");
    });

    await ada.goesTo("#lobby");
    await ada.says("for everybody");
    for (const person of [bob, eve]) await person.goesTo("#lobby");
    await cyd.follows("lobby");
    for (const person of [bob, cyd, eve]) {
      await person.eventuallyReads(["Ada: for everybody"]);
      expect(await person.holds()).not.toMatch(/among us|were away|has left/);
    }
  },
);

test("Whoever joins a room reads what was said there before, then what follows: no gap, nothing twice; a busy room does not push out a quiet one", async ({
  ada,
  bob,
  stage,
}) => {
  await ada.signsIn();
  await ada.joins("garden");
  for (const text of ["one", "two"]) await ada.says(text);
  await ada.eventuallyReads(["Ada: one", "Ada: two"]);
  await Promise.all(Array.from({ length: 1_100 }, (_, i) => stage.log.add({ user: "Cyd", text: `${i + 1}` })));
  await expect(ada.link("#lobby")).toContainText("1100 new");

  await bob.signsIn();
  await bob.joins("garden");
  await bob.eventuallyReads(["Ada: one", "Ada: two"]);
  await ada.says("three");
  await bob.says("four");
  for (const person of [ada, bob]) {
    await person.eventuallyReads(["Ada: one", "Ada: two", "Ada: three", "Bob: four"]);
    await expect(person.notices).toHaveCount(0);
  }
  await ada.page.reload();
  await ada.eventuallyReads(["Ada: one", "Ada: two", "Ada: three", "Bob: four"]);
});

test("What is said to one person alone is read by the two, on all their devices, and by nobody else, the super user included", async ({
  ada,
  bob,
  enter,
}) => {
  const phone = await enter("Bob", "Bob's phone");
  const [root, cyd] = [await enter("Root"), await enter("Cyd")];
  for (const person of [ada, bob, phone, root]) await person.signsIn();
  await bob.says("hello, all");
  await ada.eventuallyReads(["Bob: hello, all"]);

  await ada.writesTo("Bob", "only for you");
  await ada.eventuallyReads(["Ada: only for you"]);
  for (const device of [bob, phone]) {
    await expect(device.link("@Ada")).toContainText("1 new");
    await device.goesTo("@Ada");
    await device.eventuallyReads(["Ada: only for you"]);
    await expect(device.link("@Ada")).not.toContainText("new");
  }
  await phone.says("and for you");
  for (const device of [ada, bob, phone]) await device.eventuallyReads(["Ada: only for you", "Bob: and for you"]);

  await ada.page.reload();
  await ada.eventuallyReads(["Ada: only for you", "Bob: and for you"]);
  await ada.goesTo("#lobby");
  await ada.says("the end");
  for (const person of [root, cyd]) {
    await person.eventuallyReads(["Bob: hello, all", "Ada: the end"]);
    expect(await person.holds()).not.toContain("for you");
  }
});

test("Who is signed in is the author, and nobody else can use the name of an account", async ({ ada, bob, stage }) => {
  await ada.page.getByLabel("Name").fill("Mallory");
  await ada.signsIn();
  await expect(ada.page.getByLabel("Name")).toBeHidden(); // nothing to choose any more
  await ada.says("I am Ada");
  await bob.eventuallyReads(["Ada: I am Ada"]);

  await bob.page.getByLabel("Name").fill("ａｄａ"); // in letters of another width
  await bob.says("so am I");
  await expect(bob.outbox.getByRole("alert")).toContainText("This name belongs to an account.");
  await bob.page.getByLabel("Name").fill("Bob");
  await bob.page.getByRole("button", { name: "Retry" }).click();
  for (const person of [ada, bob]) await person.eventuallyReads(["Ada: I am Ada", "Bob: so am I"]);
  await expect(ada.page.locator(".message.mine .text")).toHaveText(["I am Ada"]);

  await test.step("a page whose cookie is lost, or is another one, says who it is now, and sends nothing as somebody else", async () => {
    await bob.signsIn();
    const cookies = await bob.page.context().cookies();
    const away = async (meanwhile: () => Promise<void>) => {
      stage.tap.refuse();
      stage.tap.cut();
      await expect(ada.state).toHaveText("reconnecting");
      await meanwhile();
      await stage.tap.accept();
      await expect(ada.state).toHaveText("connected");
    };
    await away(async () => {
      await ada.says("typed as Ada");
      await ada.page.context().clearCookies(); // no page can read it, and none is told
    });
    await expect(ada.news).toHaveText("You are no longer signed in as Ada.");
    await expect(ada.signedInAs).toBeEmpty();
    await away(() => ada.page.context().addCookies(cookies));
    await expect(ada.news).toHaveText("You are signed in as Bob.");
    await expect(ada.outbox).toHaveCount(0);
    await ada.signsOut();
    await ada.signsIn("Ada");
    await ada.eventuallyReads(["Ada: I am Ada", "Bob: so am I", "Ada: typed as Ada"]);
  });
});

test("Signing out, an expired session and a ban end every open connection of that session at once, and the page says why; what was typed as one person is never sent as another", async ({
  ada,
  bob,
  enter,
  stage,
}) => {
  const { people } = stage.log;
  const sessions = (name: string) => [...people.find(name)!.sessions];
  for (const person of [ada, bob]) {
    await person.signsIn();
    await person.joins("garden");
  }
  await bob.says("hello");
  for (const person of [ada, bob]) await person.eventuallyReads(["Bob: hello"]);

  await test.step("a session expires", async () => {
    await people.end(sessions("Ada")[0]!, "Your session has expired. Please sign in again.");
    await expect(ada.door).toContainText("Your session has expired.");
    await bob.says("without Ada");
    await bob.eventuallyReads(["Bob: hello", "Bob: without Ada"]);
    await ada.eventuallyReads(["Bob: hello"]); // still readable
    await ada.says("typed by Ada");
    await expect(ada.page.getByLabel("Message", { exact: true })).toHaveValue("typed by Ada");
    await ada.signsIn();
    await ada.eventuallyReads(["Bob: hello", "Bob: without Ada"]);
    await expect(ada.page.getByLabel("Message", { exact: true })).toHaveValue("typed by Ada");
  });

  await test.step("somebody is banned who is away, and has typed something", async () => {
    stage.tap.refuse();
    stage.tap.cut();
    await expect(ada.state).toHaveText("reconnecting");
    await ada.says("sent by Ada");
    const ban = { name: "Ada", reason: "Too loud.", until: Date.now() + 60_000, by: "Root" };
    await people.ban(people.find("Ada")!, ban);
    await stage.tap.accept();
    await expect(ada.door).toContainText("The reason: Too loud.");
    await expect(ada.outbox).toContainText("waiting until you sign in again");
  });

  await test.step("and goes on without an account", async () => {
    await ada.page.getByRole("button", { name: "Go on without signing in" }).click();
    await expect(ada.door).toContainText("Sign in to join #garden.");
    await ada.follows("lobby");
    await expect(ada.outbox).toHaveCount(0);
    await ada.page.getByLabel("Name").fill("somebody");
    await ada.says("as a stranger");
    await ada.eventuallyReads(["somebody: as a stranger"]);
    await ada.signsIn("Cyd");
    await ada.says("as Cyd");
    await ada.eventuallyReads(["somebody: as a stranger", "Cyd: as Cyd"]);
    await ada.signsOut();
  });

  await test.step("and finds it when the ban is over", async () => {
    await people.unban(people.find("Ada")!, "Root");
    await ada.signsIn("Ada");
    await ada.page.getByRole("link", { name: "1 not sent in #garden" }).click();
    await expect(ada.outbox).toContainText("You are not in this room."); // the ban has taken her out of it
    await ada.door.getByRole("button", { name: "Join #garden" }).click();
    await ada.eventuallyReads(["Bob: hello", "Bob: without Ada"]);
    await ada.outbox.getByRole("button", { name: "Retry" }).click();
    const all = ["Bob: hello", "Bob: without Ada", "Ada: sent by Ada"];
    for (const person of [ada, bob]) await person.eventuallyReads(all);
  });

  await test.step("somebody signs out: in all windows of this browser, and nowhere else", async () => {
    const window = await enter("Ada", "Ada");
    const phone = await enter("Ada", "Ada's phone");
    await expect(window.signedInAs).toHaveText("Ada");
    await phone.signsIn();
    await ada.signsOut();
    await expect(window.news).toHaveText("You are no longer signed in as Ada.");
    await expect(window.signedInAs).toBeEmpty();
    await bob.goesTo("#lobby");
    await bob.says("the end");
    for (const person of [window, phone])
      await person.eventuallyReads(["somebody: as a stranger", "Cyd: as Cyd", "Bob: the end"]);
    await expect(phone.signedInAs).toHaveText("Ada");
    expect(await window.holds()).not.toContain("sent by Ada");
    await ada.signsIn("Ada");
    await expect(window.news).toHaveText("You are signed in as Ada.");
    await expect(window.link("#garden")).toBeVisible();
  });
});

test(
  "The super user sees what is said in every room, and can ban with a reason and an end",
  { tag: "@view" },
  async ({ ada, enter }) => {
    const root = await enter("Root");
    await root.signsIn();
    await ada.signsIn();
    await ada.joins("garden");
    await expect(root.link("#garden")).toBeVisible();
    await ada.says("in the garden");
    await expect(root.link("#garden")).toContainText("1 new");
    await root.goesTo("#garden");
    await root.eventuallyReads(["Ada: in the garden"]);

    const { page } = root;
    await page.getByRole("link", { name: "Activity" }).click();
    await expect(page.getByRole("row", { name: /#garden Ada 1 / })).toBeVisible();
    await page.getByLabel("Who").fill("@ada"); // as in a link to her
    await page.getByLabel("Reason").fill("Enough for today.");
    await page.getByRole("button", { name: "Ban", exact: true }).click();
    await expect(ada.door).toContainText("The reason: Enough for today.");
    await expect(page.getByRole("row", { name: /Ada Enough for today/ })).toBeVisible();

    await page.getByRole("button", { name: "Unban Ada" }).click();
    await expect(page.getByRole("button", { name: "Unban Ada" })).toHaveCount(0);
    await ada.signsIn();
    await ada.door.getByRole("button", { name: "Join #garden" }).click();
    await ada.eventuallyReads(["Ada: in the garden"]);
  },
);

test("Who posts faster than the limits allow waits, loses nothing, and keeps the order", async ({
  ada,
  bob,
  stage,
}) => {
  const usual = limits.posts;
  limits.posts = { points: 3, duration: 4 }; // a server reads it when it starts
  await stage.stops();
  await expect(ada.state).toHaveText("reconnecting");
  const lines = ["one", "two", "three", "four", "five"];
  for (const line of lines) await ada.says(line); // while disconnected: all of them leave at once
  await stage.starts();
  limits.posts = usual;
  await expect(ada.outbox.first()).toContainText("waiting");
  for (const person of [ada, bob]) await person.eventuallyReads(lines.map((line) => `Ada: ${line}`));
  await expect(ada.outbox).toHaveCount(0);
});

/** What the server answers to these bytes before it closes the connection, or before half a second of silence. */
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
