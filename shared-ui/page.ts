// The page, for all four techniques: a technique connects and posts, and what it brings by itself, it uses. Whatever
// belongs to the chat and not to the wire is here: what was seen, what is missing, whether anybody is still there.
import type { Draft, Message, News } from "../shared-chat/message.ts";
import { numbers } from "./numbers.ts";
import { Outbox } from "./outbox.ts";
import { Later } from "./request.ts";
import { pause, retryDelay } from "./retry.ts";
import * as view from "./view.ts";

/** How messages travel. */
export interface Technique {
  /** What it does, in one sentence for the person. */
  sentence: string;
  /** Connects, and hands all news to the line. Called again with another line when the page has given the last one up. */
  connect: (line: Line) => void;
  /** Sends a draft. Resolves to the message it became; rejects with a Refusal, or with anything else when there was no answer. */
  post: (draft: Draft) => Promise<Message>;
}

/** One connection. The page makes a fresh one for each, so that the late events of an old connection change nothing. */
export interface Line {
  /** The cursor to continue from, empty for a newcomer. It moves on with the news. */
  readonly since: string;
  /** Aborted when the page hangs up: close whatever is open. */
  readonly signal: AbortSignal;
  /** News came in. With the first, the page is connected. */
  news(news: News): void;
  /** The connection is gone, and the technique will come back by itself. */
  waiting(): void;
  /** The connection is gone, and it is ours to come back. Resolves to a new line when it is time to; on an old line never. */
  lost(error?: unknown): Promise<Line>;
}

/** Runs the page with a technique. */
export function openChat({ sentence, connect, post }: Technique): void {
  let cursor = "";
  let last = 0; // the id of the newest message on the screen
  let current = new AbortController(); // the line, or the pause before the next one
  let heard = Infinity; // when the line last brought something; Infinity while nobody is expected to speak
  let connected: AbortController | undefined; // from the first news until the connection is gone
  let connectedAt = 0;
  let failures = 0;

  const outbox = new Outbox({ post, passed: (message) => message.id <= last, show: view.showOutbox });
  view.showTechnique(sentence);
  view.listen({
    send: (user, text) => outbox.add(user, text),
    retry: (item, user) => outbox.retry(item, user),
    discard: (item) => outbox.discard(item),
    now: dial,
  });

  /** Gives the current connection up, and makes a new one. */
  function dial() {
    if (cursor) view.showState("reconnecting");
    connect(newLine());
  }

  function hangUp() {
    current.abort();
    disconnected();
    heard = Infinity;
  }

  function disconnected() {
    if (connected && Date.now() - connectedAt > numbers.stable) failures = 0;
    connected?.abort();
    connected = undefined;
  }

  function newLine(): Line {
    hangUp();
    const { signal } = (current = new AbortController());
    heard = Date.now();
    return {
      get since() {
        return cursor;
      },
      signal,
      news(news) {
        if (!signal.aborted) take(news);
      },
      waiting() {
        if (signal.aborted) return;
        disconnected();
        view.showState("reconnecting");
      },
      lost: (error) => (signal.aborted ? new Promise(() => {}) : again(error)),
    };
  }

  async function again(error?: unknown): Promise<Line> {
    hangUp();
    const { signal } = (current = new AbortController());
    const wait = Math.max(retryDelay(++failures), error instanceof Later ? error.after : 0);
    view.showState("reconnecting", Date.now() + wait);
    await pause(wait, signal); // "now", or leaving the page, ends it for good
    return newLine();
  }

  function take(news: News) {
    heard = Date.now();
    if (news.reset) {
      last = 0;
      disconnected(); // the outbox starts over: what the old log accepted, the new one does not know
      view.clear(news.reset);
    }
    // The gap rule: ids have no holes and a heartbeat's cursor is ours, or we missed something. The cursor repairs it.
    const unseen = news.msg.filter((message) => message.id > last);
    const hole = unseen.length > 0 && unseen[0]!.id !== last + 1;
    const behind = news.msg.length === 0 && news.cursor !== cursor;
    if (cursor && !news.reset && (hole || behind)) {
      void again().then(connect);
      return;
    }

    view.append(unseen, (message) => outbox.isMine(message));
    last = unseen.at(-1)?.id ?? last;
    if (unseen.length > 0 || news.msg.length === 0) cursor = news.cursor; // old news, come late, do not move us back
    outbox.arrived(news.msg);
    if (connected) return;
    connected = new AbortController();
    connectedAt = Date.now();
    view.showState("connected");
    outbox.connected(connected.signal);
  }

  // The watchdog. A peer that was unplugged closes nothing; only its silence tells. Asleep while the page is hidden, where
  // timers are slow. It looks at the clock each second, so that it also notices that the laptop was asleep.
  function look() {
    if (heard < Infinity) heard = Math.min(heard, Date.now()); // a clock that was set back
    if (!document.hidden && Date.now() - heard > numbers.watchdog) dial();
  }
  // Back in sight, or back on a network: no reason to sit out the pause.
  function lookNow() {
    if (document.hidden) return;
    if (!connected) dial();
    else look();
  }
  setInterval(look, 1_000);
  document.addEventListener("visibilitychange", lookNow);
  addEventListener("online", lookNow);

  // A page in the back/forward cache must hold no connection: some browsers would keep it open, and deliver late.
  addEventListener("pagehide", hangUp);
  addEventListener("pageshow", (event) => event.persisted && dial());

  dial();
}
