import type { Server } from "node:net";
import type { Chat } from "./chat.ts";

/** The four techniques, in the order in which they were invented. The name is the folder, the script and the title. */
export const variants = [
  { name: "polling", scheme: "http", port: 3001, idea: "ask again and again" },
  { name: "http2-push", scheme: "https", port: 3002, idea: "one answer that never ends" },
  { name: "raw-websockets", scheme: "http", port: 3003, idea: "a socket, and every rule is ours" },
  { name: "socket-io", scheme: "http", port: 3004, idea: "a socket, with the rules included" },
] as const;

export type Variant = (typeof variants)[number];
export type VariantName = Variant["name"];

/** The `serve` of a variant: takes the chat, and gives back a server that is not listening yet. */
export async function serverOf(name: VariantName): Promise<(chat: Chat) => Server | Promise<Server>> {
  const { serve } = (await import(`../../${name}/server.ts`)) as { serve: (chat: Chat) => Server | Promise<Server> };
  return serve;
}
