// Small edits that break a promise, each with the test that must notice (`npm run mutants`).

export interface Mutant {
  /** The file to break. */
  file: string;
  /** A piece of it that is there exactly once, and what takes its place. */
  from: string;
  to: string;
  /** The test that must fail: its file, and its full title. */
  test: string;
  title: string;
}

type Edit = [from: string, to: string, title: string];

const same =
  "A log that is opened later, and logs that share a store, know the same, whatever happened and was tidied away";
const isAway =
  "sqlite While it is away, each technique says later, reading goes on, the log falls silent, and all comes back by itself";
const goneBack = "sqlite two nodes on one store tell their readers when the store has gone back to an older copy";
const ahead = "sqlite two nodes on one store continue a cursor of the other, also of one that is a moment ahead";
const people =
  "sqlite two nodes on one store know the same people: who joins, leaves or is banned on one is hung up on by the other";
const grows = "sqlite does not grow without end: what no reader can ask for is taken away";

const sticky = "Long polling of Socket.IO works, because all requests of a client reach the same node";
const allRead = "Everybody reads what everybody says, through whichever node, also when one of them is killed";

/** The edits, by the file to break and the file with the test. */
const edits: Record<string, Record<string, Edit[]>> = {
  "workshop/faults.ts": {
    "workshop/commands.slow.test.ts": [
      ["[...patterns, /TODO/]", "patterns", "A learner works through an exercise with nothing but the commands"],
    ],
  },
  "workshop/progress.ts": {
    "workshop/commands.slow.test.ts": [
      [
        "copyTo(kept, new Map(own.map((name) => [name, join(folder, name)])));",
        "",
        "A learner works through an exercise with nothing but the commands",
      ],
    ],
  },
  "workshop/workshop.ts": {
    "workshop/commands.slow.test.ts": [
      [
        "remember(({ passed }) => (passed[it.number] = new Date().toISOString()));",
        "",
        "A learner works through an exercise with nothing but the commands",
      ],
    ],
  },
  "workshop/run.ts": {
    "workshop/commands.slow.test.ts": [
      [
        "worker.performance.eventLoopUtilization().utilization > 0.5",
        "false",
        "The check of a learner's code with an endless loop in the server gets words and a line",
      ],
      [
        "else ended(new Fault(`The server ended before it listened. ${rightPort}`, listenIn(folder)));",
        "",
        "The check of a learner's code that ends gets words and a line",
      ],
    ],
    "workshop/workshop.test.ts": [
      [
        "Date.now = () => now;",
        "",
        "Exercise 04 Only what is new is not done with the wrong solution timestamp, which gets its words and a line",
      ],
    ],
  },
  "workshop/20-a-fifth-technique/suite.ts": {
    "workshop/workshop.test.ts": [
      [
        '["e2e/wire.test.ts", "e2e/doors.test.ts"]',
        '["e2e/wire.test.ts"]',
        "Exercise 20 A fifth technique is not done with the wrong solution everything-to-all, which gets its words and a line",
      ],
    ],
  },
  "workshop/tab.ts": {
    "workshop/commands.slow.test.ts": [
      [
        "return Promise.race([answer, sleep(",
        "return answer ?? Promise.race([answer, sleep(",
        "The check of a learner's code with an endless loop in the client gets words, in seconds",
      ],
    ],
  },
  "workshop/in-page.ts": {
    "workshop/workshop.test.ts": [
      ['if (network === "held")', "if (false)", "Exercise 01 First poll is done with its solution"],
      [
        'document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));',
        "",
        "Exercise 02 Pause while hidden is done with its solution",
      ],
    ],
  },
  "workshop/doctor.ts": {
    "workshop/commands.slow.test.ts": [
      [
        "rawPacket?.[0] !== 22",
        "rawPacket?.[0] === 22",
        "The doctor notices a browser that takes localhost for HTTPS only",
      ],
      ["await each.unregister();", "each;", "The doctor notices another project's service worker, and removes it"],
    ],
  },
  "shared-ui/connection.ts": {
    "shared-ui/connection.test.ts": [
      [
        "as: this.#name",
        'as: ""',
        "an update is asked for as the person that the page takes itself for, also after another update",
      ],
      [
        "forget(name = this.#name)",
        'forget(name = "")',
        "an update is asked for as the person that the page takes itself for, also after another update",
      ],
      [
        "if (from !== undefined) this.#retry();",
        "if (false) {}",
        "an update before which something is missing makes it ask again from where nothing was",
      ],
      [
        "this.#cursor = from ?? update.cursor;",
        "this.#cursor = update.cursor;",
        "an update before which something is missing makes it ask again from where nothing was",
      ],
      ["from ?? update.cursor", "from || update.cursor", "an update for another person makes it begin anew"],
      [
        'this.#cursor = "";\n    this.#name = name;',
        "this.#name = name;",
        "an update is asked for without a cursor after the chat has forgotten what it knew",
      ],
      [
        "(update) => signal.aborted || this.#take(update)",
        "(update) => this.#take(update)",
        "reconnecting ignores everything that an earlier attempt still reports",
      ],
      [
        '() => signal.aborted || this.#enter("reconnecting")',
        '() => this.#enter("reconnecting")',
        "reconnecting ignores everything that an earlier attempt still reports",
      ],
      [
        "(error) => signal.aborted || this.#retry(error)",
        "(error) => this.#retry(error)",
        "reconnecting ignores everything that an earlier attempt still reports",
      ],
      [
        'if (document.hidden || this.#state === "waiting"',
        'if (this.#state === "waiting"',
        "the watchdog sleeps while the page is hidden, and looks at once when it is visible again",
      ],
      [
        "this.#heardAt = Math.min(this.#heardAt, Date.now());",
        ";",
        "the watchdog still works when the clock is set back",
      ],
      [
        'addEventListener("online", () => this.#wake());',
        "",
        "a reason not to sit out the pause is that the network is back",
      ],
      [
        'addEventListener("pagehide", () => this.#hangUp("closed"));',
        "",
        "a page that is left holds no connection, and dials when it comes back from the back/forward cache",
      ],
      [
        "persisted && this.reconnect(0)",
        "persisted",
        "a page that is left holds no connection, and dials when it comes back from the back/forward cache",
      ],
      [
        "persisted && this.reconnect(0)",
        "this.reconnect(0)",
        "a page that is left does not dial twice when it is shown for the first time",
      ],
      [
        'document.addEventListener("visibilitychange", () => this.#wake());',
        "",
        "the watchdog sleeps while the page is hidden, and looks at once when it is visible again",
      ],
      [
        "> timing.stable) this.#failures = 0",
        "> 0) this.#failures = 0",
        "reconnecting starts over with short pauses only after a connection that lasted",
      ],
      [
        "> timing.stable) this.#failures = 0",
        "> timing.stable) {}",
        "reconnecting starts over with short pauses only after a connection that lasted",
      ],
      ["error instanceof RetryLater ? error.after : 0", "0", "reconnecting waits as long as the server asks for"],
      [
        'if (update.reset && this.#state === "connected") this.#enter("reconnecting");',
        "",
        "an update with a reset is a new connection, from the new cursor",
      ],
      ["this.#current.abort();\n", "\n", "reconnecting hangs up, waits, and dials once"],
      ["clearTimeout(this.#timer);", "", "reconnecting hangs up, waits, and dials once"],
      [
        "Date.now() - this.#heardAt > timing.watchdog",
        "false",
        "the watchdog dials anew after 35 s without an update, and not before",
      ],
      [
        "this.#handlers.changed(state, retryAt);",
        "this.#handlers.changed(state, 0);",
        "reconnecting hangs up, waits, and dials once",
      ],
      [
        'else if (this.#state !== "connected") this.#enter("connected");',
        'else this.#enter("connected");',
        "the watchdog is content with a heartbeat",
      ],
      ["this.#heardAt = Date.now();\n    // So", "// So", "the watchdog is content with a heartbeat"],
      ["++this.#failures", "this.#failures", "reconnecting backs off after each failure in a row, with jitter"],
      [
        'this.#state === "waiting" || this.#state === "closed"',
        'this.#state === "closed"',
        "the watchdog does not shorten a pause",
      ],
      [
        'this.#state === "waiting" || this.#state === "closed"',
        'this.#state === "waiting"',
        "a page that is left holds no connection, and dials when it comes back from the back/forward cache",
      ],
      [
        'if (this.#state === "connected") this.#watch();\n    else this.reconnect(0);',
        "this.reconnect(0);",
        "the watchdog leaves a connection alone that is well when the page is visible again",
      ],
      [
        "if (document.hidden) return;\n    if (this.#state",
        "if (this.#state",
        "a reason not to sit out the pause is that the page is visible again, and not that it is hidden",
      ],
      [
        "setInterval(() => this.#watch(), 1_000);",
        "setInterval(() => this.#watch(), 600_000);",
        "the watchdog dials anew after 35 s without an update, and not before",
      ],
      [
        'this.#enter("reconnecting"); // first:',
        "// first:",
        "reconnecting starts over with short pauses only after a connection that lasted",
      ],
      ["this.#heardAt = Date.now();\n    // So", "// So", "the watchdog is content with a heartbeat"],
    ],
  },
  "polling/client.ts": {
    "polling/client.test.ts": [
      ["urgent = true;\n", "", "Rests again after a poll that was asked for"],
      ["  wake();\n}", "}", "Polls at once after an own post, while it rests"],
      ["if (!urgent && !update.more) await", "await", "Rests again after a poll that was asked for"],
      [
        "if (document.hidden) await rest();",
        "",
        "Does not poll while the page is hidden, and does at once when it is visible again",
      ],
      [
        "document.hidden || askNow()",
        "undefined",
        "Does not poll while the page is hidden, and does at once when it is visible again",
      ],
      ["while (!attempt.signal.aborted)", "while (true)", "Ends when the page hangs up, also while it rests"],
      ["attempt.reconnect(error);", "", "Gives up after a failure, and says why"],
      ["  askNow(); //", "  //", "Polls at once after an own post, while it rests"],
      ["urgent = false;\n      const", "const", "Rests again after a poll that was asked for"],
      ["{ signal: attempt.signal }", "{}", "Breaks off the poll that is under way when the page hangs up"],
      [" && !update.more", "", "Polls again at once when there is more to come of a long catch-up"],
    ],
  },
  "shared-ui/chat.ts": {
    "shared-ui/chat.test.ts": [
      [
        "if (who === this.#who) this.#change(changes);",
        "this.#change(changes);",
        "the super user leaves nothing to who uses the page after them, also when the server answers late",
      ],
      [
        "?? this.#lastName)",
        '?? recall(field, isText, () => localStorage) ?? "")',
        "is another name in another window",
      ],
      ["this.#typed.get(key) ?? ", "", "stays after a refusal where the browser stores nothing"],
      ["if (problem !== this.#state.problem) ", "", "is drawn only when there is something else to say of it"],
      [
        "if (this.#state.you?.ended === undefined) this.#outbox.connected();",
        "if (retryAt) this.#outbox.connected();",
        "sending keeps a text in the outbox until an update brings its draft id back",
      ],
      [
        'if (state !== "connected") this.#outbox.disconnected();',
        'if (state !== "connected") {}',
        "sending waits for the first update, and sends again after each new connection",
      ],
      ["if (!this.#told) return;", "", "a view is told once about all changes of one turn"],
      [
        "if (this.#waitsForFrame) return this.#replaceState(changes);",
        "",
        "a view is told at most once in a frame of what others say, and of the last message, too",
      ],
      [
        "if (this.#state !== told) this.#changeOncePerFrame({});",
        "",
        "a view is told at most once in a frame of what others say, and of the last message, too",
      ],
      [
        "  #change(changes: Partial<ChatState>) {\n    this.#replaceState(changes);",
        "  #change(changes: Partial<ChatState>) {\n    this.#replaceState(changes);\n    if (this.#waitsForFrame) return;",
        "a view is told at once of what the person does, also in a burst",
      ],
      ["    cancelAnimationFrame(frame);", "", "a view is told of a burst later while the page is not on the screen"],
      ["}, timing.unseen);", "}, 1e9);", "a view is told of a burst later while the page is not on the screen"],
      [
        "setInterval(() => this.#look(), 500);",
        "",
        "a view reads whether there is a connection, and when the next attempt is due",
      ],
      [
        'usual === "connected" || navigator.onLine ? usual : "offline"',
        "usual",
        "a view reads that this device has no network, and when it is back",
      ],
      [
        'usual === "connected" || navigator.onLine ? usual : "offline"',
        'navigator.onLine ? usual : "offline"',
        "a view reads that this device has no network, and when it is back",
      ],
      [
        "messages.length - 1 - messages.lastIndexOf(reading.newest!)",
        "messages.length",
        "a view reads how many messages have come since the person scrolled up, in each room",
      ],
      [
        "this.#reading.get(place.key) ?? {",
        "undefined ?? {",
        "a view reads how many messages have come since the person scrolled up, in each room",
      ],
      [
        "if (top === undefined && below > 0) this.#change({});",
        "",
        "a view reads how many messages have come since the person scrolled up, in each room",
      ],
      [
        "this.#reading.clear();",
        "",
        "a view reads how many messages have come since the person scrolled up, in each room",
      ],
      [
        "isKnown ? news : ",
        "",
        "another window of this browser that signed in is followed once, also when the server says so before that window does",
      ],
      [
        'async #post(draft: Draft, post: Technique["post"]): Promise<Message> {',
        '#post(draft: Draft, post: Technique["post"]): Promise<Message> { return post(draft); } async post(draft: Draft, post: Technique["post"]): Promise<Message> {',
        "sending survives a technique that throws",
      ],
      [
        'if (!text.trim() || problem) return "text";',
        "",
        "sending refuses in the page what the server would refuse for its length, and keeps it",
      ],
      [
        "this.#outbox.arrived(update.msg);",
        "",
        "sending keeps a text in the outbox until an update brings its draft id back",
      ],
      ['keep(this.#textKey, "");', "", "what is typed is empty after it was sent, and stays after it was not"],
      ["keep(field, value, () => localStorage);", "", "what is typed survives a reload, and the name the next visit"],
      [
        "return () => this.#listeners.delete(listener);",
        "return () => {};",
        "a view is told once about all changes of one turn",
      ],
      [
        'state === "connected" || state === "connecting" ? state : "reconnecting"',
        'state as "connected"',
        "a view reads whether there is a connection, and when the next attempt is due",
      ],
      [
        'await send("POST", "/session", { name: name.trim(), password });',
        "Response.json({ name }, { status: 201 }); // nobody asks the server",
        "signing in asks the server, forgets what was shown, and begins anew without a cursor",
      ],
      [
        "this.#connection.forget(name);",
        "",
        "signing in asks the server, forgets what was shown, and begins anew without a cursor",
      ],
      [
        "this.#rooms.become(name);",
        "",
        "signing in asks the server, forgets what was shown, and begins anew without a cursor",
      ],
      ["isChanging() || ", "", "signing in sends nothing while it is under way, not even what a stranger typed before"],
      [
        "|| (whoIsSignedIn() ?? this.#who).since !== this.#who.since",
        "",
        "what is typed as one person is not sent after another window has signed in as somebody else, although the connection is still there",
      ],
      [
        "this.#outbox.become(canonical(name));",
        "",
        "what is typed as one person is never sent as another, and waits for this one",
      ],
      [
        '`text ${canonical(name)} ${place.key === lobby ? "" : place.key}`',
        '`text ${place.key === lobby ? "" : place.key}`',
        "what is typed as one person is never sent as another, and waits for this one",
      ],
      [
        '`text ${canonical(name)} ${place.key === lobby ? "" : place.key}`',
        "`text ${canonical(name)}`",
        "a place decides where a text goes, and keeps its own draft",
      ],
      [
        "if (this.#follow()) return this.#connection.reconnect(0);",
        "",
        "another window of this browser that signs in takes this one along, which says so",
      ],
      [
        'this.#become(tell(name), changed(before.name, name));\n        return "";',
        "this.#become(tell(name), changed(before.name, name));",
        "another window of this browser is believed less than the server: an update for somebody else shows nothing and begins anew",
      ],
      [
        "name !== before.name || resumed",
        "name !== before.name",
        "another window of this browser does so also when only the server tells: what was said meanwhile in other rooms is asked for",
      ],
      [
        "who.since === this.#who.since",
        "who.name === this.#who.name",
        "another window of this browser that signs in again as the same person ends the end of a session here, too",
      ],
      [
        "if (you.ended !== undefined) this.#outbox.disconnected();",
        "",
        "a session that is over leaves the conversation readable, and what was typed with its author",
      ],
      [
        "this.#rooms.take(update, this.#state.you?.ended !== undefined)",
        "this.#rooms.take(update)",
        "a session that is over leaves the conversation readable, and what was typed with its author",
      ],
      [
        "this.#connection.reconnect(timing.retry);",
        "",
        "a session that is over is noticed at a post: the draft is not refused, and the first update says why",
      ],
      [
        "if (!problem) this.#connection.reconnect(0);",
        "",
        "a place is closed until the person is signed in, and has joined it",
      ],
      [
        'if (this.#state.door !== "activity" || document.hidden) return;',
        "",
        "the super user reads what happens, again and again while they look, and bans",
      ],
      [
        'activity = "!activity"',
        'activity = "activity"',
        "the super user is nobody else, and a room called activity is a room like any other",
      ],
      [
        "await post({ ...draft, as: name })",
        'await post({ ...draft, as: "" })',
        "signing in is in the address of each connection and in each draft: the server compares it with the cookie",
      ],
      [
        "        this.#connection.forget();\n",
        "",
        "a session that is over is noticed at a post: the draft is not refused, and the first update says why",
      ],
      [
        "if (error instanceof Refusal && error.status === 401)",
        "if (name && error instanceof Refusal && error.status === 401)",
        "another window of this browser may have changed the cookie under what a stranger posts: the draft waits for the stranger",
      ],
      [
        "      this.#rooms.readElsewhere();\n",
        "",
        "another window of this browser that reads a room reads it for this one, too",
      ],
      [
        "response.status === 201 ? `You created",
        "response.status === 200 ? `You created",
        "signing in says that it has created an account, so that a wrong letter in a name is seen",
      ],
      [
        'place.key === this.#state.joining ? this.#state.news : ""',
        '""',
        "a place that did not exist is told of as new, also when the page goes there only now",
      ],
      [
        "if (response.status === 201) made",
        "if (response.ok) made",
        "a place that did not exist is told of as new, also when the page goes there only now",
      ],
      [
        '? "joining" : "members"',
        '? "unknown" : "members"',
        "a place is closed until the person is signed in, and has joined it",
      ],
      [
        "roomName.test(name.normalize())",
        "roomName.test(name)",
        "a place has a name that the server allows: for another one, there is no button that can only fail",
      ],
      [
        "{1,${limits.name}}$`",
        "+$`",
        "a place has a name that the server allows: for another one, there is no button that can only fail",
      ],
      [
        "(you.name && key === `@${canonical(you.name)}`)",
        "false",
        "a place is nowhere for messages to oneself, or to nobody",
      ],
    ],
  },
  "shared-ui/outbox.ts": {
    "shared-ui/chat.test.ts": [
      [
        'item.state === "sent" ? { ...item, state: "sending" } : item',
        "item",
        "sending starts over after a reset: what the old log accepted goes to the new one",
      ],
      [
        "this.#sending = undefined;\n    this.#failures = 0;",
        "this.#failures = 0;",
        "sending waits for the first update, and sends again after each new connection",
      ],
      [
        "    this.#failures = 0;\n    clearTimeout(this.#timer);\n  }",
        "    this.#failures = 0;\n  }",
        "an answer is not waited for when the connection is gone",
      ],
      ["if (this.#sending !== send) return;", "", "an answer to an earlier connection changes nothing"],
      ["if (this.#sending === send) settle", "settle", "an answer to an earlier connection changes nothing"],
      ["!this.#connected || this.#sending", "!this.#connected", "an answer to an earlier connection changes nothing"],
      [
        "++this.#failures",
        "this.#failures",
        "an answer that does not come is waited for longer each time, until one comes",
      ],
      [
        "      this.#failures = 0;\n      this.#change",
        "      this.#change",
        "an answer that does not come is waited for longer each time, until one comes",
      ],
      [
        "this.#connected = false;\n    this.#sending",
        "this.#sending",
        "an answer is not waited for when the connection is gone",
      ],
    ],
    "shared-ui/outbox.test.ts": [
      [
        "error instanceof RetryLater ? error.after : 0",
        "0",
        "an outbox pauses after a failure, and longer when the server asks for it",
      ],
      [
        "setTimeout(failed, timing.acknowledgement)",
        "setTimeout(failed, 600_000)",
        "an outbox sends the same draft again when no acknowledgement arrives in time",
      ],
      [
        "this.#key = `outbox ${person}`.trim();",
        'this.#key = "outbox";',
        "a person finds what they have typed, and nobody else does",
      ],
      [
        "become(person: string): void {\n    this.disconnected();",
        "become(person: string): void {",
        "a person gets no answer that was meant for another",
      ],
      [
        "this.add(user, text, {",
        "this.add(user, text, true ? {} : {",
        "a person sends a refused text again to the same room",
      ],
      [
        "if (later > 0) this.#change",
        "if (false) this.#change",
        "an outbox says that a draft waits when the server wants it later, and sends it and those after it on",
      ],
      ["keep(this.#key, items);", "", "storage keeps the outbox over a reload, with the same drafts"],
    ],
  },
  "shared-ui/known-rooms.ts": {
    "shared-ui/known-rooms.test.ts": [
      [
        "if (added.some(({ id }, place) => id !== room.seen + 1 + place)) return",
        "if (false) return",
        "the gap rule asks again from where the room with the hole was complete, although other rooms went on",
      ],
      [
        "return room.cursor || this.#start;",
        "return cursor;",
        "the gap rule asks again from where the room with the hole was complete, although other rooms went on",
      ],
      [
        "room.cursor || this.#start",
        "room.cursor",
        "the gap rule lets a room begin that nobody has spoken in before, with 1",
      ],
      [
        "messages.filter(({ id }) => id > room.seen)",
        "messages",
        "the gap rule holds for each room by itself, and drops repeats",
      ],
      [
        "canonical(user) === canonical(me) ? to : user",
        "to",
        "the gap rule lets a room begin that nobody has spoken in before, with 1",
      ],
      [
        "canonical(user) === canonical(me) ? to : user",
        "user === me ? to : user",
        "the gap rule knows a conversation by the other one of two, whoever writes, and however a name is spelled",
      ],
      [
        "new Map(rooms && !ended ? [] : before)",
        "new Map(before)",
        "a list of rooms is complete: what is not in it is not theirs any more",
      ],
      [
        "rooms && !ended ? [] : before",
        "rooms ? [] : before",
        "a list of rooms leaves the rooms readable when the session is over",
      ],
      [
        "if (from === undefined) return known ?? fresh(name, 0);",
        "if (known || from === undefined) return known ?? fresh(name, 0);",
        "a list of rooms begins a room anew with `from`: without a notice for who has just joined, and with one for who missed something",
      ],
      [
        "&& from > known.seen + 1",
        "",
        "a list of rooms begins a room anew with `from`: without a notice for who has just joined, and with one for who missed something",
      ],
      [
        "if (reset) this.#start = cursor;",
        "",
        "a list of rooms of another log replaces everything, and a notice says why",
      ],
      [
        "const countsAsRead = isOpen ||",
        "const countsAsRead =",
        "what is unread comes in pieces: a room that is new to this browser is read, and a conversation is not",
      ],
      [
        "if (this.#me) keep(this.#entry",
        "if (false) keep(this.#entry",
        "what is unread survives a reload, and counts what was said meanwhile, loaded or not",
      ],
      [
        "if (this.#me) keep(this.#entry",
        "keep(this.#entry",
        "what is unread is that of one person: nobody else inherits it, and of a stranger nothing is kept",
      ],
      [
        "this.#marks = new Map();",
        "",
        "what is unread is that of one person: nobody else inherits it, and of a stranger nothing is kept",
      ],
      ["if (own && (", "if (false && (", "what is unread ends where this person has answered, on whatever device"],
      [
        'if (own && (key.startsWith("@") || this.#mark(key)))',
        "if (own)",
        "what is unread ends where this person has answered, on whatever device",
      ],
      [
        "unread === room.unread ? room : { ...room, unread }",
        "{ ...room, unread }",
        "what is unread leaves all other rooms as they are",
      ],
      [
        "if (!this.#start) return;",
        "",
        "what is unread is not touched by a reload before the first update, which says how much there is",
      ],
      [
        'typeof id === "number" && id >= 0',
        "id !== undefined",
        "what is unread is counted in a room of any name, and a count that is broken spoils no other",
      ],
      [
        "if (isLater(kept, mark)) this.#marks",
        "if (kept) this.#marks",
        "what is unread ends where this person has read in another window, and never goes back",
      ],
      [
        "else if (isLater(mark, kept)) this.#keep(key, mark);",
        "",
        "what is unread ends where this person has read in another window, and never goes back",
      ],
      [
        "Math.max(0, last - readUpTo(messages, this.#mark(key)))",
        "last - readUpTo(messages, this.#mark(key))",
        "what is unread ends where this person has read in another window, and never goes back",
      ],
      [
        "if (!isLater(mark, before)) return;",
        "",
        "what is unread is not undone by another window that is behind in some rooms, or is opened just now",
      ],
      [
        "if (isOpen || (countsAsRead && seen >= last))",
        "if (countsAsRead && seen >= last)",
        "what is unread comes in pieces: a room that is new to this browser is read, and a conversation is not",
      ],
      [
        "if (isLater(kept, this.#marks.get(key))) this.#marks.set(key, kept);",
        "",
        "what is unread is not undone by another window that is behind in some rooms, or is opened just now",
      ],
      [
        "if (isOpen || (countsAsRead && seen >= last))",
        "if (countsAsRead)",
        "what is unread comes in pieces: a room that is new to this browser is read, and a conversation is not",
      ],
      [
        '(!key.startsWith("@") && !this.#mark(key))',
        "!this.#mark(key)",
        "what is unread comes in pieces: a room that is new to this browser is read, and a conversation is not",
      ],
      [
        "if (!newest || newest.time <= mark.time) return mark.id;",
        "return mark.id;",
        "what is unread begins with the first message of a room that was made again under the same name",
      ],
      [
        "messages.findLast(({ time }) => time <= mark.time)?.id ?? 0",
        "0",
        "what is unread is what was said since then, also after the log was brought back from a copy",
      ],
      [
        "one.time > other.time || (one.time === other.time && one.id > other.id)",
        "one.id > other.id",
        "what is unread begins with the first message of a room that was made again under the same name",
      ],
      [".slice(-timing.shown);", ";", "keeps the newest messages of each room"],
    ],
  },
  "shared-ui/wire/entry.ts": {
    "shared-ui/wire/recorder.test.ts": [
      [
        "const masked = text.replaceAll(",
        "const masked = text || text.replaceAll(",
        "fetch is recorded without passwords",
      ],
    ],
  },
  "shared-ui/request.ts": {
    "shared-ui/request.test.ts": [
      [
        ".finally(() => clearTimeout(timer))",
        "",
        "gives a long answer on a slow network the time that it takes, once it has begun",
      ],
      ["response.status !== 429 && response.status < 500", "response.status < 500", "turns 429 into RetryLater"],
      [
        "Math.min(Math.max(0, milliseconds || 0), 2 ** 31 - 1)",
        "Math.max(0, milliseconds || 0)",
        "limits Retry-After to the longest delay of a timer",
      ],
      ["Number(value) * 1_000", "Number(value)", "reads a Retry-After in seconds"],
      [
        "if (response.ok) return response;",
        "return response;",
        "turns 400 into a Refusal with the message of the server",
      ],
      ["isText(answer?.error) && answer.error", "answer?.error", "says the status when the response has no message"],
    ],
  },
  "shared-chat/log.ts": {
    "e2e/doors.test.ts": [
      [
        " && reader.changed <= tick) return { msg",
        ") return { msg",
        "raw-websockets who may ask a page that takes itself for somebody else is told who it is, and what it says is refused",
      ],
      [
        "if (reader.ended !== undefined) throw refuse(401, reader.ended);",
        "",
        "raw-websockets signing out ends this session at once, and other devices stay",
      ],
      [
        '`${reader.name ? personal(reader.name) : ""} ${draft.draftId}`',
        "draft.draftId",
        "polling somebody else's draft id tells nothing of their message",
      ],
      [
        'if (as !== undefined && canonical(as) !== canonical(reader.name ?? ""))',
        "if (false)",
        "polling who may ask a page that takes itself for somebody else is told who it is, and what it says is refused",
      ],
      [
        "if (!reader.name && people.isTaken(draft.user))",
        "if (false)",
        "polling a stranger cannot use the name of an account, however it is spelled",
      ],
    ],
    "shared-chat/people.test.ts": [
      [
        "Math.max(made, ",
        "Math.max(0, ",
        "rooms that are made again under the same name begin anew, also for the super user who was away",
      ],
      [
        "Math.min(...heard",
        "Math.max(...heard",
        "a super user who joins a room has heard it before, so it does not begin anew: leaving it in the middle of a long catch-up would skip a part",
      ],
    ],
    "shared-server/histories.test.ts": [
      [
        "at === undefined || heardSince(room) > at",
        "at === undefined",
        "every screen shows all that its owner may read, in order, once, and nothing else, whatever happens, with a log that keeps everything",
      ],
      [
        "const run = this.#untold.at(-1);",
        "const run = this.#untold.find((each) => each.room === room);",
        "every screen shows all that its owner may read, in order, once, and nothing else, whatever happens, with a log that keeps everything",
      ],
      [
        "cursor: this.cursorAt(end)",
        "cursor: this.cursor",
        "every screen shows all that its owner may read, in order, once, and nothing else, whatever happens, with a log that keeps everything",
      ],
      [
        ".filter((said) => said.tick <= end)",
        "",
        "every screen shows all that its owner may read, in order, once, and nothing else, whatever happens, with a log that keeps everything",
      ],
      [
        "reader.changed > tick ||",
        "",
        "every screen shows all that its owner may read, in order, once, and nothing else, whatever happens, with a log that keeps everything",
      ],
      [
        "reader.topics.flatMap((topic) => [...(this.#byTopic.get(topic) ?? [])])",
        "[...this.#byTopic.values()].flatMap((set) => [...set])",
        "every screen shows all that its owner may read, in order, once, and nothing else, whatever happens, with a log that keeps everything",
      ],
      [
        "if (!to && !hears)",
        "if (false)",
        "every screen shows all that its owner may read, in order, once, and nothing else, whatever happens, with a log that keeps everything",
      ],
      [
        "cursor: this.cursorAt(said.at(-1)!.tick)",
        "cursor: this.cursor",
        "every screen shows all that its owner may read, in order, once, and nothing else, whatever happens, with a log that keeps everything",
      ],
    ],
    "shared-chat/log.test.ts": [
      ["if (tick === 0) return 0; // before the first entry", "", "answers EPOCH.0. with new-log, and does not throw"],
      [
        "known[field] === draft[field]",
        "known.text === draft.text",
        "a draft that is sent twice is refused with 409 and its draft id when it has another name",
      ],
      [
        "if (tick > this.#journal.last.tick)",
        "if (false)",
        "since answers EPOCH.4.TIME with new-log, and does not throw",
      ],
      [
        "for (const listener of this.#listeners) listener(update, [lobby]);",
        "",
        "a listener receives an empty update every 15 s, also while others talk: whoever is in a quiet room hears nothing else",
      ],
      [
        "id: last + 1",
        "id: last",
        "a log turns a draft into a message with an id, a time, and the trimmed name and text",
      ],
      ["clearInterval(this.#heartbeat);", "", "a listener leaves no timer behind"],
      [
        "while (this.#bytes > limits.memory)",
        "while (false)",
        "all rooms together keep no more than so many bytes: the largest forgets its oldest message, and a quiet one keeps its own",
      ],
      ["this.#bytes -= old?.bytes ?? 0;", "", "all rooms together keep more again when a room is taken away"],
      [
        "    this.#tellUntold();\n    const newcomer",
        "    const newcomer",
        "a listener receives pending messages from since(), before a newcomer joins: no duplicates, nothing missed",
      ],
      [
        "this.#listeners.delete(listener);",
        "",
        "a listener receives nothing after its signal is aborted, and other listeners continue",
      ],
      [
        "this.#byDraft.delete(oldest[0]);",
        "",
        "a draft that is sent twice is a new message after 10,000 other drafts, because the memory for draft ids is limited",
      ],
    ],
    "shared-chat/journal.test.ts": [
      ["while (room.kept.length > 0) forgetOldest(room);", ";", same],
      ["(message.to && this.#addRoom", "(this.#addRoom", same],
    ],
    "stores/stores.test.ts": [
      ["if (!this.healthy) return;", "", isAway],
      ["Number.parseInt(time, 36) >= this.#openedAt", "true", goneBack],
      ["    this.#openedAt = Date.now();\n", "", goneBack],
      ["this.#timeOf(tick) === undefined || cursor === this.cursorAt(tick)", "true", goneBack],
      ["return this.#journal.shared && Number", "return false && Number", ahead],
    ],
  },
  "shared-chat/journal.ts": {
    "shared-chat/people.test.ts": [["!ahead.some(isRecord) && ", "", "an account is one, however its name is spelled"]],
    "shared-chat/log.test.ts": [
      [
        'randomBytes(6).toString("base64url")',
        '"epoch"',
        "a log has an epoch that never changes and that no other log has",
      ],
    ],
    "shared-chat/journal.test.ts": [["|| (entries.at(-1)?.tick ?? last.tick) > last.tick + entries.length", "", same]],
    "stores/stores.test.ts": [
      ["if (this.#tidying || this.#unneeded.length < limits.unneeded) return;", "return;", grows],
      ['if (this.#awaySince.has("append") && !this.#adding)', "if (false)", isAway],
      ["for (const { addition } of built) addition.reject(later);", "", isAway],
    ],
  },
  "stores/sqlite.ts": {
    "stores/stores.test.ts": [
      ["if (!isThere() || ", "if (", "sqlite a store that is wiped has another epoch when it is opened again"],
      ["(last ?? 0) !== entries[0]!.tick - 1", "false", "sqlite a store adds nothing where somebody else was faster"],
      [
        "there?.time !== after.time",
        "!there",
        "sqlite a store tells when the entry to read after is not there any more, or is another one",
      ],
      ["if (now !== last) wake();", "", "sqlite a store wakes the others when something is added"],
    ],
    "stores/chat-log.slow.test.ts": [
      ["performance.now() > giveUp", "true", "CHAT_LOG may be made by several processes at the same moment"],
    ],
  },
  "stores/redis.ts": {
    "stores/stores.test.ts": [
      ["if last ~= first - 1 then return 0 end", "", "redis a store adds nothing where somebody else was faster"],
      ["by !== me && wake()", "by === me && wake()", "redis a store wakes the others when something is added"],
      ["socketTimeout: 5_000, //", "//", isAway.replace("sqlite", "redis")],
    ],
  },
  "shared-chat/message.ts": {
    "e2e/doors.test.ts": [
      [
        "{ ...input, user: author }",
        "{ user: author, ...input }",
        "polling the author is who is signed in, whatever the draft says",
      ],
      [
        '  .refine(isVisible, "The name of the room is empty.")\n',
        "",
        "polling a room with a strange name is a room like any other",
      ],
    ],
    "shared-chat/message.test.ts": [
      ["value.isWellFormed()", "true", "a text is not half an emoji"],
      [".trim()\n", "", "a draft is the trimmed name and text that a person sends"],
      [
        "[...value].length <= longest",
        "value.length <= longest",
        "a text may be 2,000 emoji, which are 4,000 UTF-16 units",
      ],
      ["(?![\\u200C\\u200D])", "", "a name may be Persian, with a zero-width non-joiner"],
      [
        'z.uuid("The draft id must be a UUID.")',
        'z.string("The draft id must be a UUID.")',
        'a draft is refused when its id is "", which is not a UUID',
      ],
      ["identified.safeParse(input).data?.draftId", "undefined", "a draft is refused with its id, if the id is valid"],
      ['throw new Refusal(400, "The body is not valid JSON.");', "return undefined;", 'parseJson refuses ""'],
    ],
  },
  "http2-push/certificate.ts": {
    "shared-server/cli.slow.test.ts": [
      [
        "{ mode: 0o600 }",
        "{ mode: 0o644 }",
        "the certificate is made on the first start, only for this machine, readable only by its owner",
      ],
      [
        "mode: 0o700",
        "mode: 0o755",
        "the certificate is made on the first start, only for this machine, readable only by its owner",
      ],
      [
        "renameSync(own,",
        "writeFileSync(file, readFileSync(own)); (() => {})(",
        "the certificate is made on the first start, only for this machine, readable only by its owner",
      ],
    ],
  },
  "http2-push/client.ts": {
    "http2-push/client.test.ts": [
      [
        'attempt.signal.addEventListener("abort", () => source.close());',
        "",
        "Closes the stream when the page hangs up",
      ],
      ["|| tries-- === 0", "", "Leaves no try to the browser when the stream never opened: it has no backoff"],
      [
        "else attempt.interrupted();",
        "",
        "Says that the connection is gone, and leaves it to the browser to come back",
      ],
      [
        'source.addEventListener("open", () => (tries = 3));',
        "",
        "Says that the connection is gone, and leaves it to the browser to come back",
      ],
    ],
  },
  "raw-websockets/client.ts": {
    "raw-websockets/client.test.ts": [
      ['event === "msg:error" && data.later', "false", "Rejects a post that is welcome later with the time to wait"],
      ['attempt.signal.addEventListener("abort", () => own.close());', "", "Closes the socket when the page hangs up"],
      [
        'own.addEventListener("close", () => attempt.reconnect());',
        "",
        "Comes back when the socket closes, which a WebSocket does not do",
      ],
      ["answer?.reject(new Refusal(422, data.error))", "answer", "Rejects a refused post with the reason"],
    ],
  },
  "shared-server/variants.ts": {
    "views/rxjs/setting.slow.test.ts": [
      [
        'CLIENT === "rxjs"',
        "CLIENT === undefined",
        "socket-io serves the client in RxJS, and a source map that leads to it",
      ],
    ],
  },
  "views/rxjs/polling.ts": {
    "views/rxjs/promises.test.ts": [
      ["      take(1),\n", "", "polling never has two polls under way, and rests after each answer"],
      ["more ? 0 : timing.poll", "0", "polling never has two polls under way, and rests after each answer"],
      ["tap(() => urgent.next(false)),", "", "polling never has two polls under way, and rests after each answer"],
      [
        "urgent.pipe(filter(Boolean))",
        "urgent.pipe(filter((value, i) => value && i > 0))",
        "polling never has two polls under way, and rests after each answer",
      ],
      [
        "more ? 0 : timing.poll",
        "timing.poll",
        "polling polls at once after an own post, and when there is more to come of a long catch-up",
      ],
      [
        "  urgent.next(true); // the author",
        "  // the author",
        "polling polls at once after an own post, and when there is more to come of a long catch-up",
      ],
      [
        ".pipe(filter(pageIsVisible)), urgent",
        ", urgent",
        "polling asks nothing while the page is hidden, and once when it is visible again",
      ],
      [
        "  .subscribe(() => urgent.next(true));",
        "  .subscribe(() => {});",
        "polling asks nothing while the page is hidden, and once when it is visible again",
      ],
      [
        'takeUntil(fromEvent(attempt.signal, "abort")),',
        "",
        "polling ends when the page hangs up, also while it rests",
      ],
      ["{ signal: attempt.signal }", "{}", "polling closes exactly one connection when the page is left"],
      ["error: (error) => attempt.reconnect(error)", "error: () => {}", "polling reconnects with the shared delay"],
    ],
  },
  "views/rxjs/http2-push.ts": {
    "views/rxjs/promises.test.ts": [
      ["hungUp.subscribe(() => source.close());", "", "http2-push closes exactly one connection when the page is left"],
      [
        '(source, "msg:get")\n    .pipe(takeUntil(hungUp))\n    .subscribe(({ data }) => attempt.received(JSON.parse(data)));',
        '(source, "msg:get")\n    .pipe(takeUntil(hungUp), map(({ data }) => JSON.parse(data)))\n    .subscribe((update) => attempt.received(update));',
        "http2-push goes on after a frame that it cannot read, and reports it on the console",
      ],
      [
        "map(() => 3)",
        "map(() => 2)",
        "http2-push leaves three tries to the browser after each stream that opened, then backs off",
      ],
      [
        "failures < tries",
        "failures <= tries",
        "http2-push leaves three tries to the browser after each stream that opened, then backs off",
      ],
      [
        "startWith(0)",
        "startWith(3)",
        "http2-push leaves no try to the browser when the stream never opened: it has no backoff",
      ],
      [
        "oneMore && source.readyState !== EventSource.CLOSED",
        "oneMore",
        "http2-push comes back after an answer that is not 200, where the browser stays away",
      ],
      ["else attempt.reconnect();", "", "http2-push reconnects with the shared delay"],
    ],
  },
  "views/rxjs/raw-websockets.ts": {
    "views/rxjs/promises.test.ts": [
      [
        "complete: () => attempt.reconnect(),",
        "",
        "raw-websockets reconnects after a clean close, which RxJS takes for the end",
      ],
      ["error: () => attempt.reconnect(),", "error: () => {},", "raw-websockets reconnects with the shared delay"],
      [
        ", deserializer }",
        " }",
        "raw-websockets goes on after a frame that it cannot read, and reports it on the console",
      ],
      [
        "socket = webSocket(",
        "socket ??= webSocket(",
        "raw-websockets sends nothing late in a burst after it was away",
      ],
      [
        "const answers = frames.pipe(",
        "const answers = socket.pipe(",
        "raw-websockets sends nothing late in a burst after it was away",
      ],
      [
        "const answers = frames.pipe(",
        "const answers = socket.pipe(",
        "raw-websockets closes exactly one connection when the page is left",
      ],
      [
        'socket.pipe(takeUntil(fromEvent(attempt.signal, "abort")))',
        "socket",
        "raw-websockets closes exactly one connection when the page is left",
      ],
      [
        '  const message = firstValueFrom(answers.pipe(map(accepted))); // first listen, then send\n  socket.next({ event: "msg:post", data: draft });',
        '  socket.next({ event: "msg:post", data: draft });\n  const message = firstValueFrom(answers.pipe(map(accepted)));',
        "raw-websockets receives an answer that arrives while it sends",
      ],
      ["data.draftId === draft.draftId", "true", "raw-websockets finds the answer to each post by its draft id"],
    ],
  },
  "views/rxjs/socket-io.ts": {
    "views/rxjs/promises.test.ts": [
      [
        "hungUp.subscribe(() => own.disconnect());",
        "",
        "socket-io closes exactly one connection when the page is left",
      ],
      [
        ".subscribe(() => attempt.interrupted())",
        ".subscribe(() => attempt.reconnect())",
        "socket-io leaves reconnecting to the library, with the shared delays",
      ],
      [
        "auth: (send) => send(attempt.parameters())",
        "auth: attempt.parameters()",
        "socket-io sends the newest cursor with each connection of the library",
      ],
    ],
  },
  "socket-io/client.ts": {
    "socket-io/client.test.ts": [
      [
        "query: { as: attempt.parameters().as },",
        "",
        "Sends the newest cursor with each connection, and passes each update on",
      ],
      [
        "if (later) throw new RetryLater(error, later * 1000);",
        "",
        "Rejects a post that is welcome later with the time to wait",
      ],
      ['attempt.signal.addEventListener("abort", () => own.disconnect());', "", "Disconnects when the page hangs up"],
      [
        'own.on("connect_error", () => attempt.interrupted());',
        "",
        "Says at each connect_error that the connection is gone, and leaves it to the library",
      ],
      [
        'own.on("disconnect", () => attempt.interrupted());',
        "",
        "Says at each disconnect that the connection is gone, and leaves it to the library",
      ],
      ["if (error) throw new Refusal(422, error);", "", "Rejects a refused post with the reason"],
      [
        "reconnectionDelayMax: timing.retryMost,",
        "",
        "Has the library back off with jitter, and report each try before the watchdog takes it for dead",
      ],
    ],
  },
  "compare/routes.ts": {
    "compare/side-by-side.test.ts": [
      [
        'withOurAddresses(read("../what-to-try.md"), url, panes)',
        'read("../what-to-try.md")',
        "What there is to read The experiments name the addresses of this page and of these panes",
      ],
      ["[`/${file}.txt`,", "[`/${file}.html`,", "What there is to read polling/server.ts is served as text"],
      [
        "...Object.keys(documents).flatMap((file) => linkedFiles(read(`../../${file}`), file)),",
        "",
        "What there is to read compare/which-one.md is a page, at /which-one, and each of its own links leads somewhere",
      ],
    ],
    "compare/routes.test.ts": [
      [
        "if (!res.writableNeedDrain) res.write(event)",
        "res.write(event)",
        "The counters are not kept for a page that does not read them",
      ],
    ],
    "compare/npm-start.slow.test.ts": [
      [
        'if (hostname === "localhost")',
        "if (hostname)",
        "npm start with PUBLIC_ORIGIN, prints the public addresses, and answers a proxy that states them or its own",
      ],
      [
        " || origin === `http://localhost:${socket.localPort}`",
        "",
        "npm start with PUBLIC_ORIGIN, prints the public addresses, and answers a proxy that states them or its own",
      ],
    ],
  },
  "compare/npm-start.ts": {
    "shared-server/cli.slow.test.ts": [
      [
        "adviseSuperUser(log);",
        "",
        "the command line says, last, who becomes the super user that SUPER_USER names: npm start",
      ],
    ],
    "compare/npm-start.slow.test.ts": [
      ["await bundled;", "", "npm start prints its addresses when the scripts of all pages are ready"],
      [
        'PUBLIC_ORIGIN.replace(/^http:/, "https:")',
        "PUBLIC_ORIGIN",
        "npm start with PUBLIC_ORIGIN on http, because there is no proxy, still has http2-push on https",
      ],
    ],
  },
  "shared-server/cli.ts": {
    "shared-server/cli.slow.test.ts": [
      ["await bundled;", "", "the command line prints its address when the page's script is ready"],
      [
        "publicOrigin, view }",
        "publicOrigin }",
        "the command line serves the page in the view that VIEW names, and says when there is none of that name",
      ],
      [
        "adviseSuperUser(log);",
        "",
        "the command line says, last, who becomes the super user that SUPER_USER names: polling",
      ],
    ],
  },
  "compare/tapped-variant.ts": {
    "compare/npm-start.slow.test.ts": [
      [
        "publicOrigin: [this.url, ...own]",
        "publicOrigin: this.url",
        "npm start with PUBLIC_ORIGIN, prints the public addresses, and answers a proxy that states them or its own",
      ],
    ],
  },
  "compare/side-by-side.ts": {
    "compare/npm-start.slow.test.ts": [
      [
        "await tap.open(port && port + 1 + place, host);",
        "await tap.open(port && port + 1 + place);",
        "npm start binds to HOST, and prints addresses that answer there and nowhere else",
      ],
    ],
  },
  "shared-server/command.ts": {
    "views/rxjs/setting.slow.test.ts": [
      ['if (CLIENT && CLIENT !== "rxjs")', "if (false)", "There is no other client"],
      [
        'if (CLIENT && !areInstalled(folderOf("rxjs")))',
        "if (false)",
        "Where RxJS is not installed, one sentence says which command installs it",
      ],
    ],
    "shared-server/cli.slow.test.ts": [
      [
        "process.env[name] = value;",
        "process.env[name] ??= value;",
        "the command line takes the settings after its name, as every shell can write them, before those of the environment",
      ],
    ],
  },
  "compare/what-to-try.md": {
    "compare/experiments.test.ts": [
      [
        "then **refuse**",
        "then refuse",
        "Each bold word after Do is a button of the page, and each button has an experiment",
      ],
      ["**Why:** a dead peer", "A dead peer", "Each experiment says what to do, what you will see, and why"],
      [
        "press **count from zero**, and then **cut**",
        "press **cut**",
        "An experiment that breaks something counts from zero first, so that no figure is from before it",
      ],
    ],
  },
  "compare/outages.ts": {
    "compare/experiments.test.ts": [
      [
        "freeze: 40_000",
        "freeze: 20_000",
        "A freeze is longer than each technique needs to notice it, the watchdog included",
      ],
    ],
  },
  "compare/page/format.ts": {
    "compare/page/traffic.test.ts": [
      [
        "[1, 2, 4, 5, 8, 10].find",
        "[1, 2, 4, 8].find",
        "An axis ends at a round number that the highest bar does not exceed",
      ],
    ],
  },
  "compare/page/side-by-side.html": {
    "compare/experiments.test.ts": [
      [
        "For 40 s nothing passes and nothing closes; then everything passes.",
        "For some time nothing passes.",
        "Each button has a tooltip, and that of an outage says what the table of outages says",
      ],
    ],
  },
  "compare/page/side-by-side.css": {
    "compare/page/colours.test.ts": [
      ["light-dark(#7a3f00,", "light-dark(#e69f00,", "In the light theme polling has the contrast of a text, 4.5 to 1"],
      [
        "light-dark(#7a1096,",
        "light-dark(#3f4fd0,",
        "In the light theme The four techniques look different to people with protanopia",
      ],
    ],
  },
  "shared-ui/base.css": {
    "compare/page/colours.test.ts": [
      [
        "--control: light-dark(#7b8391,",
        "--control: light-dark(#d4d8df,",
        "In the light theme The edge of a control has a contrast of 3 to 1",
      ],
      ["::placeholder {", "::marker {", "Controls and placeholders have these colours, in the page and in the panes"],
    ],
  },
  "compare/tap.ts": {
    "compare/tap.test.ts": [
      [
        "port || (await freePort())",
        "port",
        "While the tap refuses, new connections get ECONNREFUSED and open connections stay",
      ],
      [
        'client.once("data", () => {\n      this.opened',
        'client.once("lookup", () => {});\n    queueMicrotask(() => {\n      this.opened',
        "The tap counts the connections on which a client has said something, and how many of them are open",
      ],
    ],
  },
  "compare/page/traffic.ts": {
    "compare/page/traffic.test.ts": [
      [
        "this.#openedBefore = this.#last?.opened;",
        "",
        "After an outage begins, its connections count from the counters before it",
      ],
    ],
  },
  "shared-ui/wire/counter.ts": {
    "shared-ui/wire/counter.test.ts": [
      [
        "page?.nextHopProtocol || files",
        "page?.nextHopProtocol ?? files",
        "The transport names the protocol of its files when the browser does not tell that of the page, as Firefox in a frame",
      ],
      [
        '[asks, protocol()].filter(Boolean).join(" over ")',
        "`${asks} over ${protocol()}`",
        "The transport names the protocol not at all when the browser tells none",
      ],
    ],
  },
  "compare/page/certificate-check.ts": {
    "compare/page/certificate-check.test.ts": [
      [
        'cache: "no-store"',
        'cache: "default"',
        "It asks the server itself, and not the browser's cache, until there is an answer",
      ],
      [
        'addEventListener("focus", done, { signal: listening.signal });',
        "",
        "It asks at once when the person comes back (focus)",
      ],
    ],
  },
  "bench/trial.ts": {
    "bench/with-tls.test.ts": [
      ["? { variant, withTls }", "? { variant }", "Clients reconnect over TLS after a restart"],
      [
        "tls: withTls",
        "tls: false",
        "The bench counts what TLS adds to a WebSocket: 22 bytes for each record (RFC 8446, section 5.2)",
      ],
    ],
  },
  "bench/delivery-counter.ts": {
    "bench/delivery-counter.test.ts": [
      [
        "message.room !== undefined && message.room !== receiver.room",
        "message.room === receiver.room && message.room !== receiver.room",
        "the delivery counter counts what reaches somebody who is not in the room as astray, and not as a delivery",
      ],
      [
        "message.missing -= 1;",
        "",
        "the delivery counter counts what reaches more people than it was for as astray: it does not stand in for a message that is still to come",
      ],
    ],
  },
  "bench/load-generator.ts": {
    "bench/measure.test.ts": [
      [
        "this.#draft(roomSize, room), tokenOf",
        "this.#draft(roomSize), tokenOf",
        "raw-websockets is measured in one room after another, and each message reaches the ten in it",
      ],
    ],
  },
  "bench/clients/websocket.ts": {
    "bench/clients/clients.test.ts": [
      [
        "byToken.get(token)",
        "posters[0]",
        "A client of raw-websockets with the token of a session speaks in its room and hears it, and nobody else does",
      ],
    ],
  },
  "bench/rows.ts": {
    "bench/results-page.test.ts": [
      ["against ${during(againstScenario)}", "", "A target that is compared with itself says in which scenario"],
      [
        "figure.max < other.figure.min",
        "figure.median < other.figure.median",
        "Only a figure that no spread of another one reaches is bold, and only where all have a figure",
      ],
      [
        'return tls && scheme === "http" ?',
        'return scheme === "http" ?',
        "With TLS there are figures of all four, and without it of three; a dash stands for what was not measured",
      ],
    ],
  },
  "bench/results.html": {
    "bench/results-page.test.ts": [
      ["“Missed” means", "It means", "The page explains what a goal is before it says that one is missed"],
    ],
  },
  "compare/count.ts": {
    "compare/count.test.ts": [
      [
        "Buffer.byteLength(readable.code)",
        "readable.map.length",
        "The size that DevTools shows is that of the script that the server sends",
      ],
    ],
  },
  "shared-server/admit.ts": {
    "e2e/doors.test.ts": [
      [
        "tokens.has(sid) && tokens.get(sid) !== sessions.token(req)",
        "false",
        "socket-io a stolen sid is worth nothing without its cookie, or with another: not to read, to post or to upgrade",
      ],
      [
        'searchParams.getAll("sid")',
        '[searchParams.get("sid") ?? ""]',
        "socket-io a stolen sid is worth nothing without its cookie, or with another: not to read, to post or to upgrade",
      ],
      [
        "refusalFor(req, publicOrigin) ??\n      refusalForData(req) ??",
        "refusalFor(req, publicOrigin) ??",
        "socket-io who may ask Sec-Fetch-Site: same-site is refused on every path with data, and at an upgrade",
      ],
      [
        'if (later !== undefined) res.setHeader("Retry-After", String(later));',
        "",
        "polling limits who posts too fast is told when to come back, and nothing is lost",
      ],
    ],
    "e2e/wire.test.ts": [
      [
        'headers[":authority"] ?? headers.host',
        'headers.host ?? headers[":authority"]',
        "http2-push believes :authority and not a Host header beside it",
      ],
      [
        "ours.some((url) => url.origin === origin)",
        "ours.some((url) => origin.startsWith(url.origin))",
        "polling admission refuses a site whose name begins with ours at every endpoint, with 403 and an error message",
      ],
      [
        'socket.once("finish", () => socket.destroy());',
        "",
        "a refused upgrade of raw-websockets closes the socket of a refused upgrade, although the client keeps its side open",
      ],
      [
        "if (refusal) refuseUpgrade(socket, refusal);",
        "",
        "raw-websockets posting answers a WebSocket at another path with 404 and an error message",
      ],
      [
        '(req.socket as TLSSocket).encrypted ? "https" : "http"',
        '"http"',
        "http2-push admission admits a request without an Origin, or with one of our origins, at every endpoint",
      ],
      [
        "origin === undefined || ",
        'origin === undefined || origin === "null" || ',
        "polling admission refuses a sandboxed frame or a file at every endpoint, with 403 and an error message",
      ],
    ],
  },
  "shared-server/body.ts": {
    "e2e/wire.test.ts": [
      [
        "if (!isUtf8(body)) throw",
        "if (false) throw",
        "polling posting answers invalid UTF-8 with 400 and an error message",
      ],
      ["req.resume();", "", "polling answers the next request on a connection after a body that was too large"],
      ["limit: limits.packet, ", "", "polling posting refuses a draft larger than 32 KiB, and other clients continue"],
      [
        'if (type !== "application/json") throw',
        "if (false) throw",
        "polling posting answers no Content-Type with 415 and an error message",
      ],
      [
        'if (req.headers["content-encoding"]) throw',
        "if (false) throw",
        "polling posting answers a compressed body with 415 and an error message",
      ],
    ],
  },
  "polling/server.ts": {
    "e2e/wire.test.ts": [
      [
        "{ keepAliveTimeout: limits.idle }",
        "{}",
        "polling keeps a connection open for longer than the pause between two polls",
      ],
      [
        "if (!update.msg.length && !update.rooms) return res.status(204).end();",
        "",
        "polling answers 204 without a body when nothing is new, and 200 to a newcomer, even when the log is empty",
      ],
      [
        "repeated ? 200 : 201",
        "201",
        "polling posting recognises a repeated draft: the answer is the same message, and it is sent to clients once",
      ],
    ],
    "e2e/traits.test.ts": [
      [
        "if (!update.msg.length && !update.rooms)",
        "if (!update.msg.length)",
        "polling When a reader may hear something else, the server ends the open connection, or the next poll asks again",
      ],
    ],
  },
  "http2-push/server.ts": {
    "e2e/traits.test.ts": [
      [
        "goodbye: () => stream.end(),",
        "goodbye: () => (stream as unknown as { close(code: number): void }).close(8),",
        "http2-push When a reader may hear something else, the server ends the open connection, or the next poll asks again",
      ],
    ],
    "e2e/doors.test.ts": [
      [
        "goodbye: () => stream.end(),",
        "goodbye: () => {},",
        "http2-push signing out ends this session at once, and other devices stay",
      ],
      [
        "chat.add(req.body, chat.reader(req), req.socket.remoteAddress)",
        "chat.add(req.body, chat.reader(req))",
        "http2-push limits who posts too fast is told when to come back, and nothing is lost",
      ],
    ],
    "e2e/wire.test.ts": [
      ["server.setTimeout(limits.idle);", "", "http2-push closes a session on which nothing but our pings moves"],
      [
        "if (!session.destroyed) session.ping",
        "session.ping",
        "http2-push does not ping a session that is destroyed, and closes its socket if that is still open",
      ],
      ["maxConcurrentStreams: 100, ", "", "http2-push limits the streams of a session"],
      [
        "if (req.httpVersionMajor === 2 && !req.stream)",
        "if (false)",
        "http2-push answers 505 to HTTP/2.0 sent as HTTP/1 text, and keeps running",
      ],
      [
        'req.get("Last-Event-ID") || req.query.since',
        "req.query.since",
        "http2-push reading continues from Last-Event-ID when a client sends two cursors",
      ],
      ['if (req.method === "HEAD") return res.end();', "", "http2-push ends the response to HEAD over HTTP/1.1, too"],
      ["2_000 * Math.random()", "0", "http2-push gives each connection its own retry time, with jitter"],
      ['"X-Accel-Buffering": "no",', "", "http2-push answers with an event stream that no proxy may buffer or cache"],
      [
        "listen: () => audience.join(reader.topics, stream),",
        "listen: () => void audience.join(reader.topics, stream),",
        "http2-push forgets a listener whose stream is closed",
      ],
    ],
    "e2e/overload.slow.test.ts": [
      [
        "goodbye: () => stream.end(),",
        "goodbye: () => {},",
        "http2-push ends a stream whose first update is under way when it stops",
      ],
      [
        "for (const session of sessions.keys()) session.close();",
        "",
        "http2-push ends a stream whose first update is under way when it stops",
      ],
      [
        "if (stream.writableLength <= limits.backlog) stream.write(encoded);",
        "stream.write(encoded); if (stream.closed) {}",
        "http2-push keeps less than 1 MiB for each client that asks for 8 MB and reads nothing",
      ],
      ["allowHTTP1: true, ", "", "http2-push closes the connection after an answer that it gives while it stops"],
    ],
  },
  "raw-websockets/server.ts": {
    "e2e/traits.test.ts": [
      [
        "socket.close(1012,",
        "socket.close(1001,",
        "raw-websockets When a reader may hear something else, the server ends the open connection, or the next poll asks again",
      ],
    ],
    "e2e/doors.test.ts": [
      [
        "draftId, later }));",
        "draftId }));",
        "raw-websockets limits who posts too fast is told when to come back, and nothing is lost",
      ],
      [
        "chat.add(parsePost(data.toString()), reader, remoteAddress)",
        "chat.add(parsePost(data.toString()), reader)",
        "raw-websockets limits who posts too fast is told when to come back, and nothing is lost",
      ],
      [
        'goodbye: () => socket.close(1012, "Please connect again."),',
        "goodbye: () => {},",
        "raw-websockets a ban ends all sessions of that person at once, with the reason, and lets them not back in",
      ],
    ],
    "e2e/wire.test.ts": [
      [
        'closing.addEventListener("abort", () => clearInterval(heartbeat));',
        "",
        "raw-websockets stopping and restarting clears every interval that it has set",
      ],
      [
        "listen: () => audience.join(reader.topics, socket),",
        "listen: () => void audience.join(reader.topics, socket),",
        "raw-websockets forgets a listener whose socket is closed",
      ],
      [
        'if (isBinary) return socket.close(1003, "Text frames only.");',
        "",
        "raw-websockets closes the connection after a binary frame, with the code that says why",
      ],
      [
        'socket.on("error", () => {});',
        "",
        "raw-websockets posting refuses a draft larger than 32 KiB, and other clients continue",
      ],
      [
        "maxPayload: limits.packet",
        "maxPayload: 100 * 1024 * 1024",
        "raw-websockets posting refuses a draft larger than 32 KiB, and other clients continue",
      ],
      [
        'socket.close(1012, "Please connect again.")',
        "socket.terminate()",
        "raw-websockets stopping and restarting stops at once with clients connected, and closes their connections",
      ],
      [
        'socket.once("pong", () => silent.delete(socket));',
        "",
        "a silent peer of raw-websockets is cut when it does not answer a ping, and a peer that answers stays connected",
      ],
      [
        "silent.forEach((socket) => socket.terminate())",
        "silent.forEach(() => {})",
        "a silent peer of raw-websockets is cut when it does not answer a ping, and a peer that answers stays connected",
      ],
      ["draftId, later }));", "later }));", "raw-websockets posting returns the id of a refused draft"],
      ["{ binary: false }", "{ binary: true }", "raw-websockets sends text frames"],
    ],
    "e2e/overload.slow.test.ts": [
      [
        "socket.bufferedAmount <= limits.backlog",
        "true",
        "raw-websockets hangs up on a client that posts and does not read the answers",
      ],
      [
        "++refusals > limits.refusals",
        "false",
        "raw-websockets hangs up on a client after 50 refusals, and takes it back",
      ],
    ],
  },
  "shared-chat/refusal.ts": {
    "e2e/wire.test.ts": [
      [
        'if (error instanceof Refusal) return error;\n  console.error(error);\n  return new Refusal(500, "Something went wrong on the server. Please try again.");',
        "return error instanceof Refusal ? error : new Refusal(500, String((error as Error).stack));",
        "polling an unexpected error is answered in words without a stack trace, and the server goes on",
      ],
    ],
  },
  "shared-server/packages.ts": {
    "shared-server/views.test.ts": [
      [
        "installed.get(path) === version",
        "installed.has(path)",
        "Packages are installed when each has the version that the lock file names; one for another system is not needed",
      ],
      [
        "&& !optional",
        "",
        "Packages are installed when each has the version that the lock file names; one for another system is not needed",
      ],
    ],
  },
  "views/vue/use-chat.ts": {
    "views/vue/use-chat.test.ts": [
      [
        "type ShallowRef, shallowRef }",
        "type ShallowRef, ref as shallowRef }",
        "A component reads the state of the chat itself, without a proxy, and each new one",
      ],
      [
        "onScopeDispose(chat.subscribe(() => (state.value = chat.state)));",
        "chat.subscribe(() => (state.value = chat.state));",
        "A component that is mounted again opens no connection and closes none, and one that is gone is told nothing",
      ],
    ],
  },
  "views/angular/inject-chat.ts": {
    "views/angular/inject-chat.test.ts": [
      [
        "subscribe(() => value.set(read()))",
        "subscribe(() => read())",
        "A component has the state of the chat as a signal: what is computed from it follows each change",
      ],
      [
        "inject(DestroyRef).onDestroy(subscribe(() => value.set(read())));",
        "subscribe(() => value.set(read()));",
        "A component that is created again opens no connection and closes none, and one that is gone is told nothing",
      ],
    ],
  },
  "shared-server/views.ts": {
    "shared-server/views.test.ts": [
      [
        "if (areInstalled(folderOf(view)))",
        "if (true)",
        "A view is shown when its packages are installed; otherwise a sentence says how to install them",
      ],
    ],
  },
  "shared-server/bundle.ts": {
    "shared-server/bundle.slow.test.ts": [
      ["process.env.NODE_ENV = mode;", "", "The page that vue draws is the same for every NODE_ENV"],
    ],
    "shared-server/views.test.ts": [
      [
        "`view-${view}`, ",
        "",
        "The page is drawn by the view that the server is started with, or that the address names",
      ],
      [
        "if (problem) throw new Refusal(404, problem);",
        "",
        "The page is drawn by the view that the server is started with, or that the address names",
      ],
    ],
  },
  "shared-server/site.ts": {
    "shared-server/views.test.ts": [
      [
        "if (problem) throw new Refusal(404, problem);",
        "",
        "The page is drawn by the view that the server is started with, or that the address names",
      ],
      [
        "return asked === view ? html : viewed(html, asked);",
        "return html;",
        "The page is drawn by the view that the server is started with, or that the address names",
      ],
    ],
    "views/rxjs/setting.slow.test.ts": [
      [
        "[`/${map}.js.map`]",
        "[`/${name}.js.map`]",
        "socket-io serves the client in RxJS, and a source map that leads to it",
      ],
    ],
    "shared-server/verbs.test.ts": [
      ["app.use(ownPagesOnly)", "app", "the rare verbs a page of another site cannot use them"],
    ],
    "e2e/wire.test.ts": [
      [
        "strictTransportSecurity: false",
        "strictTransportSecurity: true",
        "polling the page is never taken from the browser's cache without asking, and does not bind localhost to HTTPS",
      ],
      [
        '.set("Cache-Control", "no-cache")',
        "",
        "polling the page is never taken from the browser's cache without asking, and does not bind localhost to HTTPS",
      ],
    ],
  },
  "socket-io/server.ts": {
    "e2e/traits.test.ts": [
      [
        "goodbye: () => socket.conn.close(),",
        "goodbye: () => socket.disconnect(true),",
        "socket-io When a reader may hear something else, the server ends the open connection, or the next poll asks again",
      ],
    ],
    "e2e/doors.test.ts": [
      [
        "void socket.leave(socket.id);",
        "",
        "socket-io a room with the name of somebody's socket is not heard by that socket",
      ],
      [
        "void socket.join([...reader.topics])",
        'void socket.join(["lobby", "*"])',
        "socket-io the garden and another person is not open: catch-up, delivery and posting",
      ],
      [
        "answer({ error: message, later })",
        "answer({ error: message })",
        "socket-io limits who posts too fast is told when to come back, and nothing is lost",
      ],
      [
        "goodbye: () => socket.conn.close(),",
        "goodbye: () => {},",
        "socket-io signing out ends this session at once, and other devices stay",
      ],
    ],
    "e2e/wire.test.ts": [
      [
        "io.engine.use(admitEngine(io.engine, chat));",
        'const gate = admitEngine(io.engine, chat); io.engine.use((req: never, res: never, next: () => void) => ((req as { url: string }).url.includes("sid=") ? next() : gate(req, res, next)));',
        "socket-io checks the Origin of every request, not only of the handshake",
      ],
      [
        'connected.has(conn) ? new Error("You are already connected.") : undefined',
        "undefined",
        "socket-io refuses a second CONNECT packet on one connection",
      ],
      [
        "maxHttpBufferSize: limits.packet,",
        "",
        "socket-io posting refuses a draft larger than 32 KiB, and other clients continue",
      ],
    ],
  },
  "e2e/proxy.ts": {
    "e2e/traits.test.ts": [
      [
        'else reader.emit("connection", socket);',
        'else join(socket, net.connect(port, "127.0.0.1"));',
        "raw-websockets Updates pass a proxy that reads HTTP and does not support Upgrade, or they do not",
      ],
    ],
  },
  "compare/page/deliveries.ts": {
    "compare/page/deliveries.test.ts": [
      [
        "if (milliseconds < 0) return undefined;",
        "",
        "Latency is not measured when the message arrived before it was sent: a reloaded page has sent an old draft again",
      ],
      ["!onTheirWay && this.lost", "this.lost", "A pane has caught up when it has all that was sent or seen in a time"],
    ],
  },
  "shared-ui/wire/observer.ts": {
    "shared-ui/wire/observer.test.ts": [
      [
        "at, before });",
        "at, before: !connected });",
        "The history that comes with the first update was there before, although the page says connected first",
      ],
      ["at: pressed }", "at }", "A draft counts from the submit on, however long the browser takes to draw its row"],
    ],
  },
  "compare/decision-tree.ts": {
    "compare/documents.test.ts": [
      ["go to ${number}", "${name}", "As a list, it has each question once, and each answer says where it leads"],
    ],
  },
  "compare/documents.ts": {
    "compare/documents.test.ts": [
      ['id="${slugger.slug(text)}"', "", "A heading has the name that GitHub gives it, and a cell knows its column"],
    ],
  },
  "bench/reasons.ts": {
    "bench/conclusions.test.ts": [
      [
        "ratio.min <= goal",
        "true",
        "Where no reason is known, the README says so, or that the goal is within the spread",
      ],
    ],
  },
  "compare/which-one.md": {
    "compare/claims.test.ts": [
      [
        'last -- yes --> again["<b>polling</b>',
        'last -- yes --> again["<b>http2-push</b>',
        "Which one should I pick? The decision tree picks what works",
      ],
      [
        "hidden page looks offline, because it [sends nothing](../e2e/traits.spec.ts",
        "hidden page looks offline, because it [sends nothing](#polling",
        "Which one should I pick? Each sentence links to something outside this page and in this repository, or says that it was read",
      ],
      [
        "you want [the shortest client]",
        "you want [the longest client]",
        "compare/which-one.md uses a superlative, and cites a figure, only in a sentence that is checked",
      ],
      [
        "[costs battery](https://hpbn.co/optimizing-for-mobile-networks/) (read)",
        "[costs battery](https://hpbn.co/optimizing-for-mobile-networks/)",
        "Which one should I pick? Each sentence links to something outside this page and in this repository, or says that it was read",
      ],
    ],
  },
  "shared-chat/rooms.ts": {
    "e2e/doors.test.ts": [
      [
        "[personal(user), personal(to)].toSorted()",
        "[personal(user), personal(to), everyRoom].toSorted()",
        "polling what is said to one person alone reaches the two on all their devices, and nobody else",
      ],
    ],
    "shared-server/histories.test.ts": [
      [
        "if (this.#trimmed > tick) return undefined;",
        "",
        "every screen shows all that its owner may read, in order, once, and nothing else, whatever happens, with a log that forgets",
      ],
    ],
    "shared-chat/journal.test.ts": [["if (said.message.id > this.last + 1) this.#trimmed = said.tick - 1;", "", same]],
    "shared-chat/rooms.test.ts": [
      [
        '.replaceAll(unseen, "").normalize("NFKC")',
        '.replaceAll(unseen, "")',
        "the canonical form of a name does not differ by something invisible between a letter and its accent",
      ],
    ],
  },
  "shared-chat/people.ts": {
    "e2e/doors.test.ts": [
      [
        "{ events: [...sessions, changes, ",
        "{ events: [changes, ",
        "http2-push a ban ends all sessions of that person at once, with the reason, and lets them not back in",
      ],
      [
        "if (ban) throw new Refusal(403, words(ban));",
        "",
        "polling a ban ends all sessions of that person at once, with the reason, and lets them not back in",
      ],
      [
        "setTimeout(expire, session.until - Date.now()).unref();",
        "",
        "socket-io a session that expires ends its open connections at once, with the reason",
      ],
      [
        "if (others) this.#tell(person.sessions);",
        "void others;",
        "raw-websockets leaving ends what all devices of that person hear, at once",
      ],
    ],
    "shared-chat/journal.test.ts": [["for (const begin of this.#early.get(key) ?? []) begin();", "", same]],
    "stores/stores.test.ts": [
      ["    this.#tell([undefined]);\n", "", goneBack],
      ["if (others) this.#tell(person.sessions);", "void others;", people],
    ],
    "shared-server/sessions.test.ts": [
      [
        "      this.#tell([session]); // somebody",
        "      // somebody",
        "a reader whose session becomes known only now, because another machine has begun it, comes back",
      ],
    ],
    "shared-chat/people.test.ts": [
      [
        "if (superUser) this.#tell(sessions)",
        "void superUser, void sessions",
        "rooms that are new are told to the super user at once, and to those who are in them; others are not told",
      ],
      ["if (this.find(name)) throw", "if (false) throw", "an account is one, however its name is spelled"],
      ["if (person.rooms.size >= limits.roomsEach)", "if (false)", "rooms are 20 at most for one person"],
      [
        "[record(`room:${canonical(empty)}`, null), ",
        "[",
        "rooms are 100 at most, and an empty one makes place for a new one",
      ],
      [
        "until + limits.session < Date.now()",
        "until < Date.now()",
        "a session ends by itself after 12 hours, and is then remembered for as long again",
      ],
      [
        "if (already !== undefined) return [];",
        "",
        "a session that ended early is not ended a second time when it would have expired",
      ],
    ],
  },
  "shared-server/sessions.ts": {
    "e2e/doors.test.ts": [
      [
        "/:(\\d+)$/.exec(host)?.[1]",
        "String(req.socket.localPort)",
        "polling who may ask the cookie is named after the port that the browser asked for, which behind a proxy is another",
      ],
      [
        "`chat-${port}`, sameSite",
        '"chat", sameSite',
        "polling who may ask two servers on localhost do not sign each other out",
      ],
    ],
    "shared-server/sessions.test.ts": [
      [
        "    this.#readers.delete(session);\n",
        "",
        "a reader is the same for all connections of a session, until a right changes",
      ],
      [
        '    await this.end(req, "You signed in again.");\n',
        "",
        "the cookie is new at each sign-in, and the session of the old one ends",
      ],
      [
        'createHash("sha256").update(token).digest("base64url")',
        "token",
        "the cookie is not what the server keeps: a stolen list of sessions opens none",
      ],
      ["if (framedBy) return", "if (false) return", "the cookie over https in a frame"],
      [
        "for (const over of [strangers, ...unknown])",
        "for (const over of [strangers])",
        "a reader is hung up on when the server stops, with an account, without, or with a session that is not known",
      ],
      [
        "another === undefined ? parseCookie",
        "true ? parseCookie",
        "the cookie counts once, for its own port, and whatever else is in the header",
      ],
      [" || [publicOrigin].flat().includes(`https://${host}`)", "", "the cookie over a proxy with https"],
      [
        'closing.addEventListener("abort", () => this.#allOver());',
        "",
        "a reader is hung up on when the server stops, with an account, without, or with a session that is not known",
      ],
    ],
  },
  "shared-server/catch-up.ts": {
    "shared-server/sessions.test.ts": [
      [
        "return () => all.delete(goodbye);",
        "return () => {};",
        "a reader who said goodbye is not said goodbye to again",
      ],
    ],
    "shared-server/histories.test.ts": [
      [
        "leave?.();",
        "",
        "every screen shows all that its owner may read, in order, once, and nothing else, whatever happens, with a log that keeps everything",
      ],
      [
        "if (missed && missed.msg.length > 0) next(missed);\n      else leave",
        "leave",
        "every screen shows all that its owner may read, in order, once, and nothing else, whatever happens, with a log that keeps everything",
      ],
    ],
  },
  "shared-server/audience.ts": {
    "shared-server/histories.test.ts": [
      [
        "listeners?.delete(listener);",
        "",
        "every screen shows all that its owner may read, in order, once, and nothing else, whatever happens, with a log that keeps everything",
      ],
    ],
  },
  "shared-server/chat-server.ts": {
    "shared-server/verbs.test.ts": [
      [
        "reader.name ? personal(reader.name) : address;",
        '"";',
        "who posts too fast is refused with the seconds to wait and the draft id, and another address is not affected",
      ],
    ],
  },
  "shared-server/verbs.ts": {
    "shared-server/verbs.test.ts": [
      [
        "    await tries.consume(`${canonical(name)} ${address}`).catch(tooManyTries);\n",
        "",
        "signing in is limited for one name before the password is hashed, and other names are not affected",
      ],
      [
        "await triesOfAll.consume(address).catch(tooManyTries);",
        "",
        "signing in is limited for all names of one address together",
      ],
      [
        "if (known && !(await matches(password, known.secret)))",
        "if (false)",
        "signing in creates an account under a new name, and knows it again, however the name is spelled",
      ],
      [
        'if (!person.superUser) throw new Refusal(403, "Only the super user may do this.");',
        "",
        "the rare verbs PUT /bans/Ada is for whoever is signed in",
      ],
      [
        'if (person.superUser) throw new Refusal(403, "The super user cannot be banned.");',
        "",
        "the rare verbs the super user cannot be banned",
      ],
    ],
  },
  "shared-server/handlers.ts": {
    "shared-server/verbs.test.ts": [
      [
        'res.set("Allow", methods.join(", "));',
        "",
        "the rare verbs there are GET, HEAD at /activity, and no GET changes anything",
      ],
    ],
    "e2e/doors.test.ts": [
      ["if (error instanceof URIError)", "if (false)", "polling a room with a strange name is a room like any other"],
    ],
  },
  "cluster/haproxy.cfg": {
    "cluster/balancers.test.ts": [
      ["  cookie node insert indirect nocache httponly\n", "", `haproxy ${sticky}`],
      [" hdr Host localhost:3003", "", "haproxy cuts everybody who is connected"],
      [" on-marked-down shutdown-sessions", "", "haproxy cuts everybody who is connected"],
    ],
  },
  "cluster/nginx.conf": {
    "cluster/balancers.test.ts": [
      ["    ip_hash;\n", "", `nginx ${sticky}`],
      ["  proxy_set_header Upgrade $http_upgrade;\n", "", `nginx ${allRead}`],
      ["  proxy_set_header Host $http_host;\n", "", `nginx ${allRead}`],
    ],
  },
  "cluster/Caddyfile": {
    "cluster/balancers.test.ts": [["lb_policy cookie node", "lb_policy round_robin", `caddy ${sticky}`]],
  },
  "cluster/cluster.ts": {
    "cluster/cluster.test.ts": [
      [
        "[options.publicOrigin ?? [], own].flat()",
        "options.publicOrigin",
        "In a cluster, nobody loses a message when a node is killed, and Ctrl-C ends all of it",
      ],
    ],
  },
};

export const mutants: readonly Mutant[] = Object.entries(edits).flatMap(([file, tests]) =>
  Object.entries(tests).flatMap(([test, list]) => list.map(([from, to, title]) => ({ file, from, to, test, title }))),
);
