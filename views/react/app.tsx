import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from "react";
import { afterDraw } from "../../shared-ui/after-draw.ts";
import type { About } from "../../shared-ui/page.ts";
import {
  canHurry,
  closedDoor,
  countdown,
  doorHasSignIn,
  hasBar,
  hasRooms,
  heading,
  hereOf,
  leave,
  menuLabel,
} from "../../shared-ui/places.ts";
import { Activity } from "./activity.tsx";
import { Compose } from "./compose.tsx";
import { Conversation } from "./conversation.tsx";
import { Rooms } from "./rooms.tsx";
import { SignIn } from "./sign-in.tsx";
import { useChat, useChatState, useNarrow } from "./use-chat.ts";

export function App({ about }: { about: About }) {
  const state = useChatState();
  const narrow = useNarrow();
  const [signingIn, setSigningIn] = useState(false);
  const [where, setWhere] = useState(""); // here, because a narrow window has other elements for the rooms
  const drawer = useRef<HTMLDialogElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const signIn = () => setSigningIn(true);
  const closeDrawer = () => drawer.current?.close();

  useLayoutEffect(() => afterDraw(state), [state]);
  useEffect(() => {
    drawer.current?.close();
  }, [narrow]);
  const rooms = <Rooms where={where} setWhere={setWhere} onGo={closeDrawer} />;
  return (
    <>
      <header>
        <h1>{about.title}</h1>
        <Connection />
        <Account signIn={signIn} />
        <p id="about">
          <span id="technique">{about.sentence}</span>{" "}
          <span title="The protocol that brought this page">
            Page over <b id="protocol">{about.protocol}</b>.
          </span>
        </p>
        <Bar drawer={drawer} />
      </header>
      {!narrow && rooms}
      <dialog id="drawer" aria-label="Rooms" ref={drawer}>
        <button id="close" type="button" onClick={closeDrawer}>
          Close
        </button>
        {narrow && rooms}
      </dialog>
      <main>
        <p id="news" role="alert">
          {state.news}
        </p>
        <Conversation scroller={scroller} />
        <Activity />
      </main>
      <Door signIn={signIn} />
      <Compose scroller={scroller} />
      {signingIn && <SignIn onClose={() => setSigningIn(false)} />}
    </>
  );
}

function Connection() {
  const chat = useChat();
  const state = useChatState();
  return (
    <p id="connection">
      <span id="state" role="status">
        {state.connection}
      </span>
      <span id="countdown">{countdown(state)}</span>
      <button id="now" type="button" hidden={!canHurry(state)} onClick={chat.reconnectNow}>
        now
      </button>
    </p>
  );
}

function Account({ signIn }: { signIn: () => void }) {
  const chat = useChat();
  const state = useChatState();
  const { name } = state;
  return (
    <p id="account">
      <b id="me" dir="auto">
        {name}
      </b>
      <button id="sign" type="button" hidden={doorHasSignIn(state)} onClick={name ? () => void chat.signOut() : signIn}>
        {name ? "Sign out" : "Sign in"}
      </button>
    </p>
  );
}

function Bar({ drawer }: { drawer: RefObject<HTMLDialogElement | null> }) {
  const chat = useChat();
  const state = useChatState();
  const { note, canLeave } = hereOf(state);
  return (
    <div id="bar" hidden={!hasBar(state)}>
      <button id="menu" type="button" hidden={!hasRooms(state)} onClick={() => drawer.current?.showModal()}>
        {menuLabel(state)}
      </button>
      <h2 id="place" dir="auto">
        {heading(state)}
      </h2>
      <span id="here">
        {note}
        {canLeave && (
          <button type="button" onClick={() => void leave(chat)}>
            Leave
          </button>
        )}
      </span>
    </div>
  );
}

/** What keeps one from writing here, and the ways out. */
function Door({ signIn }: { signIn: () => void }) {
  const chat = useChat();
  const closed = closedDoor(useChatState());
  return (
    <div id="door" hidden={!closed}>
      <p id="why" role="alert">
        {closed?.why}
      </p>{" "}
      <p id="choices">
        {closed?.choices.map(({ label, take }) => (
          <button key={label} type="button" onClick={() => void take(chat, signIn)}>
            {label}
          </button>
        ))}
      </p>
    </div>
  );
}
