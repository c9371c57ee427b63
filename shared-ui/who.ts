// Who is signed in. All windows of a browser share one cookie, and no script can read it. So they tell each other: through
// localStorage, which they share as well. The server has the last word: an update says in `you` whom it takes this page for.
import { isText, keep, recall } from "./storage.ts";
import { timing } from "./timing.ts";

const shared = () => localStorage;
const isTime = (value: unknown): value is number => typeof value === "number";

/** The name of the person who is signed in, as far as the windows of this browser know; "" for a stranger; undefined when nothing is known. */
export const whoIsSignedIn = (): string | undefined => recall("who", isText, shared);

/** Tells the other windows who is signed in. */
export const tell = (name: string): void => keep("who", name, shared);

/** Whether a window is just signing in or out: then nobody knows whose cookie a request would carry. */
export const isChanging = (): boolean => (recall("changing", isTime, shared) ?? 0) > Date.now();

/** Does what changes the cookie. Meanwhile no window posts. */
export async function changing<T>(how: () => Promise<T>): Promise<T> {
  keep("changing", Date.now() + timing.request, shared); // a window that is closed in the middle of it holds the others up for no longer than that
  try {
    return await how();
  } finally {
    keep("changing", 0, shared);
  }
}

/** Calls the listener when another window has signed in or out. */
export const onChange = (listener: () => void): void => addEventListener("storage", listener);
