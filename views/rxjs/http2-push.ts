// EventSource does the work, as without RxJS. The events that it fires become streams, and one of them counts the failures.
import { fromEvent, map, startWith, switchMap, takeUntil } from "rxjs";
import { type Attempt, openChat } from "../../shared-ui/page.ts";
import { post } from "../../shared-ui/request.ts";

// msg:get
function connect(attempt: Attempt) {
  const source = new EventSource(`/msgs?${attempt.query()}`); // here, and not in an Observable, which would open one for each subscriber
  const hungUp = fromEvent(attempt.signal, "abort");
  hungUp.subscribe(() => source.close());
  fromEvent<MessageEvent<string>>(source, "msg:get")
    .pipe(takeUntil(hungUp))
    .subscribe(({ data }) => attempt.received(JSON.parse(data))); // parsed here, because an operator that throws ends the stream
  fromEvent(source, "open")
    .pipe(
      map(() => 3), // so many tries are left to the browser after the stream has opened,
      startWith(0), // and none while it has never opened
      switchMap((tries) => fromEvent(source, "error").pipe(map((_, failures) => failures < tries))),
      takeUntil(hungUp),
    )
    .subscribe((oneMore) => {
      if (oneMore && source.readyState !== EventSource.CLOSED) attempt.interrupted();
      else attempt.reconnect();
    });
}

// msg:post
openChat({
  sentence: "Asks the server once and reads every message from an answer that never ends (RxJS).",
  connect,
  post,
});
