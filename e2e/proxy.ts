// A proxy of the old kind: it speaks HTTP/1.1, hands on one request at a time, and has never heard of Upgrade.
import http from "node:http";
import https from "node:https";
import { buffer } from "node:stream/consumers";
import { trusting } from "./wires.ts";

/** Hands requests on to this port. An answer passes as it comes, or is collected first, as many proxies do. */
export function oldProxy(scheme: "http" | "https", port: number, answers: "pass" | "are collected"): http.Server {
  const { request } = scheme === "https" ? https : http;
  return http.createServer((req, res) => {
    const { connection: _connection, upgrade: _upgrade, ...headers } = req.headers; // meant for us, and unknown to us
    const { method, url: path } = req;
    const onward = request({
      ...trusting,
      host: "127.0.0.1",
      port,
      method,
      path,
      headers: { ...headers, host: `localhost:${port}` },
    });
    onward.on("error", () => res.destroy());
    onward.on("response", async (answer) => {
      res.writeHead(answer.statusCode!, answer.headers);
      if (answers === "pass") answer.pipe(res);
      else res.end(await buffer(answer).catch(() => ""));
    });
    res.on("close", () => onward.destroy());
    req.pipe(onward);
  });
}
