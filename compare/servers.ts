// The one table of README.md: what differs between the four servers. Each cell points at the line of code that it is about.
import { readFileSync } from "node:fs";
import { type VariantName, variants } from "../shared-server/variants.ts";

/** Words, and a piece of the one line that they are about, in the variant's `server.ts` unless a file is named. */
type Cell = [words: string, piece?: string, file?: string];

const rows: [title: string, cells: Record<VariantName, Cell>][] = [
  [
    "How a reader asks",
    {
      polling: ["a `GET` every three seconds", "chat.log.since("],
      "http2-push": ["one `GET`", 'req.get("Last-Event-ID")'],
      "raw-websockets": ["an `Upgrade`", 'server.on("upgrade"'],
      "socket-io": ["the library's handshake", "socket.handshake.auth.since"],
    },
  ],
  [
    "Nothing new",
    {
      polling: ["204", "res.status(204)"],
      "http2-push": ["silence, and a heartbeat", "this.#heartbeat ??=", "shared-chat/log.ts"],
      "raw-websockets": ["silence, and a heartbeat", "this.#heartbeat ??=", "shared-chat/log.ts"],
      "socket-io": ["silence, and a heartbeat", "this.#heartbeat ??=", "shared-chat/log.ts"],
    },
  ],
  [
    "Listeners of each topic",
    {
      polling: ["none", "There is no list of listeners"],
      "http2-push": ["a `Map` from topic to streams", "new Audience"],
      "raw-websockets": ["a `Map` from topic to sockets", "new Audience"],
      "socket-io": ["rooms of the library", "socket.join("],
    },
  ],
  [
    "Broadcast",
    {
      polling: ["none: each poll reads the log"],
      "http2-push": ["a loop of `write`", "stream.write(encoded)"],
      "raw-websockets": ["a loop of `send`", "socket.send(encoded"],
      "socket-io": ["`io.to(rooms).emit`", "io.to([...topics]).emit"],
    },
  ],
  [
    "Slow consumer",
    {
      polling: ["one response at most, cut after 65 s", "server.setTimeout(limits.idle)", "shared-server/start.ts"],
      "http2-push": ["backlog over 1 MiB: stream destroyed", "else stream.destroy()"],
      "raw-websockets": ["backlog over 1 MiB: close 1013", "socket.close(1013"],
      "socket-io": ["backlog over 1 MiB: close", "if (backlog > limits.begin"],
    },
  ],
  [
    "Dead peer",
    {
      polling: ["costs nothing"],
      "http2-push": ["no pong after our ping: cut", "session.ping("],
      "raw-websockets": ["no pong after our ping: terminate", "socket.ping()"],
      "socket-io": ["no pong after the library's ping: close", "pingInterval"],
    },
  ],
  [
    "Post and answer",
    {
      polling: ["`POST`, 201 or 200", "res.status(repeated ? 200 : 201)"],
      "http2-push": ["`POST`, 201 or 200", "res.status(repeated ? 200 : 201)"],
      "raw-websockets": ["a frame, and a frame of our own", 'frame("msg:ack"'],
      "socket-io": ["an event, and its acknowledgement", "answer({ message })"],
    },
  ],
  [
    "When a right ends",
    {
      polling: ["the next poll asks again", "chat.log.since("],
      "http2-push": ["end of stream", "goodbye: () => stream.end()"],
      "raw-websockets": ["close 1012", "goodbye: () => socket.close(1012"],
      "socket-io": ["the transport is closed", "goodbye: () => socket.conn.close()"],
    },
  ],
  [
    "Shutdown",
    {
      polling: ["none"],
      "http2-push": ["end of stream, GOAWAY", "session.close()"],
      "raw-websockets": ["close 1012", "socket.close(1012"],
      "socket-io": ["the library closes", "io.engine.close()"],
    },
  ],
  [
    "Host and Origin check",
    {
      polling: ["middleware", 'withPage(express(), "polling"'],
      "http2-push": ["middleware", "withPage(bridge(express)"],
      "raw-websockets": ["middleware, and by hand at the upgrade", "admitUpgrade(req"],
      "socket-io": ["middleware, also of Socket.IO's engine", "io.engine.use(admitEngine("],
    },
  ],
  [
    "Only here",
    {
      polling: ["a long keep-alive", "keepAliveTimeout"],
      "http2-push": ["TLS, a certificate, HTTP/1 beside it", "await certificate()"],
      "raw-websockets": ["binary frames are refused", "if (isBinary)"],
      "socket-io": ["a second CONNECT packet is refused", "connected.has(conn)"],
    },
  ],
];

/**
 * The rows, with a link to the line in each cell.
 * @throws when a piece of code is not in exactly one line of its file any more.
 */
export function serverRows(): string[][] {
  return rows.map(([title, cells]) => [title, ...variants.map(({ name }) => link(name, cells[name]))]);
}

function link(name: VariantName, [words, piece, file = `${name}/server.ts`]: Cell): string {
  if (!piece) return words;
  const lines = readFileSync(new URL(`../${file}`, import.meta.url), "utf8").split("\n");
  const found = lines.flatMap((line, i) => (line.includes(piece) ? [i + 1] : []));
  if (found.length !== 1) throw new Error(`${file} has ${found.length} lines with "${piece}", not one.`);
  return `[${words}](${file}#L${found[0]})`;
}
