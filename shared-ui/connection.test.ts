// The rules of a connection, with a fake clock and a fake technique. The real techniques are in e2e/.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Message, Update } from "../shared-chat/message.ts";
import { type Attempt, Connection, type ConnectionState } from "./connection.ts";
import { RetryLater } from "./request.ts";
import { timing } from "./timing.ts";

let page: EventTarget & { hidden: boolean };
let browser: EventTarget;
let attempts: Attempt[];
let states: ConnectionState[];
let retryAt: number;
let seen: number[];
let missing: string | undefined; // what the chat says about each update
let connection: Connection;

beforeEach(() => {
  vi.useFakeTimers({ now: new Date("2026-01-01") });
  vi.spyOn(Math, "random").mockReturnValue(0.5);
  page = Object.assign(new EventTarget(), { hidden: false });
  browser = new EventTarget();
  vi.stubGlobal("document", page);
  vi.stubGlobal("addEventListener", browser.addEventListener.bind(browser));
  [attempts, states, seen, missing] = [[], [], [], undefined];
  connection = new Connection({
    connect: (attempt) => attempts.push(attempt),
    updated({ msg }) {
      seen.push(...msg.map(({ id }) => id));
      return missing;
    },
    changed(state, at) {
      states.push(state);
      retryAt = at;
    },
  });
  connection.start();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const seconds = (count: number) => vi.advanceTimersByTime(count * 1_000);
const attempt = () => attempts.at(-1)!;
const message = (id: number): Message => ({ id, user: "Ada", text: String(id), time: 0 });
const update = (...ids: number[]): Update => ({ msg: ids.map(message), cursor: `log.${ids.at(-1) ?? 0}` });
const heartbeat = (id: number): Update => ({ msg: [], cursor: `log.${id}` });
const hide = (hidden: boolean) => {
  page.hidden = hidden;
  page.dispatchEvent(new Event("visibilitychange"));
};
const cached = (type: string) => browser.dispatchEvent(Object.assign(new Event(type), { persisted: true }));

/** How long the connection waits after the current attempt has failed, in seconds. */
const pauseAfter = (error?: unknown) => {
  attempt().reconnect(error);
  return (retryAt - Date.now()) / 1_000;
};

describe("connecting", () => {
  it("dials at once, and is connected with the first update", () => {
    expect(states).toEqual(["connecting"]);
    expect(attempts).toHaveLength(1);
    attempt().received(heartbeat(0));
    expect(states).toEqual(["connecting", "connected"]);
    expect(attempts).toHaveLength(1);
  });

  it("asks without a cursor first, and from the newest cursor later", () => {
    expect(attempt().query()).toBe("since=&as=");
    attempt().received(update(1, 2));
    expect(attempt().parameters()).toEqual({ since: "log.2", as: "" });
    attempt().received(update(3));
    expect(attempt().query()).toBe("since=log.3&as=");
    connection.reconnect(0);
    seconds(0);
    expect(attempt().query()).toBe("since=log.3&as=");
  });

  it("leaves it to a technique that reconnects by itself", () => {
    attempt().received(heartbeat(0));
    attempt().interrupted();
    expect(states).toEqual(["connecting", "connected", "reconnecting"]);
    seconds(30);
    expect(attempts).toHaveLength(1);
    attempt().received(heartbeat(0));
    expect(states.at(-1)).toBe("connected");
  });
});

describe("reconnecting", () => {
  it("hangs up, waits, and dials once", () => {
    const { signal } = attempt();
    connection.reconnect(2_000);
    connection.reconnect(1_000);
    expect(signal.aborted).toBe(true);
    expect(states.at(-1)).toBe("waiting");
    expect(retryAt).toBe(Date.now() + 1_000);
    seconds(0.999);
    expect(attempts).toHaveLength(1);
    seconds(0.001);
    expect(attempts).toHaveLength(2);
    expect(states.at(-1)).toBe("reconnecting");
    seconds(5);
    expect(attempts).toHaveLength(2);
  });

  it("backs off after each failure in a row, with jitter", () => {
    const pauses = [];
    for (let n = 0; n < 4; n++) {
      pauses.push(pauseAfter());
      seconds(pauses.at(-1)!);
    }
    expect(pauses).toEqual([1, 1.5, 2.5, 4.5]); // 0.5 s and half of what jitter may add
    expect(attempts).toHaveLength(5);
  });

  it("starts over with short pauses only after a connection that lasted", () => {
    for (let n = 0; n < 3; n++) seconds(pauseAfter());
    attempt().received(heartbeat(0));
    seconds(timing.stable / 1_000);
    expect(pauseAfter()).toBe(4.5); // it was connected, but not for long enough
    seconds(4.5);
    attempt().received(heartbeat(0));
    seconds(timing.stable / 1_000 + 0.001);
    expect(pauseAfter()).toBe(1);
  });

  it("forgets the failures after a connection that lasted, also when the technique tried first", () => {
    for (let n = 0; n < 3; n++) seconds(pauseAfter());
    attempt().received(heartbeat(0));
    seconds(6);
    attempt().interrupted();
    expect(pauseAfter()).toBe(1);
  });

  it("waits as long as the server asks for", () => {
    expect(pauseAfter(new RetryLater("busy", 60_000))).toBe(60);
    seconds(60);
    expect(pauseAfter(new RetryLater("busy", 0))).toBe(1.5);
    seconds(1.5);
    expect(pauseAfter(new Error("no answer"))).toBe(2.5);
  });

  it("ignores everything that an earlier attempt still reports", () => {
    const old = attempt();
    old.received(update(1));
    connection.reconnect(0);
    seconds(0);
    const before = states.length;
    old.received(update(2));
    old.interrupted();
    old.reconnect();
    expect(states).toHaveLength(before);
    expect(attempts).toHaveLength(2);
    expect(seen).toEqual([1]);
    expect(attempt().query()).toBe("since=log.1&as=");
    seconds(30);
    expect(attempts).toHaveLength(2);
  });
});

describe("an update", () => {
  it("before which something is missing makes it ask again from where nothing was", () => {
    attempt().received(update(1, 2));
    missing = "log.1";
    attempt().received(update(4));
    expect(states.at(-1)).toBe("waiting");
    missing = undefined;
    seconds(1);
    expect(attempts).toHaveLength(2);
    expect(attempt().query()).toBe("since=log.1&as=");
  });

  it("for another person makes it begin anew", () => {
    attempt().received(update(1, 2));
    missing = "";
    attempt().received(update(3));
    missing = undefined;
    seconds(1);
    expect(attempt().query()).toBe("since=&as=");
  });

  it("that is empty moves the cursor, which counts for other rooms, too", () => {
    attempt().received(update(1, 2));
    attempt().received(heartbeat(7));
    expect(states.at(-1)).toBe("connected");
    expect(attempt().query()).toBe("since=log.7&as=");
  });

  it("with a reset is a new connection, from the new cursor", () => {
    attempt().received(update(1, 2, 3));
    attempt().received({ msg: [message(2), message(3)], cursor: "new.3", reset: "new-log" });
    expect(attempt().query()).toBe("since=new.3&as=");
    expect(states.slice(-2)).toEqual(["reconnecting", "connected"]); // so the outbox sends again
  });

  it("is asked for without a cursor after the chat has forgotten what it knew", () => {
    attempt().received(update(1, 2));
    connection.forget();
    connection.reconnect(0);
    seconds(0);
    expect(attempt().query()).toBe("since=&as=");
  });

  it("is asked for as the person that the page takes itself for, also after another update", () => {
    attempt().received(update(1, 2));
    connection.forget("Ada Ö");
    connection.reconnect(0);
    seconds(0);
    expect(attempt().query()).toBe("since=&as=Ada+%C3%96");
    attempt().received(update(1, 2));
    connection.forget();
    expect(attempt().parameters()).toEqual({ since: "", as: "Ada Ö" });
  });
});

describe("the watchdog", () => {
  const asleep = timing.watchdog / 1_000;

  it("dials anew after 35 s without an update, and not before", () => {
    attempt().received(heartbeat(0));
    seconds(asleep);
    expect(attempts).toHaveLength(1);
    seconds(2);
    expect(attempts).toHaveLength(2);
    expect(attempts[0]!.signal.aborted).toBe(true);
  });

  it("is content with a heartbeat", () => {
    for (let n = 0; n < 10; n++) {
      attempt().received(heartbeat(0));
      seconds(asleep - 1);
    }
    expect(attempts).toHaveLength(1);
    expect(states).toEqual(["connecting", "connected"]);
  });

  it("watches over an attempt that brings no update at all, and over a technique that reconnects by itself", () => {
    seconds(asleep + 2);
    expect(attempts).toHaveLength(2);
    attempt().received(heartbeat(0));
    attempt().interrupted();
    seconds(asleep + 2);
    expect(attempts).toHaveLength(3);
  });

  it("leaves a technique to its own backoff for as long as that reports its tries", () => {
    attempt().received(heartbeat(0));
    for (let n = 0; n < 10; n++) {
      attempt().interrupted();
      seconds(asleep - 1);
    }
    expect(attempts).toHaveLength(1);
    expect(attempt().signal.aborted).toBe(false);
  });

  it("does not shorten a pause", () => {
    attempt().reconnect(new RetryLater("busy", 120_000));
    seconds(119);
    expect(attempts).toHaveLength(1);
  });

  it("sleeps while the page is hidden, and looks at once when it is visible again", () => {
    attempt().received(heartbeat(0));
    hide(true);
    seconds(10 * asleep);
    expect(attempts).toHaveLength(1);
    hide(false);
    seconds(0);
    expect(attempts).toHaveLength(2);
  });

  it("leaves a connection alone that is well when the page is visible again", () => {
    attempt().received(heartbeat(0));
    hide(true);
    seconds(asleep - 5);
    hide(false);
    seconds(0);
    expect(attempts).toHaveLength(1);
  });

  it("notices that the laptop was asleep", () => {
    attempt().received(heartbeat(0));
    vi.setSystemTime(Date.now() + 3_600_000); // timers did not run meanwhile
    seconds(1.1);
    expect(attempts).toHaveLength(2);
  });

  it("still works when the clock is set back", () => {
    attempt().received(heartbeat(0));
    vi.setSystemTime(Date.now() - 3_600_000);
    seconds(asleep + 3);
    expect(attempts).toHaveLength(2);
  });
});

describe("a reason not to sit out the pause", () => {
  const wait = () => attempt().reconnect(new RetryLater("busy", 60_000));

  it("is that the network is back", () => {
    wait();
    browser.dispatchEvent(new Event("online"));
    seconds(0);
    expect(attempts).toHaveLength(2);
  });

  it("is that the page is visible again, and not that it is hidden", () => {
    wait();
    hide(true);
    seconds(0);
    expect(attempts).toHaveLength(1);
    hide(false);
    seconds(0);
    expect(attempts).toHaveLength(2);
  });

  it("is no reason to end a connection that is well", () => {
    attempt().received(heartbeat(0));
    browser.dispatchEvent(new Event("online"));
    seconds(0);
    expect(attempts).toHaveLength(1);
  });
});

describe("a page that is left", () => {
  it("holds no connection, and dials when it comes back from the back/forward cache", () => {
    attempt().received(update(1));
    cached("pagehide");
    expect(attempts[0]!.signal.aborted).toBe(true);
    expect(states.at(-1)).toBe("closed");
    seconds(600);
    expect(attempts).toHaveLength(1);
    cached("pageshow");
    seconds(0);
    expect(attempts).toHaveLength(2);
    expect(attempt().query()).toBe("since=log.1&as=");
  });

  it("does not dial again after a pause that was under way", () => {
    attempt().reconnect();
    cached("pagehide");
    seconds(600);
    expect(attempts).toHaveLength(1);
  });

  it("does not dial twice when it is shown for the first time", () => {
    browser.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: false }));
    seconds(0);
    expect(attempts).toHaveLength(1);
  });
});
