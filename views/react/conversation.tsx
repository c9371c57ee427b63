import { memo, type RefObject, useEffect } from "react";
import type { Message } from "../../shared-chat/message.ts";
import { focusOn } from "../../shared-ui/after-draw.ts";
import { follow, toEnd } from "../../shared-ui/follow.ts";
import type { Item } from "../../shared-ui/outbox.ts";
import {
  belowLabel,
  elsewhere,
  isHere,
  keyFor,
  type Log,
  logsOf,
  progressOf,
  rowOf,
} from "../../shared-ui/conversation.ts";
import { useChat, useChatState } from "./use-chat.ts";

export function Conversation({ scroller }: { scroller: RefObject<HTMLDivElement | null> }) {
  const chat = useChat();
  const state = useChatState();
  useEffect(() => follow(scroller.current!, chat), [scroller, chat]);

  function goToEnd() {
    toEnd(scroller.current!);
    scroller.current!.focus();
  }

  return (
    <>
      <div id="conversation" role="region" aria-label="Conversation" tabIndex={0} ref={scroller}>
        <div id="messages">
          {logsOf(state).map((log) => (
            <MessageLog key={log.room} {...log} />
          ))}
        </div>
        <ol id="outbox" aria-label="Not delivered yet">
          {state.outbox.map((item) => (
            <OutboxRow
              key={item.draft.draftId}
              item={item}
              progress={progressOf(item, state)}
              hidden={!isHere(item, state)}
            />
          ))}
        </ol>
        <p id="elsewhere">
          {elsewhere(state).map(({ label, href }) => (
            <a key={label} href={href}>
              {label}
            </a>
          ))}
        </p>
      </div>
      <button id="unread" type="button" hidden={state.below === 0} onClick={goToEnd}>
        {belowLabel(state)}
      </button>
    </>
  );
}

/** Drawn again only when something was said in this room, or when it is opened or closed. */
const MessageLog = memo(function MessageLog({ room, label, open, messages, notice }: Log) {
  return (
    <div role="log" aria-label={label} data-room={room} hidden={!open}>
      <ol>
        {notice && (
          <li key={keyFor(notice)} className="notice">
            {notice.text}
          </li>
        )}
        {messages.map((message) => (
          <MessageRow key={keyFor(message)} message={message} />
        ))}
      </ol>
    </div>
  );
});

/** Drawn once: a message never changes. Without `memo`, each new message would draw the thousand before it again. */
const MessageRow = memo(function MessageRow({ message }: { message: Message }) {
  const { mine, link, time } = rowOf(message, useChat());
  const { id, draftId = "", user, text } = message;
  return (
    <li className={mine ? "message mine" : "message"} data-id={id} data-draft-id={draftId}>
      <bdi className="user">
        {link ? (
          <a {...link} tabIndex={-1}>
            {user}
          </a>
        ) : (
          user
        )}
      </bdi>
      <time dateTime={time.iso} title={time.full}>
        {time.short}
      </time>
      <p className="text" dir="auto">
        {text}
      </p>
    </li>
  );
});

function OutboxRow({ item, progress, hidden }: { item: Item; progress: string; hidden: boolean }) {
  const chat = useChat();
  const { draftId, user, text } = item.draft;

  function discard() {
    chat.discard(item);
    focusOn("text");
  }

  return (
    <li className="message mine" data-draft-id={draftId} data-state={item.state} hidden={hidden}>
      <bdi className="user">{user}</bdi>
      <span className="state">{progress}</span>
      <p className="text" dir="auto">
        {text}
      </p>
      <p className="reason" role="alert">
        {item.reason}
      </p>
      <p className="choice">
        <button type="button" onClick={() => focusOn(chat.retry(item, chat.typed("user")))}>
          Retry
        </button>{" "}
        <button type="button" onClick={discard}>
          Discard
        </button>
      </p>
    </li>
  );
}
