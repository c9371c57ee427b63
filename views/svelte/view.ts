// The page in Svelte. The chat lives outside of the components: they read it and call its verbs, so a component that is mounted again,
// as a route, {#key} and hot module replacement do, opens no connection and closes none.
import { flushSync, mount } from "svelte";
import type { Show } from "../../shared-ui/page.ts";
import App from "./App.svelte";
import { chatKey } from "./chat-context.ts";

export const show: Show = (chat, about) => {
  document.body.replaceChildren();
  mount(App, { target: document.body, props: { about }, context: new Map([[chatKey, chat]]) });
  flushSync(); // otherwise the effects run a moment later
};
