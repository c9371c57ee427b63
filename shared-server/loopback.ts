import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";
import { Server as SecureServer } from "node:tls";

/**
 * Lets a server listen at one address, or without a host at both loopback addresses. The port 0 lets the system choose.
 * @returns what has to be closed.
 * @throws the error of `listen`, such as EADDRINUSE. Then nothing stays open.
 */
export async function listenAt(server: Server, port: number, host?: string): Promise<Server[]> {
  if (host === undefined) return listenOnLoopback(server, port);
  await once(server.listen(port, host), "listening");
  return [server];
}

/**
 * Lets a server listen at both loopback addresses, 127.0.0.1 and [::1], with the same port; 0 lets the system choose. A browser
 * tries both for localhost. If another program listened at one of them, our address would show its page.
 * @returns what has to be closed: the server, and a second one at [::1] that hands it its connections.
 * @throws the error of `listen`, such as EADDRINUSE. Then nothing stays open.
 */
async function listenOnLoopback(server: Server, port: number): Promise<Server[]> {
  const options = { allowHalfOpen: !(server instanceof SecureServer), noDelay: true }; // as Node does for its own servers
  const second = createServer(options, (socket) => server.emit("connection", socket));
  const servers = [server, second];
  try {
    await once(second.listen(port, "::1"), "listening");
  } catch (error) {
    if (!["EADDRNOTAVAIL", "EAFNOSUPPORT"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
    servers.pop(); // this machine has no IPv6
  }
  try {
    const chosen = (second.address() as AddressInfo | null)?.port ?? port;
    await once(server.listen(chosen, "127.0.0.1"), "listening");
    return servers;
  } catch (error) {
    second.close();
    // The system chose a port that is free at [::1] only. Once more.
    if (port === 0 && (error as NodeJS.ErrnoException).code === "EADDRINUSE") return listenOnLoopback(server, port);
    throw error;
  }
}

const given = new Set<number>();

/**
 * A port that is free at both loopback addresses now, and that this process has not been given before. The system gives ports from 32,768 on to
 * outgoing connections (Linux; others begin higher), so one below is still free when a server starts there a second later, or starts again.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 11_000 + Math.floor(10_000 * Math.random()); // fetch refuses 10,080
    const isFree = await listenAt(createServer(), port).then(
      (servers) => Promise.all(servers.map((each) => once(each.close(), "close"))),
      () => false,
    );
    if (!isFree || given.has(port)) continue;
    given.add(port);
    return port;
  }
}
