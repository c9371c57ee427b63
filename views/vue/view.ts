// The page in Vue. The chat lives outside of the components: they read it and call its verbs, so a component that is mounted again,
// as a route, KeepAlive and hot module replacement do, opens no connection and closes none.
import { createApp } from "vue";
import type { Show } from "../../shared-ui/page.ts";
import App from "./App.vue";
import { chatKey } from "./use-chat.ts";

export const show: Show = (chat, about) => {
  createApp(App, { about }).provide(chatKey, chat).mount(document.body);
};
