// Numbers as text.

/** "4 ms", "2,140 ms": always in milliseconds, so that a longer number is a longer time. */
export function milliseconds(value: number): string {
  return `${Math.round(value).toLocaleString("en")} ms`;
}

/** How long something took, in the unit that suits it: "412 ms", "2.14 s", "20.1 s". */
export function duration(value: number): string {
  if (value < 999.5) return `${Math.round(value)} ms`;
  return `${(value / 1_000).toFixed(value < 9_995 ? 2 : 1)} s`;
}

/** Bytes: "702 B", "12.4 kB", "1.20 MB". A kilobyte has 1,000 bytes. */
export function size(bytes: number): string {
  if (bytes < 999.5) return `${Math.round(bytes)} B`;
  if (bytes < 999_950) return `${(bytes / 1_000).toFixed(1)} kB`;
  return `${(bytes / 1_000_000).toFixed(2)} MB`;
}

/** Bytes at an axis, without more digits than it takes: "500 B", "2 kB", "2.5 kB". */
export function axisLabel(bytes: number): string {
  const [unit, of] = bytes < 1_000 ? ["B", 1] : bytes < 1_000_000 ? ["kB", 1_000] : ["MB", 1_000_000];
  return bytes === 0 ? "0" : `${bytes / of} ${unit}`;
}

/** The lowest of 1, 2, 4, 5, 8, 10, 20, 40, … that is no lower than this. Half of it is round, too. */
export function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 4, 5, 8, 10].find((digit) => digit * power >= value)! * power;
}

/** The text alternative of a chart, from the bytes of each second of the last minute. */
export function describeChart(bytes: readonly number[], outages = 0): string {
  const busy = bytes.filter((count) => count > 0);
  const shaded = outages ? ` Outages in this time: ${outages}.` : "";
  if (busy.length === 0) return `Bytes per second: none in the last minute.${shaded}`;
  return `Bytes per second: some in ${busy.length} of the last ${bytes.length} seconds, at most ${size(Math.max(...busy))}.${shaded}`;
}
