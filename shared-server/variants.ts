import type { Server } from "node:net";
import type { Chat } from "./chat-server.ts";

/** The four variants, in the order in which their techniques were invented. The name is the folder, the script and the title. */
export const variants = [
  { name: "polling", scheme: "http", port: 3001, idea: "ask again and again" },
  { name: "http2-push", scheme: "https", port: 3002, idea: "Server-Sent Events over HTTP/2" },
  { name: "raw-websockets", scheme: "http", port: 3003, idea: "a WebSocket, with our own rules" },
  { name: "socket-io", scheme: "http", port: 3004, idea: "a WebSocket, with a library's rules" },
] as const;

export type Variant = (typeof variants)[number];
export type VariantName = Variant["name"];

/** The client of a variant, a file: its own, or with CLIENT=rxjs the one that is written in RxJS. */
export function clientOf(name: string): string {
  return process.env.CLIENT === "rxjs" ? `views/rxjs/${name}.ts` : `${name}/client.ts`;
}

/** The `serve` of a variant: takes the chat, and returns a server that does not listen yet. */
export async function serverOf(name: VariantName): Promise<(chat: Chat) => Server | Promise<Server>> {
  const { href } = new URL(`../${name}/server.ts`, import.meta.url);
  const { serve } = (await import(/* @vite-ignore */ href)) as { serve: (chat: Chat) => Server | Promise<Server> };
  return serve;
}
