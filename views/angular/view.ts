// The page in Angular, without zone.js: Angular draws when a signal has changed, and not whenever a socket or a timer has called back.
// The chat lives outside of the components: they read it and call its verbs, so a component that comes and goes, as with a route,
// opens no connection and closes none.
import { bootstrapApplication } from "@angular/platform-browser";
import type { Show } from "../../shared-ui/page.ts";
import { App } from "./app.ts";
import { ABOUT, CHAT } from "./inject-chat.ts";

export const show: Show = async (chat, about) => {
  await bootstrapApplication(App, {
    providers: [
      { provide: CHAT, useValue: chat },
      { provide: ABOUT, useValue: about },
    ],
  });
};
