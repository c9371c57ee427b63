// The log of the baselines: messages like those of the variants, made from drafts that it does not check.
const kept = 1_000;
const messages: object[] = []; // the newest
let count = 0;

/** The update after this many messages, as JSON. The cursor is as long as a real one. */
export const since = (seen: number): string =>
  JSON.stringify({ msg: messages.slice(Math.max(0, messages.length - (count - seen))), cursor: `baseline.${count}` });

/** The first update on a connection, as JSON: no messages. */
export const firstUpdate = (): string => since(count);

/** Takes a draft, given as JSON, and returns the update with its message, as JSON. */
export function add(draft: string): string {
  messages.push({ id: ++count, ...JSON.parse(draft), time: Date.now() });
  if (messages.length > kept) messages.shift();
  return since(count - 1);
}

/** The update of the original course's protocol: always the last 50 messages. */
export const last50 = (): { msg: object[] } => ({ msg: messages.slice(-50) });
