// The page in React. The chat lives outside of the components: they read it and call its verbs, so a component that is mounted again,
// as StrictMode and a route do, opens no connection and closes none.
import { StrictMode } from "react";
import { flushSync } from "react-dom";
import { createRoot } from "react-dom/client";
import type { Show } from "../../shared-ui/page.ts";
import { App } from "./app.tsx";
import { ChatContext } from "./use-chat.ts";

export const show: Show = (chat, about) => {
  const app = (
    <StrictMode>
      <ChatContext value={chat}>
        <App about={about} />
      </ChatContext>
    </StrictMode>
  );
  flushSync(() => createRoot(document.body).render(app)); // the elements are there when this returns
};
