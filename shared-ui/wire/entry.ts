/** What the page of a technique asks for, by the means it asks with. A "request" says nothing about how news arrive. */
export type Transport = "polling" | "event stream" | "websocket" | "long polling" | "request";

/** One line of the wire inspector. */
export interface Entry {
  /** When, in milliseconds since 1970, as `now()` tells. */
  at: number;
  /** Which way it went; "here" when nothing crossed, such as a connection that broke. */
  way: "up" | "down" | "here";
  /** What it is, in words: "GET /msgs?since=", "204 No Content", "event msg:get", "1 text · 2 ping". */
  what: string;
  /** The beginning of what it carried. */
  text: string;
  /** The size of what it carried, as far as a page can see: without the headers of HTTP and the few bytes around a frame. */
  bytes?: number | undefined;
  /** Set when this asks the server for something: a request, or a connection. */
  asks?: Transport;
}

/** Takes a note. What it is, is found out inside: whatever goes wrong there stays there. */
export type Note = (describe: () => Omit<Entry, "at">) => void;

/** The time, to a fraction of a millisecond. All pages of one browser share this clock; Date.now() only counts whole ones. */
export const now = (): number => performance.timeOrigin + performance.now();

const most = 300; // an entry is to be read, not to be kept: 100 entries of 32 KiB would be a lot of memory

/** The beginning of a text. */
export const start = (text: string): string => (text.length > most ? `${text.slice(0, most)}…` : text);

/** How many bytes something takes on the wire; nothing when that cannot be seen without reading it. */
export function sizeOf(body: unknown): number | undefined {
  if (body === undefined || body === null) return 0;
  if (typeof body === "string") return new TextEncoder().encode(body).length;
  if (body instanceof Blob) return body.size;
  if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) return body.byteLength;
  return undefined;
}

/** A URL without the origin, which is the same for all. */
export function pathOf(url: string | URL): string {
  const { pathname, search } = new URL(url, globalThis.location?.href ?? "http://localhost");
  return pathname + search;
}

/** Whether Socket.IO's packets travel here. */
export const isEngine = (url: string): boolean => /[?&]EIO=\d/.test(url);
