/** The means by which the page asks the server for something. A "request" says nothing about how updates arrive. */
export type Transport = "polling" | "event stream" | "websocket" | "long polling" | "request";

/** One row of the wire inspector. */
export interface Entry {
  /** When, in milliseconds since 1970. */
  at: number;
  /** The direction, or "here" when nothing crossed the wire, such as a connection that broke. */
  way: "up" | "down" | "here";
  /** What it is, in words: "GET /msgs?since=", "204 No Content", "event msg:get", "1 text · 2 ping". */
  what: string;
  /** The beginning of its content. */
  text: string;
  /** The size of its content, as far as a page can see it: without HTTP headers and without the few bytes around a frame. */
  bytes?: number | undefined;
  /** Set when the page asks the server for something: with a request, or with a connection. */
  asks?: Transport;
}

/** Takes a note. The callback describes it, so that an error in the description stays inside `note`. */
export type Note = (describe: () => Omit<Entry, "at">) => void;

const most = 300; // characters: 100 entries of 32 KiB would be a lot of memory

/** The beginning of a text, which is all that an entry keeps. A password is never shown: somebody may be looking over a shoulder, or at a beamer. */
export function start(text: string): string {
  const masked = text.replaceAll(/("password"\s*:\s*)"(?:[^"\\]|\\.)*"/g, '$1"•••"');
  return masked.length > most ? `${masked.slice(0, most)}…` : masked;
}

/** The size of a body on the wire, in bytes. Undefined when only reading it would tell. */
export function sizeOf(body: unknown): number | undefined {
  if (body === undefined || body === null) return 0;
  if (typeof body === "string") return new TextEncoder().encode(body).length;
  if (body instanceof Blob) return body.size;
  if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) return body.byteLength;
  return undefined;
}

/** A URL without its origin, which is the same for all requests. */
export function pathOf(url: string | URL): string {
  const { pathname, search } = new URL(url, globalThis.location?.href ?? "http://localhost");
  return pathname + search;
}

/** Whether this URL carries packets of Engine.IO, the layer below Socket.IO. */
export const isEngine = (url: string): boolean => /[?&]EIO=\d/.test(url);
