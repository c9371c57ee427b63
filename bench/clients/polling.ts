// Keep-alive HTTP/1.1 without a library: everybody asks, reads the answer, rests, and asks again with the cursor that came.
import http from "node:http";
import { retryDelay, timing } from "../../shared-ui/timing.ts";
import { type Address, type Crowd, dial, joined, kept, type Listener, Meter, type Polls } from "./crowd.ts";

/** Everybody has a connection. Whoever posts has others, one for each post that is under way. */
export function crowd(address: Address): Crowd & { polls: Polls } {
  const meter = new Meter();
  const clients = new Set<{ ask: () => void; answered: () => void; spread: boolean }>();
  const agent = new http.Agent({ keepAlive: true });
  let rest = timing.poll;
  let waiting: (() => void) | undefined;

  const polls = {
    answered: 0,
    pace(milliseconds: number) {
      rest = milliseconds;
      for (const client of clients) client.spread = true;
    },
    all() {
      const target = polls.answered + clients.size;
      for (const client of clients) client.ask();
      return new Promise<void>((resolve) => {
        waiting = () => polls.answered >= target && resolve();
      });
    },
  };

  function connect(listener: Listener) {
    let cursor = "";
    let etag = "";
    let unread: Buffer | undefined;
    let asking = false;
    let timer: NodeJS.Timeout | undefined;

    const socket = dial(address.port, (bytes) => {
      const all = joined(unread, bytes);
      const answer = parse(all);
      unread = answer ? undefined : kept(all);
      if (!answer) return;
      polls.answered += 1;
      if (answer.etag) etag = answer.etag;
      if (answer.body.length > 0) {
        cursor = cursorOf(answer.body);
        listener.update(answer.body);
      }
      client.answered();
      waiting?.();
    });
    socket.on("close", () => {
      clearTimeout(timer);
      clients.delete(client);
      listener.lost(retryDelay);
    });
    meter.add(socket);

    const client = {
      ask: () => {
        clearTimeout(timer);
        if (asking) return;
        asking = true;
        const condition = etag ? `If-None-Match: ${etag}\r\n` : "";
        socket.write(`GET /msgs?since=${cursor} HTTP/1.1\r\nHost: ${address.authority}\r\n${condition}\r\n`);
      },
      answered: () => {
        asking = false;
        if (rest === 0) client.ask();
        else if (rest < Infinity) timer = setTimeout(client.ask, client.spread ? rest * Math.random() : rest);
        client.spread = false;
      },
      /** Whether the next rest is shorter, by chance: pages are not opened all at the same time. */
      spread: true,
    };
    clients.add(client);
    client.ask();
  }

  function post(draft: string) {
    const request = http.request({
      agent,
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

  function leave() {
    agent.destroy();
    meter.cut();
  }

  return { connect, post, bytes: () => meter.bytes(), leave, polls };
}

/** The answer, if all of it is there. */
function parse(bytes: Buffer) {
  const end = bytes.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const head = bytes.toString("latin1", 0, end);
  const length = end + 4 + Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
  if (bytes.length < length) return undefined;
  return { body: bytes.subarray(end + 4, length), etag: /^etag: (.+)/im.exec(head)?.[1] };
}

/** Behind the messages, and in the original course's protocol nowhere. */
function cursorOf(body: Buffer): string {
  const at = body.lastIndexOf('"cursor":"');
  return at < 0 ? "" : body.toString("latin1", at + 10, body.indexOf('"', at + 10));
}
