// Who is signed in. All windows of a browser share one cookie, and no script can read it. So they tell each other: through
// localStorage, which they share as well. The server has the last word: an update says in `you` whom it takes this page for.
import { isText, keep, recall } from "./storage.ts";
import { timing } from "./timing.ts";

const shared = () => localStorage;
const isTime = (value: unknown): value is number => typeof value === "number";

/** Who is signed in, or a stranger (""), and since when: two sessions of one person are not the same. */
export interface Who {
  readonly name: string;
  readonly since: number;
}

const isWho = (value: unknown): value is Who => {
  const { name, since } = (value ?? {}) as Partial<Who>;
  return isText(name) && isTime(since);
};

/** Who is signed in, as far as the windows of this browser know; undefined when nothing is known. */
export const whoIsSignedIn = (): Who | undefined => recall("who", isWho, shared);

/** Tells the other windows who is signed in from now on. */
export function tell(name: string): Who {
  const who = { name, since: Date.now() };
  keep("who", who, shared);
  return who;
}

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
