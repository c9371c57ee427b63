// What this window remembers. It is in sessionStorage, which survives a reload and belongs to one window: two windows side by
// side are two people. Storage may be forbidden, full, or hold the data of an older page. Then the chat works without it.

// All projects that were ever developed at this port of localhost share one storage: our keys must not be theirs.
const prefix = "realtime-chat:";

/** Reads the value that is stored under this key, if there is one and it passes the check. */
export function recall<T>(
  key: string,
  is: (value: unknown) => value is T,
  storage = () => sessionStorage,
): T | undefined {
  try {
    const value: unknown = JSON.parse(storage().getItem(prefix + key) ?? "null");
    return is(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Stores a value for the next load of this page. */
export function keep(key: string, value: unknown, storage = () => sessionStorage): void {
  try {
    storage().setItem(prefix + key, JSON.stringify(value));
  } catch {
    // The chat works without it, but a reload forgets the value.
  }
}

/** Whether a value is a string. */
export const isText = (value: unknown): value is string => typeof value === "string";

/** Turns the check for a value into the check for a list of such values. */
export function listOf<T>(is: (value: unknown) => value is T) {
  return (value: unknown): value is T[] => Array.isArray(value) && value.every(is);
}
