// Starts a variant: one on the command line with a log of its own (`npm run polling`), and in tests as many as they like.
import { once } from "node:events";
import { Server as HttpServer } from "node:http";
import type { AddressInfo, Server, Socket } from "node:net";
import { limits } from "../shared-chat/limits.ts";
import { Log } from "../shared-chat/log.ts";
import { serverOf, type VariantName } from "./variants.ts";

export interface Options {
  /** The port to listen on; 0 lets the system choose. */
  port: number;
  /** The address to bind to. Default: loopback, so that only this machine reaches it. */
  host?: string | undefined;
  /** The log to serve. Default: a new, empty one. */
  log?: Log;
  /** The origin at which people reach the server through a proxy. */
  publicOrigin?: string | undefined;
  /** The one origin whose pages may show the chat in a frame. Default: none. */
  framedBy?: string | undefined;
}

export interface Running {
  port: number;
  /** Says goodbye to everybody who is connected, and resolves when the last connection is closed, after two seconds at the latest. */
  stop(): Promise<void>;
}

/**
 * Starts a variant.
 * @throws the error of `listen`, such as EADDRINUSE.
 */
export async function start(name: VariantName, options: Options): Promise<Running> {
  const { port, host, log = new Log(), publicOrigin, framedBy } = options;
  const serve = await serverOf(name);
  const closing = new AbortController();
  const server = await serve({ log, closing: closing.signal, publicOrigin, framedBy });
  return listen(server, closing, port, host);
}

/**
 * Lets a server listen. When it is to stop, `closing` is aborted: the server's moment to say goodbye.
 * @throws the error of `listen`, such as EADDRINUSE.
 */
export async function listen(
  server: Server,
  closing: AbortController,
  port: number,
  host = "127.0.0.1",
): Promise<Running> {
  const connections = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    connections.add(socket);
    socket.on("close", () => connections.delete(socket));
  });
  if (server instanceof HttpServer) server.setTimeout(limits.idle); // an answer that nobody reads is not held for ever
  server.listen(port, host);
  await once(server, "listening");

  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      const closed = once(server, "close");
      closing.abort();
      server.close();
      // Some peers do not hang up by themselves: a stopped machine, or one that goes on reading slowly. They are cut.
      const cut = setTimeout(() => connections.forEach((socket) => socket.destroy()), limits.grace);
      await closed;
      clearTimeout(cut);
    },
  };
}
