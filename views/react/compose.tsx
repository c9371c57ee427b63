import { type KeyboardEvent, type RefObject, type SubmitEvent, useCallback } from "react";
import type { Field } from "../../shared-ui/chat.ts";
import { focusOn } from "../../shared-ui/after-draw.ts";
import { toEnd } from "../../shared-ui/follow.ts";
import { sends } from "../../shared-ui/keys.ts";
import { useChat, useChatState } from "./use-chat.ts";

/**
 * The form. Its fields are uncontrolled: the store is told what is typed, and knows what was typed here before. A field with another
 * key is another field, which begins with that.
 */
export function Compose({ scroller }: { scroller: RefObject<HTMLDivElement | null> }) {
  const chat = useChat();
  const { name, place, problem } = useChatState();
  const isSignedIn = name !== ""; // the header has the name
  /** Not `defaultValue`: with that, the caret would stand at the start. */
  const begin = useCallback(
    (field: HTMLInputElement | HTMLTextAreaElement | null) => {
      if (field) field.value = chat.typed(field.name as Field);
    },
    [chat],
  );

  function send(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    const { user, text } = event.currentTarget;
    chat.type("text", text.value); // whatever put it there
    focusOn(chat.send(user.value, text.value));
    text.value = chat.typed("text");
    if (!text.value) toEnd(scroller.current!);
  }

  return (
    <form id="compose" method="dialog" aria-label="Write a message" autoComplete="off" onSubmit={send}>
      <label htmlFor="user" hidden={isSignedIn}>
        Name
      </label>
      <input
        key={`user ${name}`}
        id="user"
        name="user"
        dir="auto"
        aria-describedby="problem"
        autoComplete="nickname"
        placeholder="Your name"
        hidden={isSignedIn}
        ref={begin}
        onChange={(event) => chat.type("user", event.currentTarget.value)}
      />
      <label htmlFor="text">Message</label>
      <textarea
        key={`text ${name} ${place.key}`}
        id="text"
        name="text"
        dir="auto"
        aria-describedby="problem"
        rows={1}
        placeholder="Say something"
        enterKeyHint="send"
        ref={begin}
        onChange={(event) => chat.type("text", event.currentTarget.value)}
        onKeyDown={sendOnEnter}
      />
      <button>Send</button>
      <p id="problem" className="problem" role="alert">
        {problem}
      </p>
    </form>
  );
}

function sendOnEnter(event: KeyboardEvent<HTMLTextAreaElement>) {
  if (!sends(event.nativeEvent)) return;
  event.preventDefault();
  event.currentTarget.form!.requestSubmit();
}
