// A variant over TLS. Its server speaks HTTP without encryption, and stays as it is: this process decrypts in front of it, as
// node:https would. Where a proxy decrypts instead, that cost moves to the proxy.
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:tls";
import { certificate } from "../http2-push/certificate.ts";
import { Log } from "../shared-chat/log.ts";
import { chatOf } from "../shared-server/chat-server.ts";
import { listen } from "../shared-server/start.ts";
import { serverOf, type VariantName } from "../shared-server/variants.ts";

/** Starts a variant at `https://127.0.0.1:PORT`; 0 lets the system choose. @throws the error of `listen`. */
export async function startWithTls(name: VariantName, { port, log = new Log() }: { port: number; log?: Log }) {
  const closing = new AbortController();
  const serve = await serverOf(name);
  const server = await serve(chatOf({ log, closing: closing.signal }));
  const plain = await listen(server, closing, 0); // sets its limits and time-outs; nobody connects to this port
  const options = { ...(await certificate()), noDelay: true };
  const secure = createServer(options, (socket) => server.emit("connection", socket));
  await once(secure.listen(port, "127.0.0.1"), "listening");
  return {
    port: (secure.address() as AddressInfo).port,
    /** Says goodbye to everybody who is connected, and resolves when the last connection is closed. */
    async stop(): Promise<void> {
      const closed = once(secure.close(), "close");
      await plain.stop();
      await closed;
    },
  };
}
