// Starts a variant: one on the command line with a log of its own (`npm run polling`), and in tests as many as they like.
import { once } from "node:events";
import { Server as HttpServer } from "node:http";
import type { AddressInfo, Server, Socket } from "node:net";
import { limits } from "../shared-chat/limits.ts";
import { Log } from "../shared-chat/log.ts";
import type { PublicOrigin } from "./admit.ts";
import { chatOf } from "./chat-server.ts";
import { ignoreOtherUpgrades, limitHeads } from "./heads.ts";
import { listenAt } from "./loopback.ts";
import { serverOf, type VariantName } from "./variants.ts";

export interface Options {
  /** The port to listen on; 0 lets the system choose. */
  port: number;
  /** The one address to bind to. Default: both loopback addresses, so that only this machine reaches it. */
  host?: string | undefined;
  /** The log to serve. Default: a new, empty one. */
  log?: Log;
  /** The origin at which people reach the server through a proxy. */
  publicOrigin?: PublicOrigin;
  /** The one origin whose pages may show the chat in a frame. Default: none. */
  framedBy?: string | undefined;
  /** The view that draws the page, unless its address names another one. Default: the one in plain DOM. */
  view?: string;
}

export interface Running {
  /** Where it listens. On loopback, the first of its two addresses. */
  address: string;
  port: number;
  /** Says goodbye to everybody who is connected, and resolves when the last connection is closed, after two seconds at the latest. */
  stop(): Promise<void>;
}

/**
 * Starts a variant.
 * @throws the error of `listen`, such as EADDRINUSE.
 */
export async function start(name: VariantName, options: Options): Promise<Running> {
  const { port, host, log = new Log(), publicOrigin, framedBy, view } = options;
  const serve = await serverOf(name);
  const closing = new AbortController();
  const server = await serve(chatOf({ log, closing: closing.signal, publicOrigin, framedBy, view }));
  return listen(server, closing, port, host);
}

/**
 * Lets a server listen. When it is to stop, `closing` is aborted: the server's moment to say goodbye.
 * @throws the error of `listen`, such as EADDRINUSE.
 */
export async function listen(server: Server, closing: AbortController, port: number, host?: string): Promise<Running> {
  const connections = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    if (connections.has(socket)) return; // after an upgrade that was ignored, the connection begins anew
    connections.add(socket);
    socket.on("close", () => connections.delete(socket));
  });
  limitHeads(server);
  if (server instanceof HttpServer) {
    ignoreOtherUpgrades(server);
    server.setTimeout(limits.idle); // an answer that nobody reads is not held for ever
  }
  const servers = await listenAt(server, port, host);

  const { address, port: chosen } = server.address() as AddressInfo;
  return {
    address,
    port: chosen,
    async stop() {
      const closed = Promise.all(servers.map((each) => once(each, "close")));
      closing.abort();
      for (const each of servers) each.close();
      // Some peers do not hang up by themselves: a stopped machine, or one that goes on reading slowly. They are cut.
      const cut = setTimeout(() => connections.forEach((socket) => socket.destroy()), limits.grace);
      await closed;
      clearTimeout(cut);
    },
  };
}
