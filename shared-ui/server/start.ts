// Starts a variant: on the command line one with a chat of its own (`npm run polling`), in tests as many as they like.
import { once } from "node:events";
import { Server as HttpServer } from "node:http";
import type { AddressInfo, Server, Socket } from "node:net";
import { Log } from "../../shared-chat/log.ts";
import { numbers } from "../../shared-chat/numbers.ts";
import { serverOf, type VariantName } from "./variants.ts";

export interface Options {
  /** Where it listens; 0 lets the system choose. */
  port: number;
  /** The address it binds to. Default: loopback, so that nobody but this machine reaches it. */
  host?: string | undefined;
  /** What is said. Default: a new, empty log. */
  log?: Log;
  /** The origin at which people reach it through a proxy. */
  publicOrigin?: string | undefined;
  /** The one origin whose pages may show it in a frame. Default: nobody may. */
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
 * Lets a server listen. When it is to stop, `closing` is aborted: its moment to say goodbye.
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
  if (server instanceof HttpServer) server.setTimeout(numbers.idle); // an answer that nobody reads is not held for ever
  server.listen(port, host);
  await once(server, "listening");

  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      const closed = once(server, "close");
      closing.abort();
      server.close();
      // Whoever does not hang up by then is cut: a stopped peer, or one that goes on reading slowly.
      const cut = setTimeout(() => connections.forEach((socket) => socket.destroy()), numbers.grace);
      await closed;
      clearTimeout(cut);
    },
  };
}
