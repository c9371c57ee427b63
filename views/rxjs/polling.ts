// The same loop, written as a recursion: each update begins the next pause, and each pause ends with the next poll.
import { BehaviorSubject, expand, filter, fromEvent, merge, switchMap, take, takeUntil, tap, timer } from "rxjs";
import type { Draft, Update } from "../../shared-chat/message.ts";
import { type Attempt, openChat } from "../../shared-ui/page.ts";
import * as http from "../../shared-ui/request.ts";
import { timing } from "../../shared-ui/timing.ts";

// Whether somebody cannot wait for the end of the pause. It must outlast a poll that is under way: a Subject would forget it.
const urgent = new BehaviorSubject(false);
const pageIsVisible = () => !document.hidden;
fromEvent(document, "visibilitychange")
  .pipe(filter(pageIsVisible))
  .subscribe(() => urgent.next(true));

// msg:get
function connect(attempt: Attempt) {
  const pollAfter = (pause: number) =>
    merge(timer(pause).pipe(filter(pageIsVisible)), urgent.pipe(filter(Boolean))).pipe(
      take(1),
      tap(() => urgent.next(false)),
      switchMap(() => poll(attempt)),
    );
  pollAfter(0)
    .pipe(
      expand(({ more }) => pollAfter(more ? 0 : timing.poll)), // counted from the answer: never two polls at a time
      takeUntil(fromEvent(attempt.signal, "abort")),
    )
    .subscribe({
      next: (update) => attempt.received(update),
      error: (error) => attempt.reconnect(error), // and not `retry`, which would know neither the backoff nor the state of the page
    });
}

async function poll(attempt: Attempt): Promise<Update> {
  const response = await http.request(`/msgs?${attempt.query()}`, { signal: attempt.signal });
  const body = await response.text(); // empty on 204: nothing new
  return body ? JSON.parse(body) : { msg: [], cursor: attempt.parameters().since };
}

// msg:post
async function post(draft: Draft) {
  const message = await http.post(draft);
  urgent.next(true); // the author need not wait for the next round
  return message;
}

openChat({ sentence: "Asks the server every three seconds whether there is anything new (RxJS).", connect, post });
