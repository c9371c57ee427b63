// An old proxy: it speaks HTTP/1.1, forwards one request at a time, and does not support Upgrade.
import http from "node:http";
import https from "node:https";
import { buffer } from "node:stream/consumers";
import { trusting } from "./wires.ts";

/** Forwards requests to this port. It streams each response as it arrives, or buffers it first, as many proxies do. */
export function oldProxy(scheme: "http" | "https", port: number, responses: "streamed" | "buffered"): http.Server {
  const { request } = scheme === "https" ? https : http;
  return http.createServer((req, res) => {
    const { connection: _connection, upgrade: _upgrade, ...headers } = req.headers; // a proxy does not forward these two
    const { method, url: path } = req;
    const forwarded = request({
      ...trusting,
      host: "127.0.0.1",
      port,
      method,
      path,
      headers: { ...headers, host: `localhost:${port}` },
    });
    forwarded.on("error", () => res.destroy());
    forwarded.on("response", async (response) => {
      res.writeHead(response.statusCode!, response.headers);
      if (responses === "streamed") response.pipe(res);
      else res.end(await buffer(response).catch(() => ""));
    });
    res.on("close", () => forwarded.destroy());
    req.pipe(forwarded);
  });
}
