// What this window remembers. sessionStorage, because it survives a reload and belongs to one window alone: two windows
// side by side are two people. Storage may be forbidden, full, or hold what an older page left: then we go on without.

/** Reads what was kept under this key, if it is there and looks like it should. */
export function recall<T>(
  key: string,
  is: (value: unknown) => value is T,
  storage = () => sessionStorage,
): T | undefined {
  try {
    const value: unknown = JSON.parse(storage().getItem(key) ?? "null");
    return is(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps a value for the next time that this page loads. */
export function keep(key: string, value: unknown, storage = () => sessionStorage): void {
  try {
    storage().setItem(key, JSON.stringify(value));
  } catch {
    // The chat works without; only a reload forgets.
  }
}

/** Whether a value is a text. */
export function isText(value: unknown): value is string {
  return typeof value === "string";
}

/** Makes a check for lists of a check for one. */
export function listOf<T>(is: (value: unknown) => value is T) {
  return (value: unknown): value is T[] => Array.isArray(value) && value.every(is);
}
