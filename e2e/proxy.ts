// Proxies that speak HTTP/1.1, forward one request at a time and do not support Upgrade. What gets through depends on where the
// proxy stands, and on whether it can read what passes.
import http from "node:http";
import https from "node:https";
import net from "node:net";
import { buffer } from "node:stream/consumers";
import { trusting } from "./wires.ts";

/** Many proxies read a response to its end before they forward it. Others stream it as it arrives. */
type Responses = "streamed" | "buffered";

/** A reverse proxy: clients take it for the server. It forwards each request to the server at this port. */
export function reverseProxy(scheme: "http" | "https", port: number, responses: Responses): http.Server {
  return http.createServer((req, res) => {
    forward(req, res, new URL(req.url!, `${scheme}://127.0.0.1:${port}`), responses);
  });
}

/**
 * A forward proxy: the browser is set to use it. It gets requests with a whole address, and buffers their responses. When the
 * browser asks for a tunnel (CONNECT), the proxy passes bytes on without reading them.
 */
export function forwardProxy(): http.Server {
  const proxy = http.createServer((req, res) => forward(req, res, new URL(req.url!), "buffered"));
  return proxy.on("connect", (req, socket: net.Socket) => {
    const { hostname, port } = new URL(`http://${req.url}`);
    const server = net.connect(Number(port), hostname, () =>
      socket.write("HTTP/1.1 200 Connection Established\r\n\r\n"),
    );
    join(socket, server);
  });
}

/**
 * A transparent proxy stands in the middle of a connection, and neither end knows. Returns what it does with one: HTTP goes to
 * `reader`, a proxy that reads it. TLS it cannot read, so it passes the bytes on to the server at this port.
 */
export function transparent(reader: http.Server, port: number): (socket: net.Socket) => void {
  return (socket) => {
    socket.once("data", (first: Buffer) => {
      socket.pause();
      socket.unshift(first); // whoever takes the connection reads it from its first byte
      if (first[0] === tlsHandshake) join(socket, net.connect(port, "127.0.0.1"));
      else reader.emit("connection", socket);
      process.nextTick(() => socket.resume());
    });
  };
}

/** A balancer: each new connection goes to the next of the servers at these ports, whoever opens it. */
export function roundRobin(ports: readonly number[]): (socket: net.Socket) => void {
  let next = 0;
  return (socket) => join(socket, net.connect(ports[next++ % ports.length]!, "127.0.0.1"));
}

/** The first byte of TLS (RFC 8446, section 5.1). No HTTP method begins with it. */
const tlsHandshake = 22;

function forward(req: http.IncomingMessage, res: http.ServerResponse, to: URL, responses: Responses) {
  // A proxy does not forward what is said to it alone, Upgrade included (RFC 9110, section 7.6.1).
  const { connection: _connection, upgrade: _upgrade, "proxy-connection": _proxy, ...headers } = req.headers;
  const { request } = to.protocol === "https:" ? https : http;
  const forwarded = request(to, { ...trusting, method: req.method, headers: { ...headers, host: to.host } });
  forwarded.on("error", () => res.destroy());
  forwarded.on("response", async (response) => {
    res.writeHead(response.statusCode!, response.headers);
    if (responses === "streamed") response.pipe(res);
    else res.end(await buffer(response).catch(() => ""));
  });
  res.on("close", () => forwarded.destroy());
  req.pipe(forwarded);
}

/** Passes on what either end sends, until one of them is gone. */
function join(one: net.Socket, other: net.Socket) {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const)
    from
      .on("error", () => {})
      .on("close", () => to.destroy())
      .pipe(to);
}
