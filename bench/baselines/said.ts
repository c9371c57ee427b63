// What the floors say: messages like those of the variants, made of a draft without a look at it.
const kept = 1_000;
const said: object[] = []; // the newest
let count = 0;

/** JSON of all news after this many messages. The cursor is as long as a real one. */
export const since = (seen: number): string =>
  JSON.stringify({ msg: said.slice(Math.max(0, said.length - (count - seen))), cursor: `floor123.${count}` });

/** The first news on a connection: JSON without messages. */
export const greeting = (): string => since(count);

/** Takes a draft, given as JSON, and gives back the news of it, as JSON. */
export function add(draft: string): string {
  said.push({ id: ++count, ...JSON.parse(draft), time: Date.now() });
  if (said.length > kept) said.shift();
  return since(count - 1);
}

/** The original course's protocol: the last 50 messages, every time. */
export const last50 = (): { msg: object[] } => ({ msg: said.slice(-50) });
