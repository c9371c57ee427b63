// What a hosting provider puts in front of the ports of a container: TLS, and a name of its own for each port.
import http from "node:http";
import https from "node:https";
import type { Duplex } from "node:stream";
import { trusting } from "./wires.ts";

/**
 * Forwards https://3001.chat.localhost to the port 3001 here, WebSockets too. With `states: "its own"`, it puts the address that
 * it asks in the place of the Host, and of the Origin where that is its own name, as some providers do.
 * `secure` are the ports that expect TLS.
 */
export function portProxy(
  secure: ReadonlySet<number>,
  states: "the browser's" | "its own",
  pem: { key: string; cert: string },
) {
  const forward = (req: http.IncomingMessage) => {
    const { host = "", origin, ...others } = req.headers;
    const port = parseInt(host, 10);
    const scheme = secure.has(port) ? "https" : "http";
    const own = states === "its own" ? `localhost:${port}` : undefined;
    const headers = {
      ...others,
      host: own ?? host,
      ...(origin && { origin: own && origin === `https://${host}` ? `${scheme}://${own}` : origin }),
      "x-forwarded-host": host,
    };
    const { request } = scheme === "https" ? https : http;
    return request({ ...trusting, host: "127.0.0.1", port, method: req.method, path: req.url, headers, agent: false });
  };
  const server = https.createServer(pem, (req, res) => {
    const forwarded = forward(req).on("error", () => res.destroy());
    forwarded.on("response", (response) => {
      res.writeHead(response.statusCode!, response.headers);
      response.on("error", () => res.destroy()).pipe(res);
    });
    res.on("close", () => forwarded.destroy());
    req.pipe(forwarded);
  });
  server.on("upgrade", (req, client: Duplex) => {
    const forwarded = forward(req)
      .on("error", () => client.destroy())
      .end();
    forwarded.on("response", () => client.destroy()); // refused
    forwarded.on("upgrade", ({ rawHeaders }, target, first: Buffer) => {
      const lines = rawHeaders.map((word, i) => word + (i % 2 ? "\r\n" : ": "));
      client.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join("")}\r\n`);
      client.write(first); // Socket.IO greets in the same packet
      client.on("error", () => target.destroy()).pipe(target);
      target.on("error", () => client.destroy()).pipe(client);
    });
  });
  return server;
}
