// Keep-alive HTTP/1.1 without a library: each client polls, reads the response, pauses, and polls again with the new cursor.
import http from "node:http";
import https from "node:https";
import { retryDelay, timing } from "../../shared-ui/timing.ts";
import { type Address, type Crowd, dial, joined, kept, type Listener, Meter, type Polls } from "./crowd.ts";

// What Chromium sends with each poll. In a silent minute that is most of what crosses the network. A test compares the length
// with that of a real page (e2e/results.spec.ts).
const browserHeaders = [
  "Connection: keep-alive",
  'sec-ch-ua-platform: "Linux"',
  "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36",
  'sec-ch-ua: "Not:A-Brand";v="8", "Chromium";v="156", "Google Chrome";v="156"',
  "sec-ch-ua-mobile: ?0",
  "Accept: */*",
  "Sec-Fetch-Site: same-origin",
  "Sec-Fetch-Mode: cors",
  "Sec-Fetch-Dest: empty",
  "Accept-Encoding: gzip, deflate, br, zstd",
  "Accept-Language: en-US",
]
  .map((header) => `${header}\r\n`)
  .join("");

/** Each client has a connection. Posts use others, one for each post that is under way. */
export function crowd(address: Address): Crowd & { polls: Polls } {
  const meter = new Meter();
  const clients = new Set<{ poll: () => void; answered: () => void; spread: boolean }>();
  const { Agent, request: send } = address.tls ? https : http;
  const agent = new Agent({ keepAlive: true });
  let pause = timing.poll;
  let waiting: (() => void) | undefined;

  const polls = {
    answered: 0,
    pace(milliseconds: number) {
      pause = milliseconds;
      for (const client of clients) client.spread = true;
    },
    all() {
      const target = polls.answered + clients.size;
      for (const client of clients) client.poll();
      return new Promise<void>((resolve) => {
        waiting = () => polls.answered >= target && resolve();
      });
    },
  };

  function connect(listener: Listener) {
    let cursor = "";
    let etag = "";
    let unread: Buffer | undefined;
    let polling = false;
    let timer: NodeJS.Timeout | undefined;

    const socket = dial(address, meter, (bytes) => {
      const all = joined(unread, bytes);
      const response = parse(all);
      unread = response ? undefined : kept(all);
      if (!response) return;
      polls.answered += 1;
      if (response.etag) etag = response.etag;
      if (response.body.length > 0) {
        cursor = cursorOf(response.body);
        listener.update(response.body);
      }
      client.answered();
      waiting?.();
    });
    socket.on("close", () => {
      clearTimeout(timer);
      clients.delete(client);
      listener.lost(retryDelay);
    });

    const client = {
      poll: () => {
        clearTimeout(timer);
        if (polling) return;
        polling = true;
        const condition = etag ? `If-None-Match: ${etag}\r\n` : "";
        const head = `GET /msgs?since=${cursor} HTTP/1.1\r\nHost: ${address.authority}\r\n`;
        socket.write(`${head}${browserHeaders}${condition}\r\n`);
      },
      answered: () => {
        polling = false;
        if (pause === 0) client.poll();
        else if (pause < Infinity) timer = setTimeout(client.poll, client.spread ? pause * Math.random() : pause);
        client.spread = false;
      },
      /** Whether the next pause is cut to a random part: real pages are not all opened at the same time. */
      spread: true,
    };
    clients.add(client);
    client.poll();
  }

  function post(draft: string) {
    const request = send({
      agent,
      rejectUnauthorized: false, // only with TLS: nobody vouches for the certificate
      port: address.port,
      host: "127.0.0.1",
      path: "/msgs",
      method: "POST",
      headers: {
        host: address.authority,
        "content-type": "application/json",
        "content-length": Buffer.byteLength(draft),
      },
    });
    request.end(draft);
    return new Promise<void>((resolve) => {
      request.on("response", (response) => response.resume().on("end", resolve));
      request.on("error", () => resolve());
    });
  }

  function disconnect() {
    agent.destroy();
    meter.cut();
  }

  return { connect, post, bytes: () => meter.bytes(), disconnect, polls };
}

/** The response, if all of it is there. */
function parse(bytes: Buffer) {
  const end = bytes.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const head = bytes.toString("latin1", 0, end);
  const length = end + 4 + Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
  if (bytes.length < length) return undefined;
  return { body: bytes.subarray(end + 4, length), etag: /^etag: (.+)/im.exec(head)?.[1] };
}

/** The cursor comes after the messages. The course's protocol does not have one. */
function cursorOf(body: Buffer): string {
  const at = body.lastIndexOf('"cursor":"');
  return at < 0 ? "" : body.toString("latin1", at + 10, body.indexOf('"', at + 10));
}
